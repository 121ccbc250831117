"""A Jabber client for plays: slixmpp on one background event loop, with a blocking face.

Every stanza that comes is kept as it came; wait_for() looks through what came and waits, to a deadline, for what will come.
It answers nothing and subscribes to nothing by itself, so that a play sees exactly what the gateway does.
"""

import asyncio
import inspect
import logging
import ssl
import threading
import time
import uuid
import warnings
import xml.etree.ElementTree as ET

from server import Failure

logging.getLogger("slixmpp").setLevel(logging.CRITICAL)
logging.disable(logging.WARNING)  # "Using slower stringprep": said at import, to everybody
import slixmpp  # noqa: E402
from slixmpp.xmlstream.handler import Callback  # noqa: E402
from slixmpp.xmlstream.matcher import MatcherId, MatchXPath  # noqa: E402

logging.disable(logging.NOTSET)
CLIENT = "{jabber:client}"
FORM = "{jabber:x:data}"
REGISTER = "{jabber:iq:register}"
COMMANDS = "{http://jabber.org/protocol/commands}"

_loop = None


def _running_loop():
    global _loop
    if _loop is None:
        warnings.simplefilter("ignore", DeprecationWarning)
        _loop = asyncio.new_event_loop()
        asyncio.set_event_loop(_loop)
        threading.Thread(target=_loop.run_forever, daemon=True).start()
    return _loop


class Stanza:
    """What came: the element and its usual parts."""

    def __init__(self, xml):
        self.xml = xml
        self.kind = xml.tag.removeprefix(CLIENT)
        self.id, self.type = xml.get("id", ""), xml.get("type", "")
        self.sender, self.to = xml.get("from", ""), xml.get("to", "")
        self.at = time.time()
        self.body = xml.findtext(CLIENT + "body") or ""
        self.subject = xml.findtext(CLIENT + "subject") or ""

    @property
    def error(self):
        """(condition, text) of an error stanza, else None."""
        element = self.xml.find(CLIENT + "error")
        if element is None:
            return None
        names = [child.tag.rpartition("}")[2] for child in element]
        text = element.findtext("{urn:ietf:params:xml:ns:xmpp-stanzas}text") or ""
        return next((name for name in names if name != "text"), ""), text

    def __str__(self):
        return ET.tostring(self.xml, encoding="unicode")


