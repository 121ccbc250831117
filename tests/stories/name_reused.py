"""A Jabber name gets another holder, on Prosody: nothing of the first one's is theirs. And the gateway is seen to come and go."""

from expect import check, check_equal
from scenario import play, scenario
from server import wait_until

NOT_LINKED = "You have not linked a mailbox"


@scenario
def name_is_given_to_another(alice, bob, carol, gateway, world):
    """Alice, who has linked a mailbox, deletes her Jabber account, and the name is given to somebody else."""
    alice.uses_mailbox(carol)
    alice.approves_gateway()
    alice.writes(bob, "I am Alice")
    bob.reads("I am Alice", From=carol)
    alice.deletes_account()
    wait_until(lambda: not gateway.accounts(), 20, "all that was stored of her is gone")
    other = world.successor_of(alice)
    bob.answers("A secret for the first Alice")
    other.asks_gateway("status", NOT_LINKED)
    other.writes(bob, "I am the new Alice")
    bob.reads("I am the new Alice", From=alice.jid)
    bob.answers("Welcome")
    other.reads("Welcome", bob)
    other.has_not_read("secret")


@scenario
def gateway_is_removed_from_contacts(frank, bob, frida, gateway):
    """Frank removes the gateway from his contacts: his mailbox is parked. With its password it is his again."""
    frank.uses_mailbox(frida)
    frank.approves_gateway()
    frank.writes(bob, "Frank here")
    first = bob.reads("Frank here")
    bob.answers("Hello Frank")
    frank.reads("Hello Frank", bob)
    frank.removes_contact(gateway.domain)
    frank.reads("link it again")
    bob.answers("While you were parked", to=first)
    frank.asks_gateway("status", NOT_LINKED)
    check(frank.jid in gateway.accounts(), "his mailbox is kept")
    frank.uses_mailbox(frida)
    frank.reads("While you were parked", bob)


@scenario
def name_is_given_while_the_gateway_is_away(erin, bob, dave, gateway, world):
    """Erin deletes her account while the gateway is stopped; her successor's first words come before it is known who writes."""
    erin.writes(bob, "Erin by the relay")
    bob.reads("Erin by the relay")
    erin.uses_mailbox(dave)
    erin.approves_gateway()
    erin.writes(bob, "I am Erin")
    bob.reads("I am Erin")
    erin.came.clear()
    gateway.ends_well()
    erin.sees(gateway.domain, "unavailable")
    erin.deletes_account()
    other = world.successor_of(erin)
    bob.answers("A secret for the first Erin")
    other.presence(gateway.domain)
    gateway.change_config("[relay]\n", '[relay]\nauthserv_id = "mx.mail.test"\n')
    gateway.start()
    waiting = bob.compose(erin.jid, "A secret by the relay",
                          headers={"Authentication-Results": "mx.mail.test; spf=pass smtp.mailfrom=bob@mail.test"})
    check_equal(gateway.lmtp(waiting.as_bytes(), erin.jid, bob.address)[0], 250, "mail to the first Erin waits")
    other.writes(bob, "I am the new Erin")
    other.reads("cannot tell whether you are still the one", seconds=40, lacks="dave")
    bob.wait_for(lambda mail: mail.get_content_type() == "multipart/report" and waiting["Message-ID"] in str(mail) and
                 "5.1.6" in str(mail), 30, "Bob is told that it was not delivered")
    other.asks_gateway("status", NOT_LINKED)
    other.writes(bob, "Erin again")
    bob.reads("Erin again", From=erin.jid)
    bob.has_not_read("I am the new Erin")
    other.has_not_read("secret")


@scenario
def gateway_goes_and_comes(gina, bob, greta, gateway, jabber_server):
    """Gina sees the gateway, by both of its addresses, and a contact go and come with each restart; linking a mailbox hides none."""
    all_three = [gateway.domain, f"gateway@{gateway.domain}", gateway.jid_of(bob.address)]
    gina.writes(bob, "Gina has an account of each kind")
    for jid in all_three:
        gina.presence(jid, "subscribe")
        gina.sees(jid)
    gina.came.clear()
    gina.uses_mailbox(greta)
    check(gina.answers(gateway.domain), "the gateway answers")
    check_equal([str(s) for s in gina.came if s.type == "unavailable" and s.sender.split("/")[0] == gateway.domain], [], "it did not go offline")
    gina.came.clear()
    gateway.ends_well()
    for jid in all_three:
        gina.sees(jid, "unavailable")
    gina.came.clear()
    gateway.start()
    gina.sees_once(all_three)
    gina.close()
    gina.came.clear()
    gina.connect()
    gina.sees_once(all_three)
    gina.close()
    jabber_server.restart()
    gina.came.clear()
    gina.connect()
    for jid in all_three:
        gina.sees(jid)


play(__name__)
