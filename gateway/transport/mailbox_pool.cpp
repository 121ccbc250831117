// The linked mailboxes; see mailbox_pool.h.

#include "gateway/transport/mailbox_pool.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>

#include "coi/net/resolve.h"
#include "gateway/localization.h"
#include "gateway/log.h"
#include "gateway/store/mail_places.h"
#include "gateway/store/mailbox_reading.h"
#include "gateway/transport/coi_server.h"
#include "gateway/transport/key_trace_words.h"
#include "gateway/transport/mailbox_history.h"
#include "gateway/transport/mailbox_marks.h"
#include "gateway/transport/mailbox_watcher.h"
#include "gateway/transport/server_trouble.h"

namespace gateway {

namespace {

// A TLS handshake costs about a millisecond of CPU: the number of handshakes at once is limited so that the loop still
// answers in time.
constexpr std::size_t started_at_once = 10;
constexpr std::size_t asked_at_once = 500;  // mails of which it is not known that they were read
constexpr auto tell_every = std::chrono::hours(1);
constexpr auto store_pause = std::chrono::seconds(5);
constexpr auto start_every = std::chrono::milliseconds(20);

}  // namespace

struct MailboxPool::State : DirectoryObserver, MailboxObserver, std::enable_shared_from_this<State> {
    State(boost::asio::io_context& io_, coi::net::TlsContext& tls_, Directory& directory_, Store& store_,
          Workers& workers_, CrashGuard& crash_guard_, MailReceiver& receiver_, SeenReceiver& seen_receiver_,
          DestinationObserver& mail_, UserNotices& notices_, Settings settings_)
        : io(io_),
          tls(tls_),
          directory(directory_),
          store(store_),
          workers(workers_),
          crash_guard(crash_guard_),
          receiver(receiver_),
          seen_receiver(seen_receiver_),
          mail(mail_),
          notices(notices_),
          settings(std::move(settings_)),
          pace(io_) {}

    struct One {
        std::unique_ptr<MailboxWatcher> mailbox;
        std::unique_ptr<MailboxMarks> marks;
        std::unique_ptr<MailboxHistory> history;  // while it is being fetched
        std::unique_ptr<SmtpSender> submission;
        bool refusal_told = false;
        std::chrono::steady_clock::time_point stuck_told{};
        Account account{};  // at the time of the start
        std::uint64_t start = 0;
    };
    boost::asio::io_context& io;
    coi::net::TlsContext& tls;
    Directory& directory;
    Store& store;
    Workers& workers;
    CrashGuard& crash_guard;
    MailReceiver& receiver;
    SeenReceiver& seen_receiver;
    DestinationObserver& mail;
    UserNotices& notices;
    Settings settings;
    boost::asio::steady_timer pace;
    std::deque<AccountId> to_start;
    std::map<AccountId, One> all;
    std::uint64_t starts = 0;
    bool stopped = false, pacing = false;

    void enqueue(AccountId id) {
        all[id];
        to_start.push_back(id);
        if (!pacing) start_some();
    }

    void ask_name_server() { coi::net::use_name_server(io, settings.name_server, settings.name_server_port); }

    void start_some() {
        for (std::size_t i = 0; i < started_at_once && !to_start.empty() && !stopped; ++i) {
            start_one(to_start.front());
            to_start.pop_front();
        }
        // Also if nothing is left: an account that comes within this time must not start at once.
        pacing = !stopped;
        if (!pacing) return;
        pace.expires_after(start_every);
        pace.async_wait([self = weak_from_this()](const boost::system::error_code& aborted) {
            const auto alive = self.lock();
            if (aborted || !alive) return;
            alive->pacing = false;
            if (!alive->to_start.empty()) alive->start_some();
        });
    }

    void start_one(AccountId id) {
        const Account* account = directory.find(id);
        if (!account) return;
        if (account->login_lost) return ask_for_login(*account);
        SmtpSender::Settings out;
        out.server = account->login.smtp;
        const std::string user =
            account->login.username.empty() ? account->address.addr_spec() : account->login.username;
        out.login = coi::net::Login{user, account->login.password, account->login.oauth};
        out.reach = settings.reach;
        out.ehlo_name = settings.ehlo_name;
        all[id].account = *account;
        const auto start = all[id].start = ++starts;
        all[id].submission = std::make_unique<SmtpSender>(io, tls, std::move(out));
        mail.destination_up(static_cast<DestinationId>(id));
        mailbox_reading::load(
            store, id,
            [this, id, start, self = weak_from_this()](const Store::Failure& failure, mailbox_reading::State known) {
                const auto alive = self.lock();
                const Account* still = alive ? directory.find(id) : nullptr;
                if (!still || stopped || all[id].start != start) return;  // or it was started again
                if (failure) return start_later(id);
                watch(*still, std::move(known));
            });
    }

