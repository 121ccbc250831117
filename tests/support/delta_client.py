"""A Delta Chat user for plays: the real core (deltachat-rpc-server) as a child process, spoken to by JSON-RPC on its pipes.

The program is $DELTACHAT_RPC_SERVER, else the one that .ci/delta has put into build/delta. A profile is made with `classic=True` as one that
talks in the clear too (force_encryption 0), else as a fresh installation makes it: encrypted only.
"""

import itertools
import json
import os
import subprocess
import threading
import time
import zipfile
from pathlib import Path

from expect import check, check_equal
from server import Failure, wait_until

CONNECTED = 4000
OUT_READ = 28  # a message's state: the other has read it
ACCEPT_ANY_CERTIFICATE = "acceptInvalidCertificates"  # the play's own CA cannot be given to the core


def program():
    fetched = Path(__file__).parents[2] / "build/delta/node_modules/@deltachat/stdio-rpc-server-linux-x64/deltachat-rpc-server"
    found = Path(os.environ.get("DELTACHAT_RPC_SERVER") or fetched)
    if not found.exists():
        raise Failure(f"there is no {found}: run .ci/delta, or set DELTACHAT_RPC_SERVER to the core's program")
    return str(found)


class DeltaClient:
    """One profile; chats, contacts and messages are the core's own JSON (camelCase), by their numbers."""

    def __init__(self, folder, address, password, imap_port, smtp_port, name="", classic=True):
        self.address, self.chat, self._contact = address, None, None  # the last chat and contact by an invite
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._log = folder, open(folder / "log", "ab")
        self._start()
        self.account = self.call("add_account")
        settings = {"displayname": name, "force_encryption": "0" if classic else "1"}
        self.call("batch_set_config", self.account, {key: value for key, value in settings.items() if value})
        self._server = {"password": password, "certificateChecks": ACCEPT_ANY_CERTIFICATE,
                        "imapServer": "localhost", "imapPort": imap_port, "imapSecurity": "ssl",
                        "smtpServer": "localhost", "smtpPort": smtp_port, "smtpSecurity": "starttls"}
        self._read_at(address)
        self._go_online()

    def _read_at(self, address):
        self.call("add_or_update_transport", self.account, self._server | {"addr": address, "imapUser": address, "smtpUser": address})

    def _start(self):
        self._core = subprocess.Popen([program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
                                      env=os.environ | {"DC_ACCOUNTS_PATH": str(self._folder / "accounts"), "RUST_LOG": "info"})
        self._numbers = itertools.count(1)
        self._answers, self._news = {}, threading.Condition()
        threading.Thread(target=self._listen, args=(self._core, self._answers, self._news), daemon=True).start()

    def _go_online(self):
        self.call("start_io", self.account)
        # What comes before the first look into the INBOX counts as old mail, which a new profile leaves alone.
        wait_until(lambda: self.call("get_connectivity", self.account) >= CONNECTED, 30, f"{self.address} (Delta Chat) is connected")

    @staticmethod
    def _listen(core, answers, news):
        for line in core.stdout:
            answer = json.loads(line)
            with news:
                answers[answer.get("id")] = answer
                news.notify_all()
        with news:
            answers[None] = {"error": {"message": "the core has ended"}}
            news.notify_all()

    def restart(self):
        """Ends the core and starts it again on the same profile."""
        self._end()
        self._start()
        self._go_online()

    def call(self, method, *params, seconds=60):
        """A function of the core; returns its result. Failure carries the core's own words."""
        number = next(self._numbers)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self._core.stdin.write(json.dumps(request).encode() + b"\n")
        self._core.stdin.flush()
        with self._news:
            if not self._news.wait_for(lambda: number in self._answers or None in self._answers, seconds):
                raise Failure(f"the Delta Chat core gave no answer to {method} within {seconds} s")
            answer = self._answers.pop(number, None) or self._answers[None]
        if "error" in answer:
            raise Failure(f"Delta Chat's {method}: {answer['error']['message']}")
        return answer["result"]

    def _end(self):
        if self._core.poll() is None:
            self._core.stdin.close()
            try:
                self._core.wait(10)
            except subprocess.TimeoutExpired:
                self._core.kill()
                self._core.wait()

    def close(self):
        self._end()
        self._log.close()

    # What a user does

    def adds_address(self, address):
        """The same profile reads mail at another address, too; its key says so from the next mail on."""
        self._read_at(address)
        self._go_online()

    def writes_from(self, address):
        """What the user writes comes from this address of theirs from now on."""
        self.call("set_config", self.account, "configured_addr", address)

    def gives_up(self, address):
        """Mail to this address reaches the user no more."""
        self.call("delete_transport", self.account, address)

    def chat_with(self, address, name=""):
        """The chat with an address, made if there is none."""
        contact = self.call("lookup_contact_id_by_addr", self.account, address) or \
            self.call("create_contact", self.account, address, name or None)
        return self.call("create_chat_by_contact_id", self.account, contact)

    def send(self, chat, text="", **data):
        """A message; `data` as the core has it (file, filename, viewtype, quotedMessageId). Returns its number."""
        return self.call("send_msg", self.account, chat, {"text": text or None} | data)

    def writes(self, who, text, **data):
        """A message to a person; returns its number."""
        return self.send(self.chat or self.chat_with(who.address), text, **data)

    def edits(self, number, text):
        """Corrects a message of the user's own."""
        self.call("send_edit_request", self.account, number, text)

    def reacts(self, number, *emojis):
        """Puts these emojis on a message, in place of earlier ones."""
        self.call("send_reaction", self.account, number, list(emojis))

    def takes_back(self, *numbers):
        """Deletes messages of the user's own for everybody, by one mail."""
        self.call("delete_messages_for_all", self.account, list(numbers))

    def may_not_take_back(self, number):
        """The core refuses to ask others to delete what was not encrypted."""
        try:
            self.takes_back(number)
        except Failure as refused:
            check("unencrypted" in str(refused), f"{self.address} (Delta Chat) may not take it back: {refused}")
        else:
            raise Failure(f"{self.address} (Delta Chat) took back what was not encrypted")

    def shows_picture(self, data):
        """The user's own picture, from now on; None: none."""
        file = self._folder / f"picture-{next(self._numbers)}.png"
        if data:
            file.write_bytes(data)
        self.call("set_config", self.account, "selfavatar", str(file) if data else None)

    def shows_status(self, words):
        """The words under the user's own name."""
        self.call("set_config", self.account, "selfstatus", words)

    def picture_of(self, who):
        """The bytes of the picture of the one with whom the last handshake was; None if none is shown."""
        known = self.call("get_contact", self.account, self._contact)
        check(known["address"] == who.address, f"it is {who.address}")
        return Path(known["profileImage"]).read_bytes() if known["profileImage"] else None

    def calls(self, who, video=False):
        """Calls a person; returns the call's number."""
        return self.call("place_outgoing_call", self.account, self.chat or self.chat_with(who.address), "an offer", video)

    def shares_position(self, who, latitude, longitude):
        """Shares where the user is for an hour, who is there now."""
        self.call("send_locations_to_chat", self.account, self.chat or self.chat_with(who.address), 3600)
        self.call("set_location", latitude, longitude, 12.5)

    def sets_timer(self, who, seconds):
        """The messages of the chat disappear so long after they were read; 0: never."""
        self.call("set_chat_ephemeral_timer", self.account, self.chat or self.chat_with(who.address), seconds)

    def has_timer(self, who, seconds):
        """Waits until the chat has this timer."""
        chat = self.chat or self.chat_with(who.address)
        wait_until(lambda: self.call("get_chat_ephemeral_timer", self.account, chat) == seconds, 30,
                   f"{self.address} (Delta Chat) has the timer {seconds}")

    def shares_app(self, who, text, name):
        """A small app (webxdc); returns its message's number."""
        path = self._folder / name
        with zipfile.ZipFile(path, "w") as app:
            app.writestr("index.html", "<html><body>Hello</body></html>")
            app.writestr("manifest.toml", 'name = "Play"\n')
        return self.writes(who, text, file=str(path), viewtype="Webxdc")

    def plays(self, app, info=None, **payload):
        """The app tells its others something; `info` is for people."""
        self.call("send_webxdc_status_update", self.account, app, json.dumps({"payload": payload} | ({"info": info} if info else {})), None)

    def pins(self, number, pinned=True):
        self.call("set_pinned_message_state", self.account, number, pinned)

    def was_declined(self, number):
        """The call of this number has ended, long before its ringing would."""
        self.hears("CallEnded", lambda event: event["msg_id"] == number)

    def joins(self, invite):
        """Follows an invite to the end of the handshake; writes() goes to that chat then."""
        self.chat = self.call("secure_join", self.account, invite)
        self._contact = self.hears("SecurejoinJoinerProgress", lambda event: event["progress"] == 1000)["contactId"]

    def invites(self):
        """An invite of the user's own."""
        return self.call("get_chat_securejoin_qr_code", self.account, None)

    def was_joined(self):
        """Waits until somebody has followed the user's invite to the end of the handshake."""
        self._contact = self.hears("SecurejoinInviterProgress", lambda event: event["progress"] == 1000)["contactId"]

    def has_verified(self, who):
        """The one with whom the last handshake was is `who`, with a key."""
        known = self.call("get_contact", self.account, self._contact)
        check(known["address"] == who.address and known["isKeyContact"] and known["e2eeAvail"], f"{self.address} has verified {who.address}")

    def fingerprints(self):
        """Those of the user and of the one with whom the last handshake was, without spaces."""
        return "".join(self.call("get_contact_encryption_info", self.account, self._contact).split()).upper()

    def sees(self, *messages):
        """Opens the messages: what the user has seen, the sender may be told."""
        self.call("markseen_msgs", self.account, list(messages))

    def accept(self, chat):
        """Answers a contact request with yes."""
        self.call("accept_chat", self.account, chat)

    # What a user sees

    def message(self, number):
        return self.call("get_message", self.account, number)

    def messages(self, chat):
        """All messages of a chat, the oldest first; without one that its writer takes back while they are read."""
        found = []
        for number in self.call("get_message_ids", self.account, chat, False, False):
            try:
                found.append(self.message(number))
            except Failure as gone:
                if "does not exist" not in str(gone):
                    raise
        return found

    def chats(self):
        return self.call("get_chatlist_entries", self.account, None, None, None)

    def wait_for(self, wanted, seconds=30, what="a message"):
        """The newest message of any chat for which `wanted` holds."""
        deadline = time.monotonic() + seconds
        while True:
            seen = [message for chat in self.chats() for message in self.messages(chat)]
            for message in sorted(seen, key=lambda message: -message["id"]):
                if wanted(message):
                    return message
            if time.monotonic() > deadline:
                lines = "\n".join(f"  {message['fromId']} in {message['chatId']}: {message['text'][:200]!r}" for message in seen[-10:])
                raise Failure(f"{self.address} (Delta Chat) waited {seconds:g} s in vain for {what}; what is there:\n{lines}")
            time.sleep(0.1)

    def reads(self, text, seconds=30):
        """Waits for a message of somebody else that contains `text`."""
        return self.wait_for(lambda message: message["fromId"] != 1 and text in message["text"], seconds, f"{text!r}")

    def gets_file(self, kind, name, content, seconds=30):
        """Waits for a message of somebody else that is a file of this kind (Image, Voice, Sticker, File …); returns it."""
        shown = self.wait_for(lambda message: message["fromId"] != 1 and message["fileName"] == name, seconds, f"the file {name}")
        check_equal(shown["viewType"], kind, f"{self.address} (Delta Chat) shows {name} as {kind}")
        with open(shown["file"], "rb") as file:
            check_equal(file.read(), content, "it is that file")
        return shown

    def sees_place(self, latitude, longitude):
        """Waits until the map has this place of somebody else's."""
        def there():
            return any(abs(place["latitude"] - latitude) + abs(place["longitude"] - longitude) < 1e-6 and place["contactId"] != 1
                       for place in self.call("get_locations", self.account, None, None, 0, 0))
        wait_until(there, 40, f"{self.address} (Delta Chat) sees the place {latitude}, {longitude}")

    def sees_no_more(self, text):
        """Waits until no message of any chat contains `text`."""
        def is_gone():
            return not any(text in message["text"] for chat in self.chats() for message in self.messages(chat))
        wait_until(is_gone, 40, f"{self.address} (Delta Chat) sees {text!r} no more")

    def has_not_read(self, text):
        """No message of any chat contains `text`."""
        check(not any(text in message["text"] for chat in self.chats() for message in self.messages(chat)),
              f"{self.address} (Delta Chat) shows no {text!r}")

    def sees_reaction(self, number, *emojis):
        """Waits until exactly these emojis of others are on the message."""
        def there():
            reactions = self.call("get_message_reactions", self.account, number)
            theirs = (reactions or {}).get("reactionsByContact", {})
            return [emoji for contact, those in theirs.items() if contact != "1" for emoji in those] == list(emojis)
        wait_until(there, 40, f"{self.address} (Delta Chat) sees the reaction {emojis} on message {number}")

    def hears(self, kind, wanted, seconds=60):
        """Waits for an event of the core (SecurejoinJoinerProgress …) for which `wanted` holds; those before it are dropped."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for came in self.call("get_next_event_batch", seconds=left):
                if came["event"]["kind"] == kind and wanted(came["event"]):
                    return came["event"]
        raise Failure(f"{self.address} (Delta Chat) waited {seconds:g} s in vain for the event {kind}")

    def sees_that_it_was_read(self, number):
        self.wait_for_state(number, OUT_READ, 60)
        check(True, f"{self.address} sees that the message was read")

    def wait_for_state(self, number, state, seconds=30):
        """Waits until the message's state is `state` (OUT_DELIVERED …)."""
        return self.wait_for(lambda message: message["id"] == number and message["state"] == state, seconds, f"state {state}")
