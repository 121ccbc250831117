"""A Jabber name that is given to somebody else, and presence around it: what the stories on both Jabber servers share."""

import sqlite3

from play import JabberPerson, World, check, check_equal
from server import Failure, wait_until

OTHER = "another person's password"


def approves(person, gateway):
    """The gateway is a contact as clients make it one; returns when its server vouches for the user."""
    person.presence(gateway, "subscribe")
    # On ejabberd five such stanzas go in a minute (mod_pres_counter): the sixth comes later, and comes.
    person.wait_for(lambda s: s.kind == "presence" and s.type == "subscribe" and s.sender == gateway, 80, "the gateway's own request")
    person.presence(gateway, "subscribed")
    database = person.world.coigate.store / "coigate.db"

    def vouched():
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as store:
            rows = store.execute("SELECT state FROM account WHERE jid = ?", (person.jid,)).fetchall()
        return rows and all(row[0] & 2 for row in rows)
    wait_until(vouched, 20, f"the Jabber server vouches for {person.jid}")


def deletes_account(person):
    """[XEP-0077 §3.2] of the server's own account; ejabberd ends the stream instead of an answer."""
    try:
        person.iq(person.world.jabber_server.domain, "set", '<query xmlns="jabber:iq:register"><remove/></query>', seconds=3)
    except Failure:
        pass


def successor(world, name):
    """Somebody else to whom the name was given."""
    world.jabber_server.add_user(name, OTHER)
    person = JabberPerson(world, name)
    person._password = OTHER
    person.connect()
    world._people["successor", name] = person
    return person


def sees(person, jid, kind="", seconds=20):
    person.wait_for(lambda s: s.kind == "presence" and s.type == kind and s.sender == jid, seconds, f"{kind or 'available'} of {jid}")


def sees_once(person, *jids):
    """Each is shown, and once: what was sent after that came before the gateway's answer."""
    for jid in jids:
        sees(person, jid)
    check(person.answers(person.world.coigate.domain), "the gateway answers")
    for jid in jids:
        again = [s for s in person.came if s.kind == "presence" and not s.type and s.sender == jid]
        check(not again, f"{jid} is shown once")


def name_is_reused(world):
    alice, bob, gateway = world.jabber("alice"), world.mail("bob"), world.coigate.domain
    alice.links("carol@mail.test")
    approves(alice, gateway)
    alice.writes("bob@mail.test", "I am Alice")
    first = bob.reads("I am Alice")
    check_equal(first["From"], "carol@mail.test", "she writes from her mailbox")

    world.tell("-- Alice deletes her Jabber account, and the name is given to somebody else")
    deletes_account(alice)
    wait_until(lambda: not world.coigate.accounts(), 20, "all that was stored of her is gone")
    other = successor(world, "alice")
    bob.writes("carol@mail.test", "A secret for the first Alice", reply_to=first)
    check("You have not linked a mailbox" in other.tells_gateway("status"), "the new Alice has no mailbox")
    other.writes("bob@mail.test", "I am the new Alice")
    mail = bob.reads("I am the new Alice")
    check_equal(mail["From"], "alice@jabber.test", "and writes under her own name")
    bob.writes("alice@jabber.test", "Welcome", reply_to=mail)
    other.reads("Welcome", "bob@mail.test")
    check(not any("secret" in stanza.body for stanza in other.came), "the first Alice's mail is not hers to read")