    void ask_for_login(const Account& account) {
        notices.tell(
            account,
            say(account.lang,
                "The stored login of {1} is damaged. Until you give it to me again (register again, or use the "
                "command “link”), no messages go through; nothing is lost.",
                {account.address.addr_spec()}));
    }

    /// The store is not well, and recovers by itself.
    void start_later(AccountId id) {
        auto timer = std::make_shared<boost::asio::steady_timer>(io, store_pause);
        timer->async_wait([this, id, timer, self = weak_from_this()](const boost::system::error_code&) {
            const auto alive = self.lock();
            if (alive && !stopped && directory.find(id)) enqueue(id);
        });
    }

    void watch(const Account& account, mailbox_reading::State known) {
        const AccountId id = account.id;
        for (const auto& what : known.stuck)
            if (what.aside && !what.told) stuck(id, what);
        One& one = all[id];
        one.mailbox = std::make_unique<MailboxWatcher>(
            io, tls, workers, crash_guard, receiver, *this, store.seal(), account, std::move(known.cursors),
            std::move(known.stuck), MailboxWatcher::Settings{settings.reach, settings.limits, settings.poll});
        one.mailbox->start();
        if (known.has_marks) set_marks(account);
    }

    /// Few mailboxes need it: it is made when it does.
    void set_marks(const Account& account) {
        const auto at = all.find(account.id);
        if (stopped || !account.marks_read || at == all.end() || !at->second.mailbox) return;
        auto& marks = at->second.marks;
        if (!marks)
            marks = std::make_unique<MailboxMarks>(io, tls, store, account, MailboxMarks::Settings{settings.reach});
        marks->set();
    }

    void cursor_moved(AccountId id, const Cursor& cursor) override { mailbox_reading::moved(store, id, cursor); }
    void freed(AccountId id, const Stuck& what) override { mailbox_reading::forget(store, id, what); }
    void ask_unread(AccountId id, const Cursor& folder, std::function<void(std::vector<std::uint32_t>)> done) override {
        mail_places::unread(store, id, folder.folder, folder.uid_validity, asked_at_once,
                            [done = std::move(done)](const Store::Failure& failure, std::vector<std::uint32_t> uids) {
                                done(failure ? std::vector<std::uint32_t>{} : std::move(uids));
                            });
    }
    void seen(AccountId id, const MailsOfFolder& mails) override { seen_receiver.seen(id, mails); }

    /// Tells the user of a mail that was set aside; of many, once an hour: `status` shows the number.
    void stuck(AccountId id, const Stuck& failed) override {
        Stuck what = failed;
        const Account* account = directory.find(id);
        if (!account) return;
        log::warn("mailbox of {}: mail {} in {} cannot be read (try {}{}): {}", account->jid, what.uid, what.folder,
                  what.tries, what.aside ? ", set aside" : "", what.reason);
        const auto now = std::chrono::steady_clock::now();
        auto& told = all[id].stuck_told;
        const bool tell = what.aside && !what.told && (told.time_since_epoch().count() == 0 || now - told > tell_every);
        what.told = what.told || what.aside;
        mailbox_reading::keep(store, id, what);
        if (!tell) return;
        told = now;
        notices.tell(*account,
                     say(account->lang,
                         "A mail in your mailbox {1} (folder {2}) cannot be read here: {3}. It stays where it is; "
                         "please look at it with your mail program. Later mail is not held up by it.",
                         {account->address.addr_spec(), what.folder, what.reason}));
    }

