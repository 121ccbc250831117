"""The same as encrypted for a Jabber user who has linked a mailbox: mail lies there whatever becomes of it."""

import encrypted
from encrypted_play import Mailbox, OpenpgpWorld
from expect import check_equal
from scenario import play, scenario, scenarios_of

TAKES_ITS_TIME = (encrypted.carol_and_dave_encrypt_too, encrypted.keys_end)  # and is the same


@scenario(includes=[each for each in scenarios_of(encrypted.__name__) if each not in TAKES_ITS_TIME])
def own_copies(program, gpg, alice, ana):
    """What Alice wrote lies in her mailbox for her other programs: closed, and open to her key when she takes it there."""
    key = alice.tells_gateway("key export a passphrase")
    gpg.run("--passphrase", "a passphrase", "--import", given=key.encode())
    copies = [mail for mail in ana.mails_in("Sent") if mail.get_content_type() == "multipart/encrypted"]
    opened = [gpg.run("--passphrase", "a passphrase", "--try-secret-key", program.alice_key, "--decrypt",
                      given=list(mail.iter_parts())[1].get_content(), proof="DECRYPTION_OKAY")[0] for mail in copies]
    for text in ("The first secret", "My key is the same"):
        check_equal(sum(text.encode() in each for each in opened), 1, f"her other programs can read {text!r} in Sent")


play(__name__, stage=OpenpgpWorld.for_actors, route=Mailbox)
