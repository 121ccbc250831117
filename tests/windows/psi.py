"""Psi+ with one account that is set up already."""

from uri import chat_uri

_ACCOUNTS = """<!DOCTYPE accounts>
<accounts xmlns="http://psi-im.org/options" version="1.4.554">
 <accounts comment="Account definitions and options">
  <a0>
   <enabled type="bool">true</enabled>
   <auto type="bool">true</auto>
   <id type="QString">{{00000000-0000-4000-8000-000000000001}}</id>
   <name type="QString">{host}</name>
   <jid type="QString">{jid}</jid>
   <password type="QString">{password}</password>
   <use-host type="bool">true</use-host>
   <host type="QString">127.0.0.1</host>
   <port type="int">{port}</port>
   <ssl type="QString">no</ssl>
   <allow-plain type="QString">always</allow-plain>
   <security-level type="int">0</security-level>
   <ignore-SSL-warnings type="bool">true</ignore-SSL-warnings>
  </a0>
 </accounts>
</accounts>
"""
_OPTIONS = """<!DOCTYPE psi>
<psi xmlns="http://psi-im.org/options" version="1.4.554">
 <options>
  <ui>
   <tip><show type="bool">false</show></tip>
   <automatically-check-for-updates type="bool">false</automatically-check-for-updates>
   <message><auto-popup type="bool">true</auto-popup></message>
   <tabs><use-tabs type="bool">false</use-tabs></tabs>
   <chat>
    <auto-popup type="bool">true</auto-popup>
    <size type="QSize"><width type="int">650</width><height type="int">600</height></size>
   </chat>
  </ui>
  <keychain><enabled type="bool">false</enabled></keychain>
 </options>
 <plugins><auto-load><otr type="bool">true</otr></auto-load></plugins>
</psi>
"""


def _hidden(password, jid):
    """The password as Psi keeps it: each character xor one of the JID, in hexadecimal."""
    return "".join(f"{ord(char) ^ ord(jid[index % len(jid)]):04x}" for index, char in enumerate(password))


class Psi:
    name, program, window = "psi", "psi-plus", "Psi\\+"
    otr_question, otr_answer = "Psi OTR", "Return"

    def __init__(self, screen, jid, password, server):
        self.screen = screen
        folder = screen.home / ".config/psi+/profiles/default"
        folder.mkdir(parents=True)
        (folder / "accounts.xml").write_text(_ACCOUNTS.format(
            jid=jid, host=jid.partition("@")[2], password=_hidden(password, jid), port=server.c2s_port))
        (folder / "options.xml").write_text(_OPTIONS)
        screen.own_tree(screen.home / ".config")
        screen.run("psi-plus", "--profile=default", log="psi.log")
        screen.waits_for_window(self.window, 150)

    def opens_chat(self, jid):
        self.screen.run("psi-plus", "--profile=default", "--uri=" + chat_uri(jid, ";type=chat"), log="psi.log")
