"""A real Dovecot, with the settings of a COI server, for a test that is no story: `dovecot_peer.py CERTIFICATE KEY` (PEM files).

It says its ports in a line of JSON, or what is wrong. Then each line in is a function of imaplib with its arguments, which another mail
program of the user does; the line out is its result. When the input ends, Dovecot ends. ("enables_coi" alone is done by the admin.)
"""

import imaplib
import json
import pathlib
import shutil
import sys
import types

from coi_dovecot import CoiDovecot
from server import Failure, work_folder

USER, PASSWORD = "romeo@mail.test", "secret"


def does(dovecot, program, verb, *arguments):
    if verb == "enables_coi":
        return dovecot.enables_coi(USER)
    if verb == "append":
        folder, flags, mail = arguments
        arguments = folder, flags, None, mail.encode()
    kind, data = getattr(program, verb)(*arguments)
    if kind != "OK":
        raise Failure(f"{verb}: {kind} {data}")
    return repr(data)


def say(**what):
    print(json.dumps(what), flush=True)


def serve(dovecot):
    try:
        dovecot.start()
        with imaplib.IMAP4("127.0.0.1", dovecot.imap_port, timeout=30) as program:
            program.login(USER, PASSWORD)
            say(imap=dovecot.imap_port, imaps=dovecot.imaps_port)
            for line in sys.stdin:
                say(done=does(dovecot, program, *json.loads(line)))
    except (Failure, OSError, imaplib.IMAP4.error) as error:
        say(error=f"{error}\n{dovecot.log_tail()}")
    finally:
        dovecot.kill()  # nothing of it is kept


def main():
    certificate, key = map(pathlib.Path, sys.argv[1:])
    work = work_folder()
    try:
        serve(CoiDovecot(work, types.SimpleNamespace(certificate=certificate, key=key), {USER: PASSWORD}))
    except (Failure, OSError) as error:
        say(error=f"there is no Dovecot: {error}")
    finally:
        shutil.rmtree(work, ignore_errors=True)


main()
