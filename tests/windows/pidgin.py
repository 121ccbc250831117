"""Pidgin with one account that is set up already, and its OTR plugin."""

_ACCOUNTS = """<?xml version='1.0' encoding='UTF-8' ?>
<account version='1.0'>
 <account>
  <protocol>prpl-jabber</protocol>
  <name>{jid}/Pidgin</name>
  <password>{password}</password>
  <statuses><status type='available' name='Available' active='true'><attributes/></status></statuses>
  <settings>
   <setting name='connect_server' type='string'>127.0.0.1</setting>
   <setting name='port' type='int'>{port}</setting>
   <setting name='connection_security' type='string'>opportunistic_tls</setting>
   <setting name='auth_plain_in_clear' type='bool'>1</setting>
  </settings>
  <settings ui='gtk-gaim'><setting name='auto-login' type='bool'>1</setting></settings>
 </account>
</account>
"""
_PREFS = """<?xml version='1.0' encoding='UTF-8' ?>
<pref version='1' name='/'>
 <pref name='pidgin'>
  <pref name='plugins'><pref name='loaded' type='pathlist'><item value='/usr/lib/pidgin/pidgin-otr.so'/></pref></pref>
  <pref name='blist'><pref name='show_offline_buddies' type='bool' value='1'/></pref>
 </pref>
 <pref name='purple'><pref name='savedstatus'><pref name='startup_current_status' type='bool' value='1'/></pref></pref>
</pref>
"""


class Pidgin:
    name, program, window = "pidgin", "pidgin", "Buddy List|Buddy-Liste|Kontaktliste"
    error = "XMPP Message Error|XMPP-Nachrichtenfehler"
    otr_question, otr_answer = "Generating private key|Privater Schlüssel", "Escape"  # says when it is done

    def __init__(self, screen, jid, password, server):
        self.screen = screen
        folder = screen.home / ".purple"
        folder.mkdir(mode=0o700)
        (folder / "accounts.xml").write_text(_ACCOUNTS.format(jid=jid, password=password, port=server.c2s_port))
        (folder / "prefs.xml").write_text(_PREFS)
        certificates = folder / "certificates/x509/tls_peers"
        certificates.mkdir(parents=True)
        (certificates / "127.0.0.1").write_text(server.certificate.read_text())
        screen.own_tree(folder)
        screen.run("pidgin", log="pidgin.log")
        screen.waits_for_window(self.window, 150)

    def opens_chat(self, jid):
        for _ in self.screen.windows(self.error):
            self.screen.focus(self.error)
            self.screen.press("Escape")
        self.screen.focus(self.window)
        self.screen.press("ctrl+m")
        self.screen.focus("New Instant Message|Neue Sofortnachricht")
        self.screen.types(jid)
        self.screen.press("Return")
        named = "|Bob Example" if jid.startswith("bob") else ""  # once he is in the list
        self.screen.places(jid.replace("\\", ".") + named, 540, 200, 700, 650)
