"""The people of a story, and what they do: Jabber users with a client, mail users with a mail program.

Whom somebody writes to is a mail address or the person who has it.
"""

import base64
import email.utils
import hashlib
import uuid

from expect import address_of, check, check_equal, check_mail, check_stanza, check_words
from files_of_person import FilesOfPerson
from jabber_client import JabberClient, Stanza
from mail_client import MailClient, text_of
from rooms import InRooms
from server import Failure, wait_until


class JabberPerson(FilesOfPerson, InRooms, JabberClient):
    """A user of the Jabber server with a client that is logged in."""

    def __init__(self, world, name):
        super().__init__(f"{name}@{world.jabber_server.domain}", world.password, world.jabber_server.c2s_port, world.certificates.ca_file)
        self.world, self.address = world, self.jid

    def writes(self, who, body, **what):
        """A chat message to a mail user; returns the stanza's id."""
        self.world.tell(f"{self.jid} → {address_of(who)}: {body}")
        return self.say(self.world.coigate.jid_of(address_of(who)), body, **what)

    def corrects(self, who, first, body):
        """Replaces the text of the message with the id `first` [XEP-0308]; returns the correction's id."""
        return self.writes(who, body, extra=f'<replace xmlns="urn:xmpp:message-correct:0" id="{first}"/>')

    def replies(self, who, stanza, quote, body):
        """Replies to a stanza, with a quote for clients that know no replies [XEP-0461]."""
        quoted = f"> {quote}\n"
        return self.writes(who, quoted + body, extra=(
            f'<reply xmlns="urn:xmpp:reply:0" to="{stanza.sender}" id="{stanza.id}"/>'
            f'<fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:reply:0"><body start="0" end="{len(quoted)}"/></fallback>'))

    def reacts(self, who, to, *emojis):
        """Puts these emojis on the message with the id `to`, in place of earlier ones [XEP-0444]; returns the stanza's id."""
        stanza = f"reaction-{uuid.uuid4()}"
        inside = "".join(f"<reaction>{emoji}</reaction>" for emoji in emojis)
        self.send(f'<message to="{self.world.coigate.jid_of(address_of(who))}" type="chat" id="{stanza}">'
                  f'<reactions xmlns="urn:xmpp:reactions:0" id="{to}">{inside}</reactions></message>')
        return stanza

    def sees_reactions(self, who, to, *emojis):
        """Waits until exactly these emojis of theirs are on the message with the id `to`."""
        space, sender = "{urn:xmpp:reactions:0}", self.world.coigate.jid_of(address_of(who))

        def is_it(stanza):
            element = stanza.xml.find(space + "reactions")
            return stanza.sender.split("/")[0] == sender and element is not None and element.get("id") == to and \
                tuple(each.text for each in element.findall(space + "reaction")) == emojis
        return self.wait_for(is_it, 40, f"the reaction {emojis} on {to}")

    def retracts(self, who, first):
        """Takes back the message with the id `first` [XEP-0424], with the words of the XEP for other clients; returns the stanza's id."""
        stanza = f"retraction-{uuid.uuid4()}"
        self.send(f'<message to="{self.world.coigate.jid_of(address_of(who))}" type="chat" id="{stanza}" xml:lang="en">'
                  f'<retract id="{first}" xmlns="urn:xmpp:message-retract:1"/>'
                  '<fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:message-retract:1"/>'
                  "<body>/me retracted a previous message, but it's unsupported by your client.</body>"
                  '<store xmlns="urn:xmpp:hints"/></message>')
        return stanza

    def sees_retracted(self, who, shown):
        """Waits until they take back the message that she was shown; a client that knows no retractions shows words for it."""
        stanza = self.reads("was taken back", who, retracts=shown)
        fallback = stanza.xml.find("{urn:xmpp:fallback:0}fallback")
        check_equal(fallback.get("for"), "urn:xmpp:message-retract:1", "its words are a fallback")

    def sets_timer(self, who, seconds):
        """Her client says after what time messages are deleted from now on [XEP-0466 §3.4]; returns the stanza's id."""
        stanza = f"timer-{uuid.uuid4()}"
        self.send(f'<message to="{self.world.coigate.jid_of(address_of(who))}" type="chat" id="{stanza}">'
                  f'<ephemeral xmlns="urn:xmpp:ephemeral:0" timer="{seconds}"/><store xmlns="urn:xmpp:hints"/></message>')
        return stanza

    def calls(self, who):
        """Her client proposes a call [XEP-0353]; returns its id."""
        call = str(uuid.uuid4())
        self.send(f'<message to="{self.world.coigate.jid_of(address_of(who))}" type="chat" id="jm-propose-{call}">'
                  f'<propose xmlns="urn:xmpp:jingle-message:0" id="{call}">'
                  '<description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"/></propose>'
                  '<store xmlns="urn:xmpp:hints"/></message>')
        return call

    def was_rejected(self, who, call):
        """Her call was."""
        reject, sender = "{urn:xmpp:jingle-message:0}reject", self.world.coigate.jid_of(address_of(who))
        self.wait_for(lambda s: s.sender.split("/")[0] == sender and any(each.get("id") == call for each in s.xml.iter(reject)), 30,
                      f"the end of the call {call}")

    def shows(self, stanza, marker="displayed"):
        """Her client tells that it has shown a message [XEP-0333], or received it [XEP-0184]."""
        self.marks(stanza.sender, stanza.id, marker)

    def marks_displayed(self, who, stanza_id, beside=""):
        """Her client tells that it has displayed the message of theirs with this id [XEP-0333]."""
        self.marks(self.world.coigate.jid_of(address_of(who)), stanza_id, beside=beside)

    def reads(self, body, address=None, seconds=30, **expected):
        """Waits for a message that contains `body` (from that mail user); returns the Stanza. `expected`: see check_stanza."""
        sender = self.world.coigate.jid_of(address_of(address)) if address else ""
        stanza = self.wait_for(lambda s: s.kind == "message" and s.type != "error" and body in s.body and
                               (not sender or s.sender.split("/")[0] == sender), seconds, f"a message {body!r} from {address_of(address)}")
        self.world.tell(f"  {self.jid} reads: {stanza.body}")
        check_stanza(stanza, **expected)
        return stanza

    def sees_own(self, who, body, seconds=30):
        """Waits for the copy of a message that she sent herself, with another program [XEP-0280 §8]; returns the Stanza of the message."""
        path, to = "{urn:xmpp:carbons:2}sent/{urn:xmpp:forward:0}forwarded/{jabber:client}message", self.world.coigate.jid_of(address_of(who))

        def message(stanza):
            found = stanza.xml.find(path)
            return None if found is None else Stanza(found)
        stanza = self.wait_for(lambda s: message(s) is not None and body in message(s).body, seconds, f"her own {body!r}")
        own = message(stanza)
        check_equal((own.sender, own.to, own.type), (self.jid, to, "chat"), "it is from her to the contact")
        self.world.tell(f"  {self.jid} sees her own: {own.body}")
        return own

    def sees_own_marker(self, who, shown, seconds=30):
        """Waits for the copy of a marker of her own: she has read this message of theirs, and all before it, elsewhere [XEP-0333]."""
        path, to = "{urn:xmpp:carbons:2}sent/{urn:xmpp:forward:0}forwarded/{jabber:client}message", self.world.coigate.jid_of(address_of(who))

        def is_it(stanza):
            found = stanza.xml.find(path)
            marker = None if found is None else found.find("{urn:xmpp:chat-markers:0}displayed")
            return marker is not None and (found.get("from"), found.get("to"), marker.get("id")) == (self.jid, to, shown.id)
        self.wait_for(is_it, seconds, f"{self.jid} sees that she has read {shown.id} elsewhere")

    def sees_place(self, who, latitude, longitude):
        """Waits for a place, as a message that clients show on a map [RFC 5870], [XEP-0080]; returns the Stanza."""
        space = "{http://jabber.org/protocol/geoloc}"
        stanza = self.reads(f"geo:{latitude},{longitude}", who)
        check_equal((stanza.xml.findtext(f"{space}geoloc/{space}lat"), stanza.xml.findtext(f"{space}geoloc/{space}lon")),
                    (str(latitude), str(longitude)), "the same place for programs")
        return stanza

    def has_not_read(self, *words):
        """None of the messages that came, and that no line was about, contains any of `words`."""
        check_equal([str(s) for s in self.came if any(word in s.body for word in words)], [], f"{self.jid} got nothing with {words}")

    def has_seen_no_own(self, *words):
        """None of the copies of her own messages that came, and that no line was about, contains any of `words`."""
        copies = [str(s) for s in self.came if s.xml.find("{urn:xmpp:carbons:2}sent") is not None]
        check_equal([copy for copy in copies if any(word in copy for word in words)], [], f"{self.jid} saw nothing of her own with {words}")

    def gets_error(self, stanza_id, seconds=30, words=(), condition=None):
        """Waits for the error on a stanza; returns (condition, text)."""
        stanza = self.wait_for(lambda s: s.kind == "message" and s.type == "error" and s.id == stanza_id, seconds,
                               f"an error on {stanza_id}")
        self.world.tell(f"  {self.jid} is told: {' – '.join(stanza.error)}")
        if condition:
            check_equal(stanza.error[0], condition, f"the condition is {condition}")
        if words:
            check_words(stanza.error[1], words, "the error says why")
        return stanza.error

    def refused_ids(self, condition=None):
        """The ids of the stanzas for which an error has come (with that condition)."""
        return {s.id for s in list(self.came) if s.type == "error" and condition in (None, s.error[0])}

    def gets_receipt(self, stanza_id):
        """Waits for a receipt; it must be for that message, and have no text."""
        receipt = self.wait_for(lambda s: s.xml.find("{urn:xmpp:receipts}received") is not None, 20, "a receipt")
        check_stanza(receipt, confirms=stanza_id)
        check(not receipt.body, "the receipt has no text")

    def sees_displayed(self, stanza_id):
        """Waits for a marker: the message was shown [XEP-0333]."""
        self.wait_for(lambda s: any(each.get("id") == stanza_id for each in s.xml if each.tag.endswith("displayed")), 60,
                      f"{self.jid} sees that {stanza_id} was read")

    def sees(self, jid, kind="", seconds=20):
        """Waits for a presence of that bare JID; `kind` "" is available."""
        return self.wait_for(lambda s: s.kind == "presence" and s.type == kind and s.sender.split("/")[0] == jid, seconds,
                             f"the presence {kind or 'available'} of {jid}")

    def sees_once(self, jids):
        """Each is shown, and once: what was sent after that came before the gateway's answer."""
        for jid in jids:
            self.sees(jid)
        check(self.answers(self.world.coigate.domain), "the gateway answers")
        again = [str(s) for s in self.came if s.kind == "presence" and not s.type and s.sender.split("/")[0] in jids]
        check_equal(again, [], "each is shown once")

    def blocks(self, who, verb="block"):
        """[XEP-0191]; `verb`: block or unblock."""
        self.iq(self.jid, "set", f"<{verb} xmlns='urn:xmpp:blocking'><item jid='{self.world.coigate.jid_of(address_of(who))}'/></{verb}>")

    def waits_for_gateway(self):
        wait_until(lambda: self.answers(self.world.coigate.domain), 30, "the gateway answers at the Jabber server")

    def removes_contact(self, jid):
        """Out of the roster."""
        self.iq(self.jid, "set", f'<query xmlns="jabber:iq:roster"><item jid="{jid}" subscription="remove"/></query>')

    def names(self, jid, name):
        """A contact, in the roster."""
        self.iq(self.jid, "set", f'<query xmlns="jabber:iq:roster"><item jid="{jid}" name="{name}"/></query>')

    def reads_name(self, jid, name):
        """Waits for the event that tells it [XEP-0172 §4.3]."""
        self.wait_for(lambda s: s.type == "headline" and s.sender == jid and name in "".join(s.xml.itertext()), 30, f"the name {name!r} of {jid}")

    def has_named(self, jid, name):
        """The gateway has, in the roster."""
        wait_until(lambda: self.name_of(jid) == name, 30, f"{jid} is {name!r} in the roster")

    def adds(self, who, greeting=""):
        """Takes a mail user into the contacts, with these words beside the request."""
        jid = self.world.coigate.jid_of(address_of(who))
        self.presence(jid, "subscribe", greeting)
        self.sees(jid, "subscribed")

    def sees_picture(self, who, status=None):
        """Waits for a presence of theirs with the hash of a picture [XEP-0153] (and this status); returns the hash."""
        jid, photo = self.world.coigate.jid_of(address_of(who)), "{vcard-temp:x:update}x/{vcard-temp:x:update}photo"
        shown = self.wait_for(lambda s: s.kind == "presence" and s.sender.split("/")[0] == jid and s.xml.findtext(photo) and
                              (status is None or s.xml.findtext("{jabber:client}status") == status), 60, f"a picture of {jid}")
        return shown.xml.findtext(photo)

    def is_told_picture(self, who, picture):
        """Waits for the event of it [XEP-0084 §3.3]."""
        jid = self.world.coigate.jid_of(address_of(who))
        self.wait_for(lambda s: s.type == "headline" and s.sender == jid and any(
            each.get("id") == picture for each in s.xml.iter("{urn:xmpp:avatar:metadata}info")), 30, f"the event of the picture {picture}")

    def sees_no_picture(self, who):
        """Waits for a presence of theirs that says there is none, and for the event that says so; and there is no status."""
        jid, photo = self.world.coigate.jid_of(address_of(who)), "{vcard-temp:x:update}x/{vcard-temp:x:update}photo"
        shown = self.wait_for(lambda s: s.kind == "presence" and s.sender.split("/")[0] == jid and s.xml.findtext(photo) == "", 60,
                              f"no picture of {jid}")
        check_equal(shown.xml.findtext("{jabber:client}status"), None, "there is no status")
        self.wait_for(lambda s: s.type == "headline" and s.sender == jid and any(
            len(each) == 0 for each in s.xml.iter("{urn:xmpp:avatar:metadata}metadata")), 30, "the event that there is no picture")

    def fetches_picture(self, who, picture):
        """Of the mail user, as each kind of client does it: it is the one with this hash in all of them."""
        jid = self.world.coigate.jid_of(address_of(who))

        def item(node, name):
            answer = self.iq(jid, "get", f'<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="{node}"/></pubsub>')
            return next(answer.xml.iter(name))
        card = self.iq(jid, "get", '<vCard xmlns="vcard-temp"/>').xml
        data = base64.b64decode(next(card.iter("{vcard-temp}BINVAL")).text)
        check_equal(hashlib.sha1(data).hexdigest(), picture, "the vCard has the picture")
        check_equal(base64.b64decode(item("urn:xmpp:avatar:data", "{urn:xmpp:avatar:data}data").text), data, "its node has it")
        info = item("urn:xmpp:avatar:metadata", "{urn:xmpp:avatar:metadata}info")
        check_equal((info.get("id"), int(info.get("bytes"))), (picture, len(data)), "what it is stands beside it")
        uri = item("urn:xmpp:vcard4", "{urn:ietf:params:xml:ns:vcard-4.0}uri").text
        check_equal(base64.b64decode(uri.partition(",")[2]), data, "the newer vCard has it")
        return data

    def publishes_picture(self, data):
        """By personal eventing [XEP-0084 §3.1]."""
        picture = hashlib.sha1(data).hexdigest()
        self._publishes("urn:xmpp:avatar:data", picture,
                        f'<data xmlns="urn:xmpp:avatar:data">{base64.b64encode(data).decode()}</data>')
        self._publishes("urn:xmpp:avatar:metadata", picture,
                        f'<metadata xmlns="urn:xmpp:avatar:metadata"><info id="{picture}" bytes="{len(data)}" type="image/png"/></metadata>')

    def publishes_no_picture(self):
        self._publishes("urn:xmpp:avatar:metadata", "none", '<metadata xmlns="urn:xmpp:avatar:metadata"/>')

    def _publishes(self, node, item, payload):
        answer = self.iq(self.jid, "set", f'<pubsub xmlns="http://jabber.org/protocol/pubsub"><publish node="{node}"><item id="{item}">'
                                          f"{payload}</item></publish></pubsub>")
        check_equal(answer.error, None, f"{self.jid} has published {node}")

    def deletes_account(self):
        """[XEP-0077 §3.2] at the Jabber server; ejabberd ends the stream instead of an answer."""
        self.world.tell(f"{self.jid} deletes the Jabber account")
        try:
            self.iq(self.world.jabber_server.domain, "set", '<query xmlns="jabber:iq:register"><remove/></query>', seconds=3)
        except Failure:
            pass

    def reconnects(self):
        """Logs in again, after the Jabber server was restarted."""
        self.close()
        self.connect()
        self.waits_for_gateway()

    # With the gateway

    def links(self, address, password=None, servers=..., **fields):
        """Links a mailbox by the registration form, naming its servers (or `servers`: fields of the form; None: no servers); returns the
        answer. From then on it is her address."""
        if servers is ...:
            servers = {"imap_server": f"localhost:{self.world.dovecot.imaps_port}", "imap_security": "tls",
                       "smtp_server": f"localhost:{self.world.postfix.submission_port}", "smtp_security": "starttls"}
        self.world.tell(f"{self.jid} links the mailbox {address}")
        answer = self.register(self.world.coigate.domain, email=address, password=password or self.world.password, **(servers or {}), **fields)
        if not answer.error:
            self.address = address
        return answer

    def uses_mailbox(self, who, password=None, **fields):
        """Links the mailbox of `who`, which is hers from then on."""
        check_equal(self.links(address_of(who), password, **fields).error, None, f"{self.jid} has linked {address_of(who)}")

    def cannot_link(self, who, words, password=None, **fields):
        """The gateway refuses to link that mailbox, and says why."""
        answer = self.links(address_of(who), password, **fields)
        check_words(" – ".join(answer.error or ("no error",)), words, f"{address_of(who)} is not linked, and the answer says why")

    def tells_gateway(self, words, **what):
        """Plain words to the gateway's own JID; returns what it answers: nothing that it has said before."""
        self.world.tell(f"{self.jid} → {self.world.coigate.domain}: {words}")
        before = len(self.came)
        self.say(self.world.coigate.domain, words, **what)
        answer = self.wait_for(lambda s: s.sender.split("/")[0] == self.world.coigate.domain and s.body and s in self.came[before:], 30,
                               f"the gateway's answer to {words!r}")
        self.world.tell(f"  the gateway: {answer.body}")
        return answer.body

    def asks_gateway(self, words, answer):
        """Plain words to the gateway, whose answer contains `answer` (a string or several); returns the answer."""
        said = self.tells_gateway(words)
        check_words(said, answer, f"the gateway answers {words!r}")
        return said

    def hears_gateway(self, words, seconds=60):
        """Waits for a message that the gateway sends by itself; it contains `words` (a string or several)."""
        words = [words] if isinstance(words, str) else words
        told = self.wait_for(lambda s: s.kind == "message" and s.sender.split("/")[0] == self.world.coigate.domain and
                             all(each in s.body for each in words), seconds, f"the gateway says {words}")
        self.world.tell(f"  the gateway tells {self.jid}: {told.body}")
        return told.body

    def approves_gateway(self):
        """The gateway becomes a contact as clients make it one; returns when the Jabber server vouches for the user."""
        gateway = self.world.coigate.domain
        self.presence(gateway, "subscribe")
        self.sees(gateway, "subscribe", 80)  # on ejabberd five such stanzas go in a minute (mod_pres_counter): the sixth comes later, and comes
        self.presence(gateway, "subscribed")

        def vouched():
            rows = self.world.coigate.stored("SELECT state FROM account WHERE jid = ?", self.jid)
            return rows and all(row[0] & 2 for row in rows)
        wait_until(vouched, 20, f"the Jabber server vouches for {self.jid}")

    def can_invite(self):
        """Waits until the gateway makes invites for her: a linked mailbox was looked through. Returns the link."""
        def link():
            return next((word for word in self.tells_gateway("invite").split() if word.startswith("https://i.delta.chat/#")), None)
        return wait_until(link, 30, f"{self.jid} gets an invite")


