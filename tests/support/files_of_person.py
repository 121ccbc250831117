"""What a Jabber user of a story does with files: sends them in the ways of clients, and opens those that come."""

import base64
import hashlib
import ssl
import urllib.error
import urllib.request
import uuid

from expect import address_of


class FilesOfPerson:
    """A part of JabberPerson (people.py)."""

    def uploads(self, name, content_type, content):
        """Puts a file on her server's file store [XEP-0363]; returns its address."""
        slot = self.iq(f"upload.{self.world.jabber_server.domain}", "get", '<request xmlns="urn:xmpp:http:upload:0" '
                       f'filename="{name}" size="{len(content)}" content-type="{content_type}"/>').xml
        space = "{urn:xmpp:http:upload:0}"
        put = slot.find(f"{space}slot/{space}put")
        headers = {header.get("name"): header.text for header in put} | {"Content-Type": content_type}
        request = urllib.request.Request(put.get("url"), data=content, method="PUT", headers=headers)
        with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=self.world.certificates.ca_file), timeout=20):
            pass
        return slot.find(f"{space}slot/{space}get").get("url")

    @staticmethod
    def claims(url, name, content_type, content, metadata=""):
        """A file and where it lies [XEP-0447], with its hash."""
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        return (f'<file-sharing xmlns="urn:xmpp:sfs:0" id="{name}"><file xmlns="urn:xmpp:file:metadata:0">'
                f"<media-type>{content_type}</media-type><name>{name}</name><size>{len(content)}</size>"
                f'<hash xmlns="urn:xmpp:hashes:2" algo="sha-256">{digest}</hash>{metadata}</file><sources>'
                f'<url-data xmlns="http://jabber.org/protocol/url-data" target="{url}"/></sources></file-sharing>')

    def shares_file(self, who, name, content_type, content, caption="", metadata="", beside=""):
        """Puts a file on her server's file store, and sends it, as clients do; returns the stanza's id."""
        url = self.uploads(name, content_type, content)
        description = f"<desc>{caption}</desc>" if caption else ""
        return self.sends_link(who, url, self.claims(url, name, content_type, content, description + metadata) + beside)

    def shares_files(self, who, caption, *files):
        """Sends several files, each (name, type, content), in one message [XEP-0447 §4.2]; returns the stanza's id."""
        shared = [(self.uploads(*file), *file) for file in files]
        return self.writes(who, "\n".join([caption, *(url for url, *_ in shared)]), extra="".join(self.claims(*one) for one in shared))

    def sends_link(self, who, url, beside=""):
        """A file that lies somewhere, as clients have sent them for years [XEP-0066]; returns the stanza's id."""
        return self.writes(who, url, extra=f'<x xmlns="jabber:x:oob"><url>{url}</url></x>{beside}')

    def announces_file(self, who, name, content_type, content):
        """Says that a file will come, before it is uploaded, as Dino does [XEP-0447 §3.3]; returns the stanza's id."""
        stanza = f"announcement-{uuid.uuid4()}"
        sharing = self.claims("", name, content_type, content)
        self.send(f'<message to="{self.world.coigate.jid_of(address_of(who))}" type="chat" id="{stanza}">'
                  f'{sharing[:sharing.index("<sources>")]}</file-sharing><store xmlns="urn:xmpp:hints"/></message>')
        return stanza

    def brings_file(self, who, announcement, name, content_type, content):
        """Uploads an announced file under another name, and says where it lies, as Dino does [XEP-0367 §3]."""
        url = self.uploads(f"{uuid.uuid4()}", content_type, content)
        self.sends_link(who, url, f'<attach-to xmlns="urn:xmpp:message-attaching:1" id="{announcement}"/>'
                        f'<sources xmlns="urn:xmpp:sfs:0" id="{name}"><url-data xmlns="http://jabber.org/protocol/url-data" target="{url}"/>'
                        "</sources>")

    def shows_picture(self, who, text, picture, beside=False):
        """A small picture in the markup of a message, whose data stands beside it, or is given to who asks [XEP-0231 §2]; returns the
        stanza's id."""
        async def act():
            for plugin in ("xep_0030", "xep_0231"):
                self._xmpp.register_plugin(plugin)
            return await self._xmpp["xep_0231"].set_bob(picture, "image/png")
        cid = self._call(act())
        data = f'<data xmlns="urn:xmpp:bob" cid="{cid}" type="image/png">{base64.b64encode(picture).decode()}</data>' if beside else ""
        return self.writes(who, text, extra='<html xmlns="http://jabber.org/protocol/xhtml-im"><body xmlns="http://www.w3.org/1999/xhtml">'
                           f'<p>{text} <img alt="a picture" src="cid:{cid}"/></p></body></html>{data}')

    def opens_file(self, who, name):
        """Waits for a file of this name, as a message that is its link alone [XEP-0066]; `who` None: from the gateway. Returns the stanza
        and the file's bytes."""
        link = "{jabber:x:oob}x/{jabber:x:oob}url"
        sender = self.world.coigate.jid_of(address_of(who)) if who else self.world.coigate.domain
        stanza = self.wait_for(lambda s: s.body.endswith("/" + name) and s.xml.findtext(link) == s.body and
                               s.sender.split("/")[0] == sender, 40, f"the file {name}")
        self.world.tell(f"  {self.jid} opens {name}")
        context = ssl.create_default_context(cafile=self.world.certificates.ca_file)
        with urllib.request.urlopen(stanza.body, context=context, timeout=20) as answer:
            return stanza, answer.read()

    def status_of(self, url):
        """What a file server says when she asks for this address."""
        context = ssl.create_default_context(cafile=self.world.certificates.ca_file)
        try:
            with urllib.request.urlopen(url, context=context, timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    @staticmethod
    def hash_said(stanza):
        """The SHA-256 that a message says of its file [XEP-0300 §3]."""
        said = stanza.xml.find(".//{urn:xmpp:file:metadata:0}file/{urn:xmpp:hashes:2}hash[@algo='sha-256']")
        return base64.b64decode(said.text)

    @staticmethod
    def pixels_said(stanza):
        """The width and height that a message says of its picture [XEP-0446 §2]."""
        file = stanza.xml.find(".//{urn:xmpp:file:metadata:0}file")
        return tuple(int(file.findtext(f"{{urn:xmpp:file:metadata:0}}{side}")) for side in ("width", "height"))
