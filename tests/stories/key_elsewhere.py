"""Alice links a mailbox in which another program of hers uses Autocrypt: coigate finds that out, sends no key, and says what to do.

Mail in the INBOX under the owner's address, which anybody could have sent, is told and changes nothing. A fresh mailbox gets
a key of coigate's own at once, and so does one that coigate knows from before.
"""

import base64

from expect import check, check_equal
from scenario import play, scenario
from server import wait_until

# What another program sends along; only the owner's address in it counts when the mailbox is searched.
FOREIGN = "addr={}; prefer-encrypt=mutual; keydata=" + base64.b64encode(b"a key of another program").decode()


def key_with(person, bob, text):
    """What the Autocrypt field of the next mail says."""
    person.writes(bob, text)
    return bob.reads(text)["Autocrypt"]


@scenario
def another_program_has_a_key(alice, bob, carol):
    """Carol's mailbox, which Alice links, has mail of another program of hers in Sent."""
    carol.keeps("Sent", bob.address, "what she wrote to Bob", headers={"Autocrypt": FOREIGN.format(carol.address)})
    alice.uses_mailbox(carol)
    alice.hears_gateway("key import")
    check_equal(key_with(alice, bob, "No key with this one"), None, "no key is sent along")
    alice.asks_gateway("invite", "key replace")


@scenario(includes=[another_program_has_a_key])
def alice_decides_for_a_new_key(alice, bob, carol, gateway):
    """Alice replaces the other program's key; that holds after a restart."""
    alice.asks_gateway("key replace", "key replace yes")
    alice.asks_gateway("key replace yes", "From now on")
    check(carol.address in key_with(alice, bob, "Here is my key"), "her new key is sent along from then on")
    gateway.restarts()
    alice.waits_for_gateway()
    alice.asks_gateway("invite", "https://i.delta.chat/#")


@scenario
def somebody_planted_a_mail(zoe, bob, dave):
    """Zoe's mailbox has a mail that anybody could have sent in its owner's name: it changes nothing."""
    dave.writes(dave, "planted", headers={"Autocrypt": FOREIGN.format(dave.address)})
    dave.reads("planted")
    zoe.uses_mailbox(dave)
    zoe.hears_gateway("Anybody could have sent it")
    zoe.can_invite()
    check(dave.address in key_with(zoe, bob, "Here is mine"), "her mail brings a key of coigate's")


@scenario(includes=[somebody_planted_a_mail])
def zoe_links_it_again(zoe, bob, dave):
    """Zoe unlinks the mailbox and links it again: what lies in Sent is coigate's own, and she gets a new key."""
    former = bob.last
    wait_until(lambda: dave.count_in("Sent", former["Message-ID"]), 30, "coigate's copy lies in Sent")
    zoe.tells_gateway("unlink yes")
    zoe.uses_mailbox(dave)
    zoe.can_invite()
    check(key_with(zoe, bob, "Here is my second") != former["Autocrypt"], "the former key is gone, there is a new one")


@scenario(includes=[alice_decides_for_a_new_key, zoe_links_it_again])
def another_program_comes_later(alice, zoe, bob, carol, dave):
    """A program with another key writes into Zoe's mailbox. Alice asks for fingerprints by mail."""
    brought = key_with(alice, bob, "Here it is again")
    dave.writes(dave, "a copy for myself", headers={"Autocrypt": str(brought).replace(carol.address, dave.address)})
    zoe.hears_gateway("another key than mine")
    fingerprints = alice.tells_gateway("fingerprint bob@mail.test").splitlines()
    otr_key = next(line for line in fingerprints if "OTR key" in line).split(": ")[1]
    alice.asks_gateway("fingerprint mail", carol.address)
    carol.reads(otr_key)


play(__name__)
