"""Alice adds Bob by his mail address, as her client's own dialogue does it: prompt, subscription, presence, and both spellings."""

from play import World, check, check_equal

with World() as world:
    alice, bob = world.jabber("alice"), world.mail("bob")
    gateway, bob_jid = world.coigate.domain, world.coigate.jid_of("bob@mail.test")

    info = alice.iq(gateway, "get", '<query xmlns="http://jabber.org/protocol/disco#info"/>').xml
    identities = {(each.get("category"), each.get("type")) for each in info.iter("{http://jabber.org/protocol/disco#info}identity")}
    features = {each.get("var") for each in info.iter("{http://jabber.org/protocol/disco#info}feature")}
    check(("gateway", "smtp") in identities, "the gateway shows itself as a gateway to mail")
    check({"jabber:iq:register", "jabber:iq:gateway", "jabber:iq:version", "urn:xmpp:ping",
           "http://jabber.org/protocol/commands"} <= features, "and what it can")

    prompt = alice.iq(gateway, "set", '<query xmlns="jabber:iq:gateway"><prompt>bob@mail.test</prompt></query>')
    check_equal(prompt.xml.findtext(".//{jabber:iq:gateway}jid"), bob_jid, "it turns an address into a contact")
    wrong = alice.iq(gateway, "set", '<query xmlns="jabber:iq:gateway"><prompt>no address</prompt></query>')
    check(wrong.error, "and refuses what is no address")

    alice.presence(bob_jid, "subscribe")
    alice.wait_for(lambda s: s.kind == "presence" and s.type == "subscribed" and s.sender == bob_jid, 20, "subscribed")
    alice.wait_for(lambda s: s.kind == "presence" and s.type == "" and s.sender.startswith(bob_jid), 20, "Bob's presence")
    check_equal(alice.roster().get(bob_jid), "to", "Bob is in her roster, because she asked")

    alice.writes("bob@mail.test", "You are in my list now")
    first = bob.reads("You are in my list now")
    bob.writes("alice@jabber.test", "And you in mine", reply_to=first)
    alice.reads("And you in mine", "bob@mail.test")

    alice.say(f"bob%mail.test@{gateway}", "The older spelling works too")
    older = bob.reads("The older spelling works too")
    bob.writes("alice@jabber.test", "And I answer to it", reply_to=older)
    answer = alice.wait_for(lambda s: s.body == "And I answer to it", 20, "an answer")
    check_equal(answer.sender.split("/")[0], f"bob%mail.test@{gateway}", "the answer comes from the JID that her client knows")
    alice.writes("bob@mail.test", "Back to the usual one")
    bob.reads("Back to the usual one")

    alice.presence(bob_jid, "unsubscribe")
    alice.wait_for(lambda s: s.kind == "presence" and s.type in ("unsubscribed", "unavailable") and s.sender.startswith(bob_jid), 20,
                   "the end of the subscription")
    check(all(s.sender == bob_jid for s in alice.came if s.type == "subscribe"), "nobody but him asked to see Alice's presence")
