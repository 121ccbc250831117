"""By hand: profanity and mcabber talk OTR with each other through Prosody, without coigate. Shows that their drivers work."""

import shutil

from certificates import Certificates
from mcabber import Mcabber
from profanity import Profanity
from prosody import Prosody
from server import work_folder

PASSWORD = "correct horse"


def main():
    work = work_folder()
    certificates = Certificates(work)
    server = Prosody(work, certificates, {"alice": PASSWORD, "anna": PASSWORD}).start()
    alice = Profanity(work, "alice@jabber.test", PASSWORD, server.c2s_port)
    anna = Mcabber(work, "anna@jabber.test", PASSWORD, server.c2s_port)
    try:
        alice.connect().gets_ready_for_otr()
        anna.connect()
        anna.says(alice.full_jid, "in the clear")
        alice.reads(anna.jid, "in the clear")
        print(anna.starts_otr(alice.jid))
        for number in range(10):
            alice.says(anna.jid, f"sealed {number} to Anna")
            assert "<O=" in anna.reads(alice.jid, f"sealed {number} to Anna")
            anna.says(alice.jid, f"sealed {number} to Alice")
            print(alice.reads(anna.jid, f"sealed {number} to Alice"))
        alice.asks_secret(anna.jid, "blue")
        print(anna.reads(alice.jid, "OTR: Socialist Millionaires"))
        anna.answers_secret(alice.jid, "blue")
        print(anna.terminal.shows("Protocol: Success!"))
        print(alice.terminal.shows("Authentication successful."))
        print(alice.ends_otr(anna.jid))
        print(anna.terminal.shows("OTR: channel closed"))
        print(alice.starts_otr(anna.jid))
        alice.says(anna.jid, "sealed again")
        assert "<O=" in anna.reads(alice.jid, "sealed again")
    finally:
        alice.close()
        anna.close()
        server.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
