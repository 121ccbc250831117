// The watching of one linked mailbox; see mailbox_watcher.h.

#include "gateway/transport/mailbox_watcher.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <deque>
#include <random>

#include "coi/message.h"
#include "coi/net/imap_text.h"
#include "coi/server_settings.h"
#include "gateway/await.h"
#include "gateway/log.h"
#include "gateway/store/keys.h"
#include "gateway/transport/mail_reader.h"
#include "gateway/transport/mailbox_sessions.h"

namespace gateway {

using coi::net::awaitable;
using coi::net::ImapClient;

namespace {

constexpr auto idle_longest =
    std::chrono::minutes(28);  // [RFC 2177] a server may log out a client after 30 minutes of silence
constexpr auto backoff_first = std::chrono::milliseconds(1000);
constexpr auto backoff_most = std::chrono::minutes(5);
constexpr auto backoff_login = std::chrono::minutes(30);  // repeated wrong passwords would lock the account
constexpr auto store_pause = std::chrono::seconds(5);
constexpr std::uint32_t looked_at_again = 200;  // mails, after UIDVALIDITY changed
constexpr std::uint32_t just_made = 20;  // a folder of sent mail whose UIDNEXT is not higher was not there before
constexpr int most_detours = 2;          // an optional step is skipped after it has ended so many sessions

}  // namespace

struct MailboxWatcher::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context& io_, coi::net::TlsContext& tls_, Workers& workers_, CrashGuard& crash_guard_,
          MailReceiver& receiver_, MailboxObserver& observer_, Seal seal_, Account account_,
          std::vector<Cursor> cursors_, std::vector<Stuck> stuck_, Settings settings_)
        : io(io_),
          workers(workers_),
          crash_guard(crash_guard_),
          receiver(receiver_),
          observer(observer_),
          seal(std::move(seal_)),
          account(std::move(account_)),
          cursors(std::move(cursors_)),
          stuck(std::move(stuck_)),
          settings(std::move(settings_)),
          sessions(io, tls_, account.login, account.address, settings.reach) {}

    boost::asio::io_context& io;
    Workers& workers;
    CrashGuard& crash_guard;
    MailReceiver& receiver;
    MailboxObserver& observer;
    const Seal seal;
    const Account account;
    std::vector<Cursor> cursors;
    StuckMails stuck;
    const Settings settings;
    MailboxSessions sessions;
    bool closed = false, filing = false;
    bool looked = false;                                          // the search for another program's key is done
    int looks_failed = 0, settings_failed = 0, lists_failed = 0;  // attempts that ended the session
    bool charged = false;                                         // the end of the session was counted against one mail
    bool connected = false;
    std::optional<coi::Error> trouble;
    std::string chats_folder, sent_folder;  // each watched by a session of its own once known
    std::string sent_trouble;               // why the folder of sent mail is not watched
    std::deque<std::string> to_file;

    void note(const std::string& what) const { log::warn("mailbox of {}: {}", account.jid, what); }

    void set_trouble(const std::optional<coi::Error>& what) {
        const bool same = what ? trouble && trouble->text == what->text : connected;
        connected = !what;
        trouble = what;
        if (!same && !closed) observer.trouble(account.id, trouble);
    }

    /// Watches one folder until the watcher is closed. "" is INBOX; its session also finds out whether the server
    /// supports COI.
    awaitable<void> watch(std::string folder) {
        // Servers limit the sessions of a user: without the folder of sent mail all else works.
        const bool is_needed = folder.empty() || folder != sent_folder;
        auto backoff = std::chrono::milliseconds(backoff_first);
        while (!closed) {
            auto session = co_await sessions.open();
            if (closed) co_return;
            coi::Error error{coi::ErrorKind::closed, false, {}, 0, {}};
            if (session) {
                if (is_needed) set_trouble(std::nullopt);
                if (!is_needed) {  // its user may have renamed it meanwhile
                    const auto found = co_await (*session)->sent_folder();
                    for (Cursor& known : cursors)
                        if (is_of_sent(found) && known.folder == folder) known.folder = *found;
                    if (is_of_sent(found)) folder = sent_folder = *found;
                }
                const auto since = std::chrono::steady_clock::now();
                error = co_await follow(**session, folder);
                (*session)->close();
                const bool worked =
                    std::exchange(charged, false) || std::chrono::steady_clock::now() - since > backoff_most;
                if (worked) backoff = backoff_first;
            } else {
                error = session.error();
            }
            if (closed) co_return;
            const bool refused = error.kind == coi::ErrorKind::auth && error.permanent;
            if (is_needed)
                set_trouble(error);
            else if (std::exchange(sent_trouble, error.text) != error.text)
                note("its folder of sent mail is not watched: " + error.text);
            static thread_local std::minstd_rand jitter{std::random_device{}()};
            const auto wait = refused ? std::chrono::milliseconds(backoff_login) : backoff;
            co_await sessions.pause(wait / 2 + wait * (jitter() % 1000) / 2000);
            backoff = std::min(backoff * 2, std::chrono::milliseconds(backoff_most));
        }
    }

    /// Reads new mail and waits for more until the session fails; returns the error.
    awaitable<coi::Error> follow(ImapClient& session, const std::string& folder) {
        if (auto failure = folder.empty() ? co_await look_around(session) : std::nullopt) co_return *failure;
        const std::string name = folder.empty() ? "INBOX" : folder;
        const auto selected = co_await session.select(name);
        if (!selected) co_return selected.error();
        Cursor cursor = place(name, *selected);
        const bool has_places = folder.empty() || folder != sent_folder;  // the user's own mails have none
        bool asks = has_places;                                           // which mails were seen
        while (!closed) {
            if (auto failure = co_await read_new(session, cursor)) co_return *failure;
            if (asks) {
                if (auto failure = co_await look_for_seen(session, cursor)) co_return *failure;
            }
            const auto news = co_await session.wait_for_news(patience(cursor), settings.poll);
            if (!news) co_return news.error();
            const bool is_marked = session.take_seen_news(), is_quiet = !*news && !is_marked;
            if (auto failure = folder.empty() && is_quiet ? co_await find_sent(session) : std::nullopt)
                co_return *failure;
            asks = has_places && (is_marked || *news);  // mail may come with the flag: COI servers move what was read
        }
        co_return coi::Error{coi::ErrorKind::closed, false, "closed", 0, {}};
    }

    /// Reads the server's COI settings and searches for a key of the user. A failure here does not prevent reading
    /// mail, also if it ends the session repeatedly.
    awaitable<std::optional<coi::Error>> look_around(ImapClient& session) {
        if (settings_failed < most_detours) {
            const auto server = co_await coi::read_server_settings(session);
            settings_failed = server || session.usable() ? 0 : settings_failed + 1;
            if (!server && !session.usable()) co_return server.error();
            if (!server) note("its settings cannot be read: " + server.error().text);
            if (server && server->enabled && !server->chats_folder.empty() && chats_folder.empty()) {
                chats_folder = server->chats_folder;
                spawn(watch(chats_folder));
            }
        }
        if (auto failure = co_await find_sent(session)) co_return *failure;
        if (account.key_holder != KeyHolder::unknown || looked || looks_failed >= most_detours) co_return std::nullopt;
        const auto trace = co_await coi::find_key_trace(
            session, account.address,
            [this](const coi::autocrypt::Header& header) { return keys::is_marked(seal, header); });
        looks_failed = trace || session.usable() ? 0 : looks_failed + 1;
        if (closed) co_return std::nullopt;
        if (!trace) note("it cannot be searched for keys: " + trace.error().text);
        if (!trace && !session.usable()) co_return trace.error();
        looked = trace.has_value();  // if not, the next session searches again
        if (trace) observer.key_searched(account.id, *trace);
        co_return std::nullopt;
    }

    /// Whether a folder that is said to be the one of sent mail can be watched as such.
    bool is_of_sent(const coi::Result<std::string>& folder) const {
        return folder && !folder->empty() && !coi::net::same_ascii(*folder, "INBOX") && *folder != chats_folder;
    }

    /// Begins to watch the folder of sent mail, where other programs file what the user writes with them.
    void watch_sent(const coi::Result<std::string>& folder) {
        if (!sent_folder.empty() || !is_of_sent(folder)) return;
        sent_folder = *folder;
        spawn(watch(sent_folder));
    }

    /// Other programs make it with the first mail that they file.
    awaitable<std::optional<coi::Error>> find_sent(ImapClient& session) {
        if (!sent_folder.empty() || lists_failed >= most_detours) co_return std::nullopt;
        const auto folder = co_await session.sent_folder();
        lists_failed = folder || session.usable() ? 0 : lists_failed + 1;
        if (closed) co_return std::nullopt;
        if (!folder && !session.usable()) co_return folder.error();
        if (!folder) note("its folders cannot be listed: " + folder.error().text);
        watch_sent(folder);
        co_return std::nullopt;
    }

    /// How long to wait for news.
    std::chrono::milliseconds patience(const Cursor& cursor) const {
        const auto next = stuck.next(cursor.folder);
        if (!next) return idle_longest;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - StuckMails::Clock::now());
        return std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds(1), idle_longest);
    }

    /// The cursor of this folder.
    Cursor place(const std::string& name, const coi::net::Selected& selected) {
        const auto known =
            std::find_if(cursors.begin(), cursors.end(), [&](const Cursor& c) { return c.folder == name; });
        if (known != cursors.end() && known->uid_validity == selected.uid_validity) return *known;
        Cursor cursor{name, selected.uid_validity, selected.uid_next};
        if (known != cursors.end()) {  // UIDVALIDITY changed: the id map knows what was read
            cursor.uid_next = selected.uid_next > looked_at_again ? selected.uid_next - looked_at_again : 1;
            *known = cursor;
            stuck.renumbered(name, cursor.uid_validity);
        } else {
            // The check of the link noted where the folder of sent mail ended: this one came later, with a mail in it.
            const bool is_new = !sent_folder.empty() && name == sent_folder && selected.uid_next <= just_made;
            if (is_new) cursor.uid_next = 1;
            cursors.push_back(cursor);
        }
        observer.cursor_moved(account.id, cursor);
        return cursor;
    }

    void move(Cursor& cursor, std::uint32_t uid_next) {
        cursor.uid_next = uid_next;
        for (Cursor& kept : cursors) {
            if (kept.folder == cursor.folder) kept = cursor;
        }
    }

    awaitable<std::optional<coi::Error>> read_new(ImapClient& session, Cursor& cursor) {
        const auto listed = co_await session.since(cursor.uid_next);
        if (!listed) co_return listed.error();
        for (const auto& item : *listed) {
            if (closed) co_return coi::Error{coi::ErrorKind::closed, false, "closed", 0, {}};
            Cursor after = cursor;
            after.uid_next = item.uid + 1;
            if (stuck.holds(cursor.folder, item.uid)) {
                // Failed mails are tried again after the new ones.
            } else if (item.size > settings.limits.mail_bytes) {
                note("a mail of " + std::to_string(item.size) +
                     " bytes is larger than mail.max_size and stays in the mailbox");
            } else if (auto failure = co_await read_one(session, item.uid, after)) {
                co_return *failure;
            }
            if (closed) co_return coi::Error{coi::ErrorKind::closed, false, "closed", 0, {}};
            move(cursor, after.uid_next);
        }
        for (const auto uid : stuck.due(cursor.folder, StuckMails::Clock::now())) {
            if (closed) co_return coi::Error{coi::ErrorKind::closed, false, "closed", 0, {}};
            if (auto failure = co_await read_one(session, uid, cursor)) co_return *failure;
        }
        co_return std::nullopt;
    }

    /// Reads one mail; `after` is the cursor behind it. Returns an Error if the session ended; a problem of the mail
    /// itself is counted against the mail.
    awaitable<std::optional<coi::Error>> read_one(ImapClient& session, std::uint32_t uid, const Cursor& after) {
        const auto hold = crash_guard.take(account.id, after.folder, after.uid_validity, uid);
        auto bytes = co_await session.fetch(uid, settings.limits.mail_bytes);
        if (closed) co_return std::nullopt;
        if (!bytes) {
            charged = !session.usable();
            failed(after, uid, bytes.error(), false);
            co_return charged ? std::optional<coi::Error>(bytes.error()) : std::nullopt;
        }
        if (*bytes) {
            auto whole = std::make_shared<const std::string>(std::move(**bytes));
            if (const auto error = co_await hand_over(std::move(whole), after, uid)) {
                failed(after, uid, *error, true);
                co_return std::nullopt;
            }
        }
        if (closed) co_return std::nullopt;
        if (const auto known = stuck.passed(after.folder, uid)) observer.freed(account.id, *known);
        co_return std::nullopt;
    }

    /// Which mails another program has marked as seen, or taken away. A server that cannot say it is asked again with
    /// the next news.
    awaitable<std::optional<coi::Error>> look_for_seen(ImapClient& session, const Cursor& at) {
        std::function<void(std::function<void(std::vector<std::uint32_t>)>)> ask = [this, &at](auto done) {
            observer.ask_unread(account.id, at, std::move(done));
        };
        auto unread = co_await wait_for<std::vector<std::uint32_t>>(ask);
        if (closed || unread.empty()) co_return std::nullopt;
        const auto fates = co_await session.fates_of(std::move(unread));
        if (closed) co_return std::nullopt;
        if (!fates) co_return session.usable() ? std::nullopt : std::optional<coi::Error>(fates.error());
        if (!fates->seen.empty() || !fates->gone.empty())
            observer.seen(account.id, {at.folder, at.uid_validity, fates->seen, fates->gone});
        co_return std::nullopt;
    }

    void failed(const Cursor& at, std::uint32_t uid, const coi::Error& error, bool final) {
        const auto now = stuck.failed({at.folder, at.uid_validity, uid, 0, false, false, error.text}, final,
                                      StuckMails::Clock::now());
        if (now) return observer.stuck(account.id, *now);
        note("mail " + std::to_string(uid) + " cannot be read, like too many before it: " + error.text);
    }

    awaitable<std::optional<coi::Error>> hand_over(std::shared_ptr<const std::string> bytes, const Cursor& after,
                                                   std::uint32_t uid) {
        std::function<void(std::function<void(coi::Result<coi::Message>)>)> parse =
            [this, &bytes](std::function<void(coi::Result<coi::Message>)> done) {
                mail_reader::parse(workers, mail_reader::line_of(account.id, "", true), bytes, settings.limits,
                                   std::move(done));
            };
        const auto mail = co_await wait_for<coi::Result<coi::Message>>(parse);
        if (closed) co_return std::nullopt;
        if (!mail) co_return mail.error();
        if (!mail->encrypted && !mail->is_signed) bytes = std::make_shared<const std::string>();
        while (!closed) {
            std::function<void(std::function<void(DeliveryResult)>)> start =
                [this, &mail, &after, &bytes, uid](std::function<void(DeliveryResult)> done) {
                    IncomingMail arrival{account.id, *mail, after, {}, false, bytes};
                    arrival.place = MailPlace{after.folder, after.uid_validity, uid};
                    arrival.is_filed_as_sent = !sent_folder.empty() && after.folder == sent_folder;
                    receiver.take(std::move(arrival), std::move(done));
                };
            const DeliveryResult verdict = co_await wait_for<DeliveryResult>(start);
            if (verdict.kind != DeliveryResult::Kind::busy) co_return std::nullopt;
            co_await sessions.pause(store_pause);
        }
        co_return std::nullopt;
    }

    /// Drops a copy that ends its session or is refused, so that the next ones do not wait for it.
    awaitable<void> file_all() {
        while (!closed && !to_file.empty()) {
            auto session = co_await sessions.open();
            if (!session) {
                note("copies could not be put into the Sent folder: " + session.error().text);
                break;
            }
            const auto folder = co_await (*session)->sent_folder();
            if (closed) break;
            if (!folder || folder->empty()) {
                note("copies of sent mail are left out: " + (folder ? "there is no Sent folder" : folder.error().text));
                if ((*session)->usable()) co_await (*session)->logout();
                break;
            }
            watch_sent(folder);
            while (!closed && !to_file.empty() && (*session)->usable()) {
                const std::string mail = std::move(to_file.front());
                to_file.pop_front();
                const auto appended = co_await (*session)->append(*folder, "(\\Seen)", mail);
                if (!appended && !closed)
                    note("a copy could not be put into the Sent folder: " + appended.error().text);
            }
            if (!closed && (*session)->usable()) co_await (*session)->logout();
        }
        to_file.clear();
        filing = false;
    }

    void spawn(awaitable<void> task) {
        boost::asio::co_spawn(io, std::move(task), [self = shared_from_this()](std::exception_ptr bug) {
            if (bug) std::rethrow_exception(bug);
        });
    }
};

