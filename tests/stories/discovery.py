"""Alice links a mailbox with nothing but address and password: its servers are found by SRV records at a real name server.

Where that cannot be, the answer says why: the domain does not exist, has no such service, keeps it on a private network, or nobody tells.
"""

from name_server import NameServer
from play import PASSWORD, World, check, check_equal
from server import free_port

NOWHERE = free_port()  # nobody listens there


def records(world):
    """mail.test as a provider publishes it: a first choice that is down, and one that works; and domains with a disease each."""
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


def links(alice, address):
    alice.world.tell(f"{alice.jid} links {address}, and names no servers")
    answer = alice.register(alice.world.coigate.domain, email=address, password=PASSWORD)
    alice.world.tell(f"  the gateway: {answer.error[1] if answer.error else 'linked'}")
    return answer


def is_refused(alice, address, *words):
    error = links(alice, address).error
    check(error and all(word in error[1] for word in words), f"the answer names {' and '.join(words)}")


world = World(mail_people=("bob", "carol"))
dns = NameServer(world.work, records(world))
world.coigate.change_config("[mail]\n", f'[mail]\ndns_server = "127.0.0.1:{dns.port}"\n')
world.servers.insert(0, dns)
with world:
    alice, bob = world.jabber("alice"), world.mail("bob")

    is_refused(alice, "carol@nowhere.test", "No mail server was found for nowhere.test", "Give the IMAP and SMTP servers")
    check(dns.asked("imap.nowhere.test"), "the usual names were looked for as well")
    is_refused(alice, "carol@nomail.test", "No mail server was found for nomail.test", "Give the IMAP and SMTP servers")
    check_equal(dns.asked("imap.nomail.test"), 0, "no other name was looked for: the domain says that it has no mail")

    world.tell("coigate may no longer connect to private networks")
    world.coigate.change_config("allow_private_servers = true", "allow_private_servers = false")
    is_refused(alice, "carol@inner.test", "imap.inner.test is on a private network", "Ask its operator")
    world.coigate.change_config("allow_private_servers = false", "allow_private_servers = true")

    dns.stop()
    is_refused(alice, "carol@mail.test", "The name mail.test cannot be looked up now", "Try again later")
    dns.start()
    check_equal(links(alice, "carol@mail.test").error, None, "both servers are found, though the first choice is down")
    check("carol@mail.test" in alice.tells_gateway("status"), "and the mailbox is linked")
    alice.writes("bob@mail.test", "Hello from a mailbox that was found")
    first = bob.reads("a mailbox that was found")
    bob.writes("carol@mail.test", "Found you, too", reply_to=first)
    alice.reads("Found you, too", "bob@mail.test")
