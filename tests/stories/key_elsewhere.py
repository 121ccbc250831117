"""Alice links a mailbox in which another program of hers uses Autocrypt: coigate finds that out, sends no key, and says what to do.

Mail in the INBOX under the owner's address, which anybody could have sent, is told and changes nothing. A fresh mailbox gets a key of coigate's own at once, and so does one that coigate knows from before.
"""

import base64

from play import World, check
from server import wait_until

# What another program sends along; for the look into the mailbox only the owner's address in it counts.
FOREIGN = "addr=carol@mail.test; prefer-encrypt=mutual; keydata=" + base64.b64encode(b"a key of another program").decode()


def tells(alice, words):
    told = alice.wait_for(lambda s: s.kind == "message" and s.sender.split("/")[0] == alice.world.coigate.domain and
                          words in s.body, 60, f"the gateway tells {words!r}")
    alice.world.tell(f"  the gateway tells {alice.jid}: {told.body}")


with World(jabber_people=("alice", "zoe"), mail_people=("bob", "carol", "dave")) as world:
    alice, zoe, bob, carol = world.jabber("alice"), world.jabber("zoe"), world.mail("bob"), world.mail("carol")

    carol.keeps("Sent", "bob@mail.test", "what she wrote to Bob", headers={"Autocrypt": FOREIGN})
    check(alice.links("carol@mail.test").error is None, "the mailbox is linked")
    tells(alice, "key import")
    alice.writes("bob@mail.test", "No key with this one")
    first = bob.reads("No key with this one")
    check(first["Autocrypt"] is None, "no key is sent along")
    check("key replace" in alice.tells_gateway("invite"), "and no invite is made, but it is said what to do")

    world.tell("Alice decides for a new key")
    check("key replace yes" in alice.tells_gateway("key replace"), "the gateway asks once more")
    check("From now on" in alice.tells_gateway("key replace yes"), "and makes it")
    alice.writes("bob@mail.test", "Here is my key")
    brought = bob.reads("Here is my key")["Autocrypt"]
    check("carol@mail.test" in brought, "which is sent along from then on")
    check(world.coigate.stop() == 0, "coigate ends cleanly")
    world.coigate.start()
    wait_until(lambda: alice.answers(world.coigate.domain), 30, "the gateway answers again")
    check("https://i.delta.chat/#" in alice.tells_gateway("invite"), "and after a restart too: nothing is looked through again")

    world.tell("Zoe links a mailbox that holds only what somebody has sent in its owner's name")
    world.mail("dave").say("dave@mail.test", "planted", headers={"Autocrypt": FOREIGN.replace("carol", "dave")})
    world.mail("dave").reads("planted")
    check(zoe.links("dave@mail.test").error is None, "it is linked")
    tells(zoe, "Anybody could have sent it")
    wait_until(lambda: "https://i.delta.chat/#" in zoe.tells_gateway("invite"), 30, "she can invite people")
    zoe.writes("bob@mail.test", "Here is mine")
    zoes = bob.reads("Here is mine")
    check("dave@mail.test" in zoes["Autocrypt"], "and her mail brings a key of coigate's")

    world.tell("Zoe unlinks it, and links it again")
    dave = world.mail("dave")
    wait_until(lambda: dave.count_in("Sent", zoes["Message-ID"]), 30, "coigate's copy lies in Sent")
    zoe.tells_gateway("unlink yes")
    check(zoe.links("dave@mail.test").error is None, "it is linked again")
    wait_until(lambda: "https://i.delta.chat/#" in zoe.tells_gateway("invite"), 30, "she can invite people: what lies in Sent is coigate's own")
    zoe.writes("bob@mail.test", "Here is my second")
    check(bob.reads("Here is my second")["Autocrypt"] != zoes["Autocrypt"], "the former key is gone, there is a new one")

    world.tell("Zoe begins to use another program with a key of its own")
    dave.say("dave@mail.test", "a copy for myself", headers={"Autocrypt": str(brought).replace("carol@mail.test", "dave@mail.test")})
    tells(zoe, "another key than mine")

    otr_key = next(line for line in alice.tells_gateway("fingerprint bob@mail.test").splitlines() if "OTR key" in line).split(": ")[1]
    check("carol@mail.test" in alice.tells_gateway("fingerprint mail"), "fingerprints come by mail, too")
    carol.reads(otr_key)