    /// The search for a key is finished: notes who holds the key.
    void key_searched(AccountId id, coi::KeyTrace trace) override {
        const Account* account = directory.find(id);
        if (!account || account->key_holder != KeyHolder::unknown) return;
        const bool is_free = trace == coi::KeyTrace::none || trace == coi::KeyTrace::unproven;
        const auto holder = is_free ? KeyHolder::coigate : KeyHolder::elsewhere;
        log::info("mailbox of {}: {}", account->jid,
                  is_free ? "no other program's key was found" : "another program uses a key there");
        directory.change(
            id, [holder](Account& known) { known.key_holder = holder; },
            [this, id, trace, self = weak_from_this()](const Store::Failure& failure) {
                const auto alive = self.lock();
                const Account* saved = alive && !failure ? directory.find(id) : nullptr;
                if (saved && trace != coi::KeyTrace::none) notices.tell(*saved, key_trace_words(*saved, trace));
            });
    }

    /// The one that runs: it goes on in its own session while this is still the same mailbox.
    std::unique_ptr<MailboxHistory> history_of(const Account& now) {
        One& one = all[now.id];
        Account then = one.account;
        then.login.password = now.login.password;
        return then.address == now.address && then.login == now.login ? std::move(one.history) : nullptr;
    }

    void read_again(AccountId id) {
        mailbox_reading::try_again(store, id);
        const Account* account = directory.find(id);
        auto history = account ? history_of(*account) : nullptr;
        all.erase(id);
        if (!account || !account->works()) return;
        enqueue(id);
        all[id].history = std::move(history);
    }

    /// Whether the change concerns nothing that its sessions use.
    static bool is_about_keys(Account before, const Account& now) {
        before.vouched = now.vouched;
        before.lists_alias = now.lists_alias;
        if (before == now) return false;  // linked again without a change: the user wants a new attempt
        before.key_holder = now.key_holder;
        before.policy = now.policy;
        before.lang = now.lang;
        before.marks_read = now.marks_read;
        return before == now;
    }

    void account_saved(const Account& account) override {
        if (account.kind != Account::Kind::mailbox || stopped) return;
        const auto running = all.find(account.id);
        if (running != all.end() && is_about_keys(running->second.account, account)) {
            if (!account.marks_read) running->second.marks.reset();
            running->second.account = account;
            return;
        }
        read_again(account.id);
    }
    void account_removed(const Account& account) override { all.erase(account.id); }

