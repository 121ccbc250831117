// The admin's verbs; see administration.h and, for the shapes, control.h.

#include "gateway/daemon/administration.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <memory>

#include "gateway/accounts/damaged_account.h"
#include "gateway/model/addresses.h"
#include "gateway/store/accounts.h"
#include "gateway/store/queue.h"
#include "gateway/transport/mailbox_check.h"

namespace gateway {

namespace {

using boost::json::object;
using Answer = std::function<void(object)>;

constexpr std::size_t page = 500;
constexpr int tries_set_aside = 3;  // attempts after which an entry is reported as failing, not only as waiting

std::string text(const object& in, const char* key) {
    const auto* value = in.if_contains(key);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number(const object& in, const char* key, std::int64_t otherwise) {
    const auto* value = in.if_contains(key);
    return value && value->is_int64() ? value->as_int64() : otherwise;
}

object error(std::string words) { return {{"error", std::move(words)}}; }

const char* name_of(Account::Kind kind) { return kind == Account::Kind::mailbox ? "mailbox" : "relay"; }
const char* name_of(queue::Direction direction) {
    return direction == queue::Direction::mail ? "mail" : direction == queue::Direction::jabber ? "jabber" : "aside";
}
const char* name_of(IncomingFilter take) {
    return take == IncomingFilter::chats ? "chats" : take == IncomingFilter::contacts ? "contacts" : "all";
}
const char* name_of(coi::net::Security security) {
    return security == coi::net::Security::tls ? "tls" : security == coi::net::Security::starttls ? "starttls" : "none";
}
std::string name_of(const coi::net::Endpoint& endpoint) {
    const bool literal = endpoint.host.find(':') != std::string::npos;
    return (literal ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

object row(const Administered& to, const Account& account) {
    return {{"id", static_cast<std::int64_t>(account.id)},
            {"jid", account.jid},
            {"kind", name_of(account.kind)},
            {"address", account.address.addr_spec()},
            {"take", name_of(account.take)},
            {"health", to.linked.health(account, "en")}};
}

object row(const Stuck& mail) {
    return {{"folder", mail.folder},
            {"uid", mail.uid},
            {"tries", mail.tries},
            {"set_aside", mail.aside},
            {"error", mail.reason}};
}

std::vector<const Account*> accounts_of(const Administered& to, const object& in) {
    const auto jid = bare(text(in, "jid"));
    const std::string kind = text(in, "kind");
    std::vector<const Account*> found;
    if (!jid) return found;
    using enum Account::Kind;
    for (const Account* account : {to.directory.mailbox_of(*jid), to.directory.relay_of(*jid),
                                   to.directory.at_rest(*jid, mailbox), to.directory.at_rest(*jid, relay)}) {
        if (account && (kind.empty() || kind == name_of(account->kind))) found.push_back(account);
    }
    return found;
}

void list_accounts(const Administered& to, const object& in, const Answer& answer) {
    const auto after = AccountId{number(in, "after", 0)};
    const auto most = static_cast<std::size_t>(number(in, "most", page));
    auto all = to.directory.all();
    std::erase_if(all, [after](const Account* account) { return account->id <= after; });
    std::sort(all.begin(), all.end(), [](const Account* a, const Account* b) { return a->id < b->id; });
    const bool more = all.size() > most;
    if (more) all.resize(most);
    boost::json::array rows;
    for (const Account* account : all) rows.push_back(row(to, *account));
    answer({{"accounts", std::move(rows)}, {"more", more}});
}

using Conditions = std::vector<accounts::Condition>;

void add(const accounts::Condition& condition, object& shown) {
    shown["contacts"] = condition.contacts;
    shown["waiting"] = condition.waiting;
    boost::json::array stuck, damaged;
    for (const auto& mail : condition.stuck) stuck.push_back(row(mail));
    if (!stuck.empty()) shown["stuck"] = std::move(stuck);
    for (const auto& what : condition.set_aside) damaged.emplace_back(what);
    if (!damaged.empty()) shown["set_aside"] = std::move(damaged);
}

void show_account(const Administered& to, const object& in, const Answer& answer) {
    const auto found = accounts_of(to, in);
    if (found.empty()) return answer(error("there is no account of " + text(in, "jid")));
    auto rows = std::make_shared<boost::json::array>();
    std::vector<AccountId> ids;
    for (const Account* account : found) {
        object shown = row(to, *account);
        if (account->kind == Account::Kind::mailbox && account->works()) {
            shown["username"] = account->login.username;
            shown["imap_server"] = name_of(account->login.imap);
            shown["imap_security"] = name_of(account->login.imap.security);
            shown["smtp_server"] = name_of(account->login.smtp);
            shown["smtp_security"] = name_of(account->login.smtp.security);
        }
        shown["sent_copy"] = account->sent_copy;
        rows->push_back(std::move(shown));
        ids.push_back(account->id);
    }
    for (const auto id : ids) to.directory.visit({id}, [](const auto&) {});  // sets damaged contacts aside
    accounts::look_at(to.store, std::move(ids), [rows, answer](const Store::Failure& failure, const Conditions& kept) {
        if (failure) return answer(error(failure->what()));
        for (std::size_t i = 0; i < kept.size(); ++i) add(kept[i], (*rows)[i].as_object());
        answer({{"accounts", std::move(*rows)}});
    });
}

void read_again(const Administered& to, const object& in, const Answer& answer) {
    const auto jid = bare(text(in, "jid"));
    const Account* account = jid ? to.directory.mailbox_of(*jid) : nullptr;
    if (!account) return answer(error("there is no mailbox of " + text(in, "jid")));
    to.linked.read_again(account->id);
    answer({{"account", row(to, *account)}});
}

void remove_account(const Administered& to, const object& in, const Answer& answer) {
    const auto found = accounts_of(to, in);
    if (found.empty()) return answer(error("there is no account of " + text(in, "jid")));
    std::vector<AccountId> ids;
    for (const Account* account : found) ids.push_back(account->id);
    auto left = std::make_shared<std::size_t>(ids.size());
    auto failed = std::make_shared<Store::Failure>();
    for (const AccountId id : ids) {
        to.directory.remove(id, [left, failed, answer, count = ids.size()](const Store::Failure& failure) {
            if (failure) *failed = failure;
            if (--*left > 0) return;
            *failed ? answer(error((*failed)->what())) : answer({{"removed", count}});
        });
    }
}

void add_account(const Administered& to, const object& in, const Answer& answer) {
    const auto jid = bare(text(in, "jid"));
    const auto address = coi::parse_addr_spec(text(in, "address"));
    if (!jid) return answer(error("jid is no Jabber address: " + text(in, "jid")));
    if (!address) return answer(error("address is no mail address: " + text(in, "address")));
    LinkRequest request;
    request.address = *address;
    request.password = text(in, "password");
    request.username = text(in, "username");
    request.oauth = in.if_contains("oauth") && in.at("oauth").is_bool() && in.at("oauth").as_bool();
    for (const char* kind : {"imap", "smtp"}) {
        const std::string server = text(in, (std::string(kind) + "_server").c_str());
        if (server.empty()) continue;
        auto endpoint = parse_endpoint(server, text(in, (std::string(kind) + "_security").c_str()));
        if (!endpoint)
            return answer(error(std::string(kind) + "_server is not host:port with tls or starttls: " + server));
        (kind[0] == 'i' ? request.imap : request.smtp) = *endpoint;
    }
    to.linked.check(request, "en", [to, jid = *jid, address = *address, answer](LinkOutcome outcome) {
        if (!outcome.login) return answer(error(outcome.words));
        Account account;
        if (const Account* linked = to.directory.mailbox_of(jid)) account = *linked;
        account.login_lost = false;
        account.kind = Account::Kind::mailbox;
        account.jid = jid;
        account.address = address;
        account.login = *outcome.login;
        to.directory.save(account, outcome.start, [to, answer](const Store::Failure& failure, AccountId id) {
            const Account* saved = failure ? nullptr : to.directory.find(id);
            saved ? answer({{"account", row(to, *saved)}})
                  : answer(error(failure ? failure->what() : "the account is gone again"));
        });
    });
}

std::int64_t milliseconds(Time time) { return time.time_since_epoch().count(); }

/// If the server cannot be reached, this is the reason why the entry waits, and the next probe is its next attempt.
object row(const Administered& to, const queue::Entry& entry, const std::string& jid) {
    const auto trouble =
        (entry.direction == queue::Direction::mail ? to.mail_scheduler : to.jabber_scheduler).trouble(entry);
    const Time next = trouble && trouble->next ? std::max(entry.next, *trouble->next) : entry.next;
    return {{"id", entry.id},
            {"leg", name_of(entry.direction)},
            {"jid", jid},
            {"contact", entry.contact},
            {"name", entry.name},
            {"attempts", entry.attempts},
            {"set_aside", entry.attempts >= tries_set_aside},
            {"taken", milliseconds(entry.taken)},
            {"next", milliseconds(next)},
            {"expires", milliseconds(entry.expires)},
            {"error", trouble ? trouble->error.text : entry.last_error}};
}

void list_queue(const Administered& to, const object& in, const Answer& answer) {
    const auto most = static_cast<std::size_t>(number(in, "most", page));
    const auto wanted = text(in, "jid").empty() ? std::nullopt : bare(text(in, "jid"));
    queue::list(to.store, number(in, "after", 0), most + 1,
                [to, most, wanted, answer](const Store::Failure& failure, std::vector<queue::Entry> entries) {
                    if (failure) return answer(error(failure->what()));
                    const bool more = entries.size() > most;
                    if (more) entries.resize(most);
                    boost::json::array rows;
                    for (const auto& entry : entries) {
                        const std::string jid = user_of_entry(to.directory, entry);
                        if (wanted && jid != *wanted) continue;
                        rows.push_back(row(to, entry, jid));
                    }
                    object out{{"entries", std::move(rows)}, {"more", more}};
                    if (more) out["after"] = entries.back().id;
                    answer(std::move(out));
                });
}

void retry_queue(const Administered& to, const object& in, const Answer& answer) {
    const std::int64_t id = number(in, "id", 0);
    const Time now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto due = [to, answer](std::int64_t count) {
        to.mail_scheduler.retry_now();
        to.jabber_scheduler.retry_now();
        answer({{"retried", count}});
    };
    if (id == 0) {
        return queue::retry_all(to.store, now, [due, answer](const Store::Failure& failure, std::int64_t count) {
            failure ? answer(error(failure->what())) : due(count);
        });
    }
    queue::retry(to.store, id, now, [due, id, answer](const Store::Failure& failure, queue::Retried retried) {
        if (failure) return answer(error(failure->what()));
        if (retried == queue::Retried::unknown)
            return answer(error("there is no entry " + std::to_string(id) + " in the queue"));
        if (retried == queue::Retried::aside)
            return answer(error("entry " + std::to_string(id) + " is set aside: it can only be dropped"));
        due(1);
    });
}

void drop_from_queue(const Administered& to, const object& in, const Answer& answer) {
    const std::int64_t id = number(in, "id", 0);
    queue::find(
        to.store, id, [to, id, answer](const Store::Failure& failure, const std::optional<queue::Entry>& entry) {
            if (failure) return answer(error(failure->what()));
            if (!entry) return answer(error("there is no entry " + std::to_string(id) + " in the queue"));
            if (entry->direction == queue::Direction::aside) {  // the sender in the row cannot be trusted
                queue::finish(to.store, id, {});
                return answer({{"dropped", 1}});
            }
            Scheduler& scheduler = entry->direction == queue::Direction::mail ? to.mail_scheduler : to.jabber_scheduler;
            if (!scheduler.withdraw(*entry))
                return answer(error("entry " + std::to_string(id) + " is being delivered this moment"));
            to.failures.give_up(*entry);
            answer({{"dropped", 1}});
        });
}

}  // namespace

void administer(const Administered& to, const std::string& verb, object in, Answer answer) {
    if (verb == "account.add") return add_account(to, in, answer);
    if (verb == "account.list") return list_accounts(to, in, answer);
    if (verb == "account.show") return show_account(to, in, answer);
    if (verb == "account.reread") return read_again(to, in, answer);
    if (verb == "account.remove") return remove_account(to, in, answer);
    if (verb == "queue.list") return list_queue(to, in, answer);
    if (verb == "queue.retry") return retry_queue(to, in, answer);
    if (verb == "queue.drop") return drop_from_queue(to, in, answer);
    answer(error("unknown verb " + verb));
}

}  // namespace gateway