MailboxWatcher::MailboxWatcher(boost::asio::io_context& io, coi::net::TlsContext& tls, Workers& workers,
                               CrashGuard& crash_guard, MailReceiver& receiver, MailboxObserver& observer, Seal seal,
                               Account account, std::vector<Cursor> cursors, std::vector<Stuck> stuck,
                               Settings settings)
    : state_(std::make_shared<State>(io, tls, workers, crash_guard, receiver, observer, std::move(seal),
                                     std::move(account), std::move(cursors), std::move(stuck), std::move(settings))) {}

MailboxWatcher::~MailboxWatcher() {
    state_->closed = true;
    state_->sessions.close();
}

void MailboxWatcher::start() { state_->spawn(state_->watch("")); }

void MailboxWatcher::file_sent(std::string mail) {
    constexpr std::size_t most = 100, most_bytes = 32 * 1024 * 1024;
    std::size_t bytes = mail.size();
    for (const auto& waiting : state_->to_file) bytes += waiting.size();
    if (state_->to_file.size() >= most || (bytes > most_bytes && !state_->to_file.empty()))
        return state_->note("too many copies wait for the Sent folder; one is left out");
    state_->to_file.push_back(std::move(mail));
    if (std::exchange(state_->filing, true)) return;
    state_->spawn(state_->file_all());
}

bool MailboxWatcher::connected() const { return state_->connected; }
const std::optional<coi::Error>& MailboxWatcher::trouble() const { return state_->trouble; }
std::size_t MailboxWatcher::set_aside() const { return state_->stuck.set_aside(); }

}  // namespace gateway