    void trouble(AccountId id, const std::optional<coi::Error>& what) override {
        const Account* account = directory.find(id);
        if (!account) return;
        if (!what) {
            log::info("mailbox of {}: connected", account->jid);
            all[id].refusal_told = false;
            mail.destination_up(static_cast<DestinationId>(id));
            return;
        }
        log::warn("mailbox of {}: {}", account->jid, what->text);
        const bool login_refused = what->kind == coi::ErrorKind::auth && what->permanent;
        if (!login_refused || std::exchange(all[id].refusal_told, true)) return;
        notices.tell(*account,
                     say(account->lang,
                         "Your mail server does not accept the password of {1} any more. Until you give me the new one "
                         "(register again, or use the command “link”), no messages go through; nothing is lost.",
                         {account->address.addr_spec()}));
    }
};

MailboxPool::MailboxPool(boost::asio::io_context& io, coi::net::TlsContext& tls, Directory& directory, Store& store,
                         Workers& workers, CrashGuard& crash_guard, MailReceiver& receiver, SeenReceiver& seen_receiver,
                         DestinationObserver& mail, UserNotices& notices, Settings settings)
    : state_(std::make_shared<State>(io, tls, directory, store, workers, crash_guard, receiver, seen_receiver, mail,
                                     notices, std::move(settings))) {
    state_->ask_name_server();
}

MailboxPool::~MailboxPool() { stop(); }

void MailboxPool::start() {
    State& s = *state_;
    s.directory.observe(state_);
    for (const Account* account : s.directory.all()) {
        if (account->kind == Account::Kind::mailbox && !account->parked && !account->damaged) s.enqueue(account->id);
    }
}

void MailboxPool::stop() {
    state_->stopped = true;
    state_->pace.cancel();
    for (auto& [id, one] : state_->all) {  // SMTP sessions finish their current mails
        one.mailbox.reset();
        one.marks.reset();
        one.history.reset();
    }
}

void MailboxPool::reload(Settings settings) {
    state_->settings = std::move(settings);
    state_->ask_name_server();
}

SmtpSender* MailboxPool::submission(AccountId id) {
    const auto at = state_->all.find(id);
    return at == state_->all.end() ? nullptr : at->second.submission.get();
}

void MailboxPool::file_sent(AccountId id, std::string mail) {
    const auto at = state_->all.find(id);
    if (at != state_->all.end() && at->second.mailbox) at->second.mailbox->file_sent(std::move(mail));
}

void MailboxPool::set_marks(AccountId id) {
    if (const Account* account = state_->directory.find(id)) state_->set_marks(*account);
}

void MailboxPool::check(LinkRequest request, const std::string& lang, std::function<void(LinkOutcome)> done) {
    boost::asio::co_spawn(
        state_->io,
        check_link(state_->tls, state_->settings.reach, std::move(request), state_->settings.ehlo_name, lang),
        [done = std::move(done)](std::exception_ptr bug, LinkOutcome outcome) {
            if (bug) std::rethrow_exception(bug);
            done(std::move(outcome));
        });
}

HistoryStart MailboxPool::fetch_history(AccountId id, const coi::Address& contact, std::size_t most,
                                        std::function<void(coi::Result<History>)> done) {
    State& s = *state_;
    const auto at = s.all.find(id);
    const Account* account = s.directory.find(id);
    if (at != s.all.end() && at->second.history) return HistoryStart::another_runs;
    if (s.stopped || !account || at == s.all.end() || !at->second.mailbox) return HistoryStart::not_now;
    auto& history = at->second.history;
    history = std::make_unique<MailboxHistory>(s.io, s.tls, s.workers, s.crash_guard, s.receiver, s.store, *account,
                                               MailboxHistory::Settings{s.settings.reach, s.settings.limits});
    history->fetch(contact, most,
                   [id, done = std::move(done), self = state_->weak_from_this()](const coi::Result<History>& result) {
                       const auto alive = self.lock();
                       if (!alive) return;
                       if (const auto one = alive->all.find(id); one != alive->all.end()) one->second.history.reset();
                       done(result);
                   });
    return HistoryStart::begun;
}

/// When something was set, the watching session begins anew: there may be other folders.
void MailboxPool::coi_server(const Account& account, std::optional<std::string> wanted,
                             std::function<void(coi::Result<coi::ServerSettings>)> done) {
    const bool is_change = wanted.has_value();
    boost::asio::co_spawn(state_->io,
                          ask_coi_server(state_->io, state_->tls, state_->settings.reach, account, std::move(wanted)),
                          [self = state_, id = account.id, is_change, done = std::move(done)](
                              std::exception_ptr bug, coi::Result<coi::ServerSettings> settings) {
                              if (bug) std::rethrow_exception(bug);
                              if (is_change && settings && settings->coi && !self->stopped && self->all.contains(id))
                                  self->read_again(id);
                              done(std::move(settings));
                          });
}

void MailboxPool::read_again(AccountId id) {
    if (!state_->stopped && state_->all.contains(id)) state_->read_again(id);
}

std::string MailboxPool::health(const Account& account, const std::string& lang) const {
    if (account.damaged) return say(lang, "Set aside: what is stored of it is damaged, or was changed.");
    if (account.parked)
        return say(lang, "Parked: its user let go of the gateway. It has no login until it is linked again.");
    if (account.kind == Account::Kind::relay) return say(lang, "Ready.");
    if (account.login_lost) return say(lang, "The stored login is damaged: please link the mailbox again.");
    const auto at = state_->all.find(account.id);
    const bool started = at != state_->all.end() && at->second.mailbox;
    const auto& in = started ? at->second.mailbox->trouble() : std::nullopt;
    const auto& out = started ? at->second.submission->trouble() : std::nullopt;
    std::string words = say(lang, "Connecting …");
    if (in) {
        words = say(lang, "Not connected: {1}", {trouble_words(lang, account.login.imap, account.login.oauth, *in)});
    } else if (out) {
        words = say(lang, "Not connected: {1}", {trouble_words(lang, account.login.smtp, account.login.oauth, *out)});
    } else if (started && at->second.mailbox->connected()) {
        words = say(lang, "Connected.");
    }
    const std::size_t aside = started ? at->second.mailbox->set_aside() : 0;
    if (aside == 0) return words;
    return words + " " + say(lang, "Mails that cannot be read and stay in the mailbox: {1}", {std::to_string(aside)});
}

}  // namespace gateway