class MailPerson(MailClient):
    """A user of the mail server who is logged in."""

    def __init__(self, world, name):
        super().__init__(f"{name}@mail.test", world.password, world.dovecot, world.postfix, world.certificates.ca_file)
        self.world, self.last = world, None

    def writes(self, who, text, **what):
        """A mail; returns its Message-ID."""
        self.world.tell(f"{self.address} → {address_of(who)}: {text}")
        return self.say(address_of(who), text, **what)

    def sends_file(self, who, text, name, content_type, content, **what):
        """A mail with one attachment; returns its Message-ID."""
        return self.sends_files(who, text, (name, content_type, content), **what)

    def sends_files(self, who, text, *files, **what):
        """A mail with attachments, each (name, type, content); returns its Message-ID."""
        self.world.tell(f"{self.address} → {address_of(who)}: {text} ({', '.join(name for name, *_ in files)})")
        mail = self.compose(address_of(who), text, **what)
        for name, content_type, content in files:
            mail.add_attachment(content, *content_type.split("/"), filename=name)
        return self.send(mail)

    def answers(self, text, to=None, **what):
        """Answers the mail that he has read last, or the mail `to`; returns the Message-ID."""
        mail = to or self.last
        return self.writes(mail["From"].addresses[0].addr_spec, text, reply_to=mail, **what)

    def chats(self, who, text, **headers):
        """A mail as a COI client writes it; returns its Message-ID."""
        name = email.utils.make_msgid("", "mail.test").replace("<", "<chat$")
        return self.writes(who, text, headers={"Chat-Version": "1.0", "Message-ID": name, **headers})

    def edits(self, who, before, text):
        """A COI client replaces the text of its message, or edit, with the Message-ID `before` [COI-C]; returns the edit's."""
        return self.chats(who, text, **{"Chat-Content": "editrequest", "In-Reply-To": before})

    def deletes(self, who, before):
        """A COI client takes back its message, or edit, with the Message-ID `before` [COI-C]."""
        return self.chats(who, "(original message marked as deleted)", **{"Chat-Content": "deleterequest", "In-Reply-To": before})

    def reads(self, text, seconds=30, lacks=(), **fields):
        """Waits for a mail that contains `text`; returns it (an EmailMessage). `fields`: see check_mail."""
        mail = self.last = self.wait_for(lambda m: text in text_of(m), seconds, f"a mail {text!r}")
        self.world.tell(f"  {self.address} reads: {text_of(mail)}")
        for words in [lacks] if isinstance(lacks, str) else lacks:
            check(words not in text_of(mail), f"its text has no {words!r}")
        check_mail(mail, fields)
        return mail

    @staticmethod
    def files_of(mail):
        """(name, type, content) of each attachment."""
        return [(part.get_filename(), part.get_content_type(), part.get_payload(decode=True)) for part in mail.iter_attachments()]

    def gets_file(self, name, content, seconds=30):
        """Waits for a mail with this one attachment; returns it."""
        mail = self.wait_for(lambda m: [each[0] for each in self.files_of(m)] == [name], seconds, f"a mail with {name}")
        check_equal(self.files_of(mail)[0][2], content, f"{self.address} gets {name}")
        return mail

    def has_not_read(self, *words):
        """None of the mails that came, and that no line was about, contains any of `words`."""
        self.fetch()
        check_equal([mail.as_string() for mail in self.came if any(word in mail.as_string() for word in words)], [],
                    f"{self.address} got nothing with {words}")

    def has_flags(self, mail, *flags, seconds=30):
        """Waits until this mail in his INBOX has these flags."""
        wait_until(lambda: set(flags) <= self.flags_of(mail), seconds, f"{flags} on {mail['Message-ID']} in the mailbox of {self.address}")

    def gets_report_of(self, mail):
        """Waits for a report that his mail was read; returns it."""
        report = self.wait_for(lambda m: m.get_content_type() == "multipart/report" and str(mail["Message-ID"]) in m.as_string(), 20,
                               f"a report of {mail['Message-ID']}")
        check("disposition-notification" in report["Content-Type"], f"{self.address} gets a report that his message was read")
        return report

    def gets_bounce(self, seconds=60):
        """Waits for a delivery status notification; returns it."""
        bounce = self.wait_for(lambda m: m.get_content_type() == "multipart/report", seconds, "a bounce")
        self.world.tell(f"  {self.address} gets a bounce: {bounce['Subject']}")
        return bounce
