"""Alice adds Bob by his mail address, as her client's own dialogue does it: prompt, subscription, presence, and both spellings."""

from expect import check, check_equal
from scenario import play, scenario

DISCO = "http://jabber.org/protocol/disco#info"


@scenario
def gateway_is_found(alice, gateway):
    """Alice's client looks at the gateway, and asks it for the JID of an address."""
    info = alice.iq(gateway.domain, "get", f'<query xmlns="{DISCO}"/>').xml
    identities = {(each.get("category"), each.get("type")) for each in info.iter(f"{{{DISCO}}}identity")}
    check(("gateway", "smtp") in identities, "the gateway identifies as a gateway to mail")
    check({"jabber:iq:register", "jabber:iq:gateway", "jabber:iq:version", "urn:xmpp:ping", "http://jabber.org/protocol/commands"} <=
          {each.get("var") for each in info.iter(f"{{{DISCO}}}feature")}, "its features are announced")
    prompt = alice.iq(gateway.domain, "set", '<query xmlns="jabber:iq:gateway"><prompt>bob@mail.test</prompt></query>')
    check_equal(prompt.xml.findtext(".//{jabber:iq:gateway}jid"), gateway.jid_of("bob@mail.test"), "it turns an address into a JID")
    wrong = alice.iq(gateway.domain, "set", '<query xmlns="jabber:iq:gateway"><prompt>no address</prompt></query>')
    check(wrong.error, "it refuses what is no address")


@scenario(includes=[gateway_is_found])
def bob_becomes_a_contact(alice, bob, gateway):
    """Alice subscribes to Bob, and they talk."""
    alice.presence(gateway.jid_of(bob.address), "subscribe")
    alice.sees(gateway.jid_of(bob.address), "subscribed")
    alice.sees(gateway.jid_of(bob.address))
    check_equal(alice.roster().get(gateway.jid_of(bob.address)), "to", "Bob is in her roster, because she asked")
    alice.writes(bob, "You are in my list now")
    bob.reads("You are in my list now")
    bob.answers("And you in mine")
    alice.reads("And you in mine", bob)


@scenario
def a_greeting(alice, carol, dan, gateway):
    """What Alice's client sends beside a request is the first message, to a mail program and to Delta Chat; once."""
    for who in (carol, dan):
        alice.adds(who, "Hello, it is Alice from the choir")
        who.reads("Hello, it is Alice from the choir")
    alice.presence(gateway.jid_of(carol.address), "subscribe", "Hello, it is Alice from the choir")
    alice.writes(carol, "Do you come on Friday?")
    carol.reads("Do you come on Friday?")
    carol.has_not_read("Hello, it is Alice")
    dan.writes(alice, "Hello Alice")
    alice.reads("Hello Alice", dan)


@scenario(includes=[bob_becomes_a_contact])
def older_spelling(alice, bob, gateway):
    """Alice's client knows Bob as bob%mail.test; answers come from that JID."""
    alice.say(f"bob%mail.test@{gateway.domain}", "The older spelling works too")
    bob.reads("The older spelling works too")
    bob.answers("And I answer to it")
    answer = alice.reads("And I answer to it")
    check_equal(answer.sender.split("/")[0], f"bob%mail.test@{gateway.domain}", "the answer comes from the JID that her client knows")
    alice.writes(bob, "Back to the usual one")
    bob.reads("Back to the usual one")


@scenario(includes=[older_spelling])
def bob_is_removed(alice, bob, gateway):
    """Alice unsubscribes."""
    jid = gateway.jid_of(bob.address)
    alice.presence(jid, "unsubscribe")
    alice.wait_for(lambda s: s.kind == "presence" and s.type in ("unsubscribed", "unavailable") and s.sender.startswith(jid), 20,
                   "the end of the subscription")
    check_equal([s.sender for s in alice.came if s.type == "subscribe"], [gateway.domain], "the gateway alone asked to see her, once")


play(__name__)