class JabberClient:
    def __init__(self, jid, password, port, ca_file):
        self.jid, self._password, self._port, self._ca_file = jid, password, port, ca_file
        self.came = []
        self._news = threading.Condition()
        self._xmpp = None
        self._session = threading.Event()

    def connect(self, seconds=20):
        self._session.clear()
        self._call(self._connect())
        if not self._session.wait(seconds):
            raise Failure(f"{self.jid} could not log in at the Jabber server within {seconds} s")
        return self

    async def _connect(self):
        xmpp = slixmpp.ClientXMPP(f"{self.jid}/play-{uuid.uuid4().hex[:6]}", self._password)
        xmpp.ca_certs = str(self._ca_file)
        xmpp.ssl_context.check_hostname = False  # slixmpp checks the name of the JID's domain itself
        xmpp.ssl_context.minimum_version = ssl.TLSVersion.TLSv1_2
        xmpp.roster.auto_authorize = None
        xmpp.roster.auto_subscribe = False
        for kind in ("message", "presence"):
            xmpp.register_handler(Callback(f"any {kind}", MatchXPath(CLIENT + kind), self._take))
        xmpp.add_event_handler("session_start", self._start_session)
        server = ("127.0.0.1", self._port)
        xmpp.connect(*server) if "host" in inspect.signature(xmpp.connect).parameters else xmpp.connect(server)  # slixmpp 1.9: two arguments
        self._xmpp = xmpp

    async def _start_session(self, _):
        self._xmpp.send_presence()
        await self._xmpp.get_roster()
        self._session.set()

    def _take(self, stanza):
        with self._news:
            self.came.append(Stanza(stanza.xml))
            self._news.notify_all()

    @staticmethod
    def _call(coroutine, seconds=30):
        return asyncio.run_coroutine_threadsafe(coroutine, _running_loop()).result(seconds)

    def close(self):
        async def end():
            await asyncio.wait([self._xmpp.disconnect(wait=1)], timeout=3)
            self._xmpp.cancel_connection_attempt()
            if self._xmpp._run_out_filters is not None:  # slixmpp leaves this task behind
                self._xmpp._run_out_filters.cancel()
        if self._xmpp is not None:
            self._call(end())
            self._xmpp = None

    # What a user does

    def send(self, xml):
        """Sends a stanza given as text, as it is."""
        async def act():
            self._xmpp.send_raw(xml)
        self._call(act())

    def say(self, to, body, subject="", stanza_id=None, extra="", lang="en"):
        """A chat message; returns its stanza id. `extra` is more XML for inside."""
        stanza_id = stanza_id or uuid.uuid4().hex
        message = ET.Element("message", {"to": to, "type": "chat", "id": stanza_id, "xml:lang": lang})
        if subject:
            ET.SubElement(message, "subject").text = subject
        ET.SubElement(message, "body").text = body
        message.extend(ET.fromstring(f"<extra>{extra}</extra>"))
        self.send(ET.tostring(message, encoding="unicode"))
        return stanza_id

    def marks(self, to, stanza_id, marker="displayed", beside=""):
        """A marker [XEP-0333] or a receipt [XEP-0184] for the stanza with this id."""
        namespace = {"displayed": "urn:xmpp:chat-markers:0", "received": "urn:xmpp:receipts"}[marker]
        self.send(f'<message to="{to}" type="chat"><{marker} xmlns="{namespace}" id="{stanza_id}"/>{beside}</message>')

    def presence(self, to, kind="", status=""):
        presence = ET.Element("presence", {"to": to} | ({"type": kind} if kind else {}))
        if status:
            ET.SubElement(presence, "status").text = status
        self.send(ET.tostring(presence, encoding="unicode"))

    def iq(self, to, kind, payload, seconds=30):
        """Sends a get or set; returns the answer (a Stanza: look at .type and .error)."""
        iq_id = uuid.uuid4().hex

        iq = ET.Element("iq", {"id": iq_id, "to": to, "type": kind})
        iq.append(ET.fromstring(payload))

        async def act():  # Iq.send() of slixmpp 1.10 loses errors with a condition that it does not know, as policy-violation
            answer = asyncio.get_running_loop().create_future()

            def take(stanza):
                if stanza.xml.get("type") in ("result", "error") and not answer.done():
                    answer.set_result(Stanza(stanza.xml))
            self._xmpp.register_handler(Callback(iq_id, MatcherId(iq_id), take))
            self._xmpp.send_raw(ET.tostring(iq, encoding="unicode"))
            try:
                return await asyncio.wait_for(answer, seconds)
            except asyncio.TimeoutError:
                return None
            finally:
                self._xmpp.remove_handler(iq_id)
        result = self._call(act(), seconds + 5)
        if result is None:
            raise Failure(f"{to} gave no answer to an iq within {seconds} s: {payload[:200]}")
        return result

    def answers(self, to):
        """Whether `to` answers service discovery now."""
        try:
            return self.iq(to, "get", '<query xmlns="http://jabber.org/protocol/disco#info"/>', seconds=5).type == "result"
        except Failure:
            return False

    def register(self, service, seconds=60, **fields):
        """[XEP-0077] with the service's data form; returns the answer."""
        form = ET.Element("{jabber:iq:register}query")
        x = ET.SubElement(form, FORM + "x", {"type": "submit"})
        values = {"FORM_TYPE": "jabber:iq:register"} | fields
        for name, value in values.items():
            field = ET.SubElement(x, FORM + "field", {"var": name})
            ET.SubElement(field, FORM + "value").text = value
        return self.iq(service, "set", ET.tostring(form, encoding="unicode"), seconds)

    def unregister(self, service):
        return self.iq(service, "set", '<query xmlns="jabber:iq:register"><remove/></query>')

    def command(self, service, node, session="", seconds=60, action="", **fields):
        """One step of an ad-hoc command [XEP-0050]; returns the <command/> element of the answer."""
        command = ET.Element(COMMANDS + "command", {"node": node} | ({"sessionid": session} if session else {}) |
                             ({"action": action} if action else {}))
        if fields:
            x = ET.SubElement(command, FORM + "x", {"type": "submit"})
            for name, value in fields.items():
                field = ET.SubElement(x, FORM + "field", {"var": name})
                ET.SubElement(field, FORM + "value").text = value
        answer = self.iq(service, "set", ET.tostring(command, encoding="unicode"), seconds)
        if answer.error:
            raise Failure(f"command {node}: {answer.error}")
        return answer.xml.find(COMMANDS + "command")

    def roster(self):
        """JIDs in the roster, with their subscription."""
        answer = self.iq(self.jid, "get", '<query xmlns="jabber:iq:roster"/>')
        return {item.get("jid"): item.get("subscription") for item in answer.xml.iter("{jabber:iq:roster}item")}

    def name_of(self, jid):
        """In the roster; None if there is none."""
        answer = self.iq(self.jid, "get", '<query xmlns="jabber:iq:roster"/>')
        return next((item.get("name") for item in answer.xml.iter("{jabber:iq:roster}item") if item.get("jid") == jid), None)

    def wants_pictures(self):
        """Answers service discovery as a client that wants the pictures of contacts as events [XEP-0163 §4.2]."""
        async def act():
            self._xmpp.register_plugin("xep_0030")
            self._xmpp["xep_0030"].add_feature("urn:xmpp:avatar:metadata+notify")
        self._call(act())

    def wants_copies(self):
        """It gets a copy of what the user's other clients send and receive [XEP-0280 §4]."""
        return self.iq(self.jid, "set", '<enable xmlns="urn:xmpp:carbons:2"/>')

    def forgets_what_came(self):
        with self._news:
            self.came.clear()

    # What a user sees

    def wait_for(self, wanted, seconds=30, what="a stanza"):
        """The first stanza, of those that came and will come, for which `wanted` holds; it is taken out."""
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                for stanza in self.came:
                    if wanted(stanza):
                        self.came.remove(stanza)
                        return stanza
                left = deadline - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    if time.monotonic() < deadline:
                        continue
                    seen = "\n".join(f"  {stanza}" for stanza in self.came[-8:]) or "  nothing"
                    raise Failure(f"{self.jid} waited {seconds:g} s in vain for {what}; what came:\n{seen}")
