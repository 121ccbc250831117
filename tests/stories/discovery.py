"""Alice links a mailbox with nothing but address and password: its servers are found by SRV records at a real name server.

Where that cannot be, the answer says why: the domain does not exist, has no such service, keeps it on a private network, or nobody tells.
"""

from expect import check, check_equal
from name_server import WorldWithNames
from scenario import play, scenario
from server import free_port

NOWHERE = free_port()  # nobody listens there
GIVE_SERVERS = "Give the IMAP and SMTP servers"


def records(world):
    """mail.test as a provider publishes it: a first choice that is down, and one that works; and domains with one fault each."""
    none = [f"srv-host=_{service}._tcp.nomail.test" for service in ("imap", "imaps", "submission", "submissions")]
    return [
        "address=/imap.mail.test/smtp.mail.test/127.0.0.1",
        f"srv-host=_imaps._tcp.mail.test,imap.mail.test,{NOWHERE},0,5",
        f"srv-host=_imaps._tcp.mail.test,imap.mail.test,{world.dovecot.imaps_port},10,5",
        "srv-host=_submissions._tcp.mail.test",
        f"srv-host=_submission._tcp.mail.test,smtp.mail.test,{world.postfix.submission_port}",
        *none,
        "srv-host=_imaps._tcp.inner.test,imap.inner.test,993", "srv-host=_submissions._tcp.inner.test,imap.inner.test,465",
        "address=/imap.inner.test/10.1.2.3"]


@scenario
def domains_without_mail(alice, dns):
    """One domain does not exist, and the other says that it has no mail."""
    alice.cannot_link("carol@nowhere.test", ["No mail server was found for nowhere.test", GIVE_SERVERS], servers=None)
    check(dns.asked("imap.nowhere.test"), "the usual names were looked for as well")
    alice.cannot_link("carol@nomail.test", ["No mail server was found for nomail.test", GIVE_SERVERS], servers=None)
    check_equal(dns.asked("imap.nomail.test"), 0, "no other name was looked for: the domain says that it has no mail")


@scenario
def private_network(alice, gateway):
    """coigate may not connect to private networks."""
    gateway.change_config("allow_private_servers = true", "allow_private_servers = false")
    alice.cannot_link("carol@inner.test", ["imap.inner.test is on a private network", "Ask its operator"], servers=None)
    gateway.change_config("allow_private_servers = false", "allow_private_servers = true")


@scenario(includes=[private_network])
def alice_names_no_servers(alice, bob, carol, dns):
    """The name server is away, then back; both servers are found, though the first choice is down."""
    dns.stop()
    alice.cannot_link(carol, ["The name mail.test cannot be looked up now", "Try again later"], servers=None)
    dns.start()
    alice.uses_mailbox(carol, servers=None)
    alice.asks_gateway("status", carol.address)
    alice.writes(bob, "Hello from a mailbox that was found")
    bob.reads("a mailbox that was found")
    bob.answers("Found you, too")
    alice.reads("Found you, too", bob)


play(__name__, stage=lambda names, **setting: WorldWithNames.for_actors(names, records=records, **setting))