def while_the_gateway_is_away(world):
    world.tell("-- the same while the gateway is away")
    erin, bob, gateway = world.jabber("erin"), world.mail("bob"), world.coigate.domain
    erin.writes("bob@mail.test", "Erin by the relay")
    bob.reads("Erin by the relay")
    erin.links("dave@mail.test")
    approves(erin, gateway)
    erin.writes("bob@mail.test", "I am Erin")
    first = bob.reads("I am Erin")
    erin.came.clear()
    world.coigate.stop()
    sees(erin, gateway, "unavailable")
    check(True, "a gateway that goes says so")
    deletes_account(erin)
    other = successor(world, "erin")
    bob.writes("dave@mail.test", "A secret for the first Erin", reply_to=first)
    other.presence(gateway)
    world.coigate.change_config("[relay]\n", '[relay]\nauthserv_id = "mx.mail.test"\n')
    world.coigate.start()
    waiting = bob.compose("erin@jabber.test", "A secret by the relay",
                          headers={"Authentication-Results": "mx.mail.test; spf=pass smtp.mailfrom=bob@mail.test"})
    check_equal(world.coigate.lmtp(waiting.as_bytes(), "erin@jabber.test", "bob@mail.test")[0], 250, "mail to the first Erin waits")
    other.writes("bob@mail.test", "I am the new Erin")  # before it is known who writes
    said = other.reads("cannot tell whether you are still the one", seconds=40).body
    check("dave" not in said, "the new Erin does not learn whose mailbox it was")
    bob.wait_for(lambda mail: mail.get_content_type() == "multipart/report" and waiting["Message-ID"] in str(mail) and
                 "5.1.6" in str(mail), 30, "Bob is told that it was not delivered")
    check("You have not linked a mailbox" in other.tells_gateway("status"), "and has none")
    other.writes("bob@mail.test", "Erin again")
    check_equal(bob.reads("Erin again")["From"], "erin@jabber.test", "writes under her own name")
    bob.fetch()
    check(not any("I am the new Erin" in str(mail) for mail in bob.came), "and wrote nothing under the first one's")
    check(not any("secret" in stanza.body for stanza in other.came), "the first Erin's mail is not hers to read")


def gateway_is_taken_out(world):
    world.tell("-- somebody takes the gateway out of their contacts, and comes back")
    frank, bob, gateway = world.jabber("frank"), world.mail("bob"), world.coigate.domain
    frank.links("frida@mail.test")
    approves(frank, gateway)
    frank.writes("bob@mail.test", "Frank here")
    first = bob.reads("Frank here")
    bob.writes("frida@mail.test", "Hello Frank", reply_to=first)
    frank.reads("Hello Frank", "bob@mail.test")
    frank.iq(frank.jid, "set", f'<query xmlns="jabber:iq:roster"><item jid="{gateway}" subscription="remove"/></query>')
    frank.reads("link it again")
    bob.writes("frida@mail.test", "While you were parked", reply_to=first)
    check("You have not linked a mailbox" in frank.tells_gateway("status"), "his mailbox rests")
    check(frank.jid in world.coigate.accounts(), "and is kept")
    check(not frank.links("frida@mail.test").error, "with its password it is his again")
    frank.reads("While you were parked", "bob@mail.test")


def presence_comes_and_goes(world):
    """Prosody acknowledges a request by an unavailable presence of the bare JID, which is nobody's log-out."""
    world.tell("-- the gateway and a contact are seen after every kind of restart")
    gina, gateway = world.jabber("gina"), world.coigate.domain
    bob = world.coigate.jid_of("bob@mail.test")
    gina.writes("bob@mail.test", "Gina has an account of each kind")
    gina.presence(gateway, "subscribe")
    sees(gina, gateway)
    gina.presence(bob, "subscribe")
    sees(gina, bob)
    gina.came.clear()
    gina.links("greta@mail.test")
    check(gina.answers(gateway), "the gateway answers")
    check(not any(s.type == "unavailable" and s.sender == gateway for s in gina.came), "after linking it does not go offline")
    gina.came.clear()
    world.coigate.stop()
    sees(gina, gateway, "unavailable")
    sees(gina, bob, "unavailable")
    gina.came.clear()
    world.coigate.start()
    sees_once(gina, gateway, bob)
    gina.close()
    gina.came.clear()
    gina.connect()
    sees_once(gina, gateway, bob)
    check(True, "who was online all the while sees both go and come")
    gina.close()
    world.jabber_server.restart()
    gina.came.clear()
    gina.connect()
    sees(gina, gateway)
    sees(gina, bob)
    check(True, "and after a restart of the Jabber server")


def play(jabber):
    with World(jabber=jabber, jabber_people=("alice", "erin", "frank", "gina"),
               mail_people=("bob", "carol", "dave", "frida", "greta")) as world:
        name_is_reused(world)
        gateway_is_taken_out(world)
        while_the_gateway_is_away(world)
        presence_comes_and_goes(world)
