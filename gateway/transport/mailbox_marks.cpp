// The setting of flags; see mailbox_marks.h.

#include "gateway/transport/mailbox_marks.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coi/net/imap_text.h"
#include "gateway/await.h"
#include "gateway/log.h"
#include "gateway/store/mail_places.h"
#include "gateway/transport/mailbox_sessions.h"

namespace gateway {

using coi::net::awaitable;
using coi::net::ImapClient;
using mail_places::Mark;

namespace {

constexpr std::size_t most_at_once = 1000;
constexpr const char* sent_keyword = "$MDNSent";

}  // namespace

struct MailboxMarks::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context& io_, coi::net::TlsContext& tls, Store& store_, Account account_, Settings settings_)
        : io(io_),
          store(store_),
          account(std::move(account_)),
          settings(std::move(settings_)),
          sessions(io, tls, account.login, account.address, settings.reach) {}

    boost::asio::io_context& io;
    Store& store;
    const Account account;
    const Settings settings;
    MailboxSessions sessions;
    bool running = false, more = false;

    void note(const std::string& what) const { log::warn("mailbox of {}: {}", account.jid, what); }

    awaitable<void> run() {
        auto backoff = settings.backoff_first;
        co_await sessions.pause(settings.gathering);
        while (!sessions.closed()) {
            more = false;
            auto marks = co_await waiting();
            if (sessions.closed() || (marks.empty() && !more)) break;
            const auto failure = marks.empty() ? std::nullopt : co_await set_all(std::move(marks));
            if (sessions.closed()) break;
            if (failure) note("mails could not be marked, and will be later: " + failure->text);
            // Repeated wrong passwords would lock the account.
            if (failure && failure->kind == coi::ErrorKind::auth && failure->permanent) backoff = settings.backoff_most;
            co_await sessions.pause(failure ? backoff : settings.gathering);
            backoff = failure ? std::min(backoff * 2, settings.backoff_most) : settings.backoff_first;
        }
        running = false;
    }

    awaitable<std::vector<Mark>> waiting() {
        std::function<void(std::function<void(std::vector<Mark>)>)> ask = [this](auto done) {
            mail_places::to_mark(store, account.id, most_at_once,
                                 [done = std::move(done)](const Store::Failure& failure, std::vector<Mark> marks) {
                                     done(failure ? std::vector<Mark>{} : std::move(marks));
                                 });
        };
        co_return co_await wait_for<std::vector<Mark>>(std::move(ask));
    }

    /// False if the store cannot note it: then they are set once more.
    awaitable<bool> are_marked(std::vector<Mark> marks) {
        std::function<void(std::function<void(bool)>)> commit = [this, &marks](auto done) {
            mail_places::marked(store, std::move(marks),
                                [done = std::move(done)](const Store::Failure& failure) { done(!failure); });
        };
        co_return co_await wait_for<bool>(std::move(commit));
    }

    awaitable<std::optional<coi::Error>> set_all(std::vector<Mark> marks) {
        std::map<std::string, std::vector<Mark>> folders;
        for (auto& mark : marks) folders[mark.place.folder].push_back(std::move(mark));
        const auto session = co_await sessions.open();
        if (!session) co_return session.error();
        std::optional<coi::Error> failure;
        for (auto& [folder, of_folder] : folders) {
            if (sessions.closed() || !(*session)->usable()) break;
            if (auto why = co_await set_in(**session, folder, of_folder)) {
                failure = std::move(why);
                continue;
            }
            if (sessions.closed()) break;
            const bool is_noted = co_await are_marked(std::move(of_folder));
            if (!is_noted) failure = coi::Error{coi::ErrorKind::refused, false, "the store is not available", 0, {}};
        }
        if (!sessions.closed() && (*session)->usable()) co_await (*session)->logout();
        co_return failure;
    }

    /// nullopt also if the server will never set them.
    awaitable<std::optional<coi::Error>> set_in(ImapClient& session, const std::string& folder,
                                                const std::vector<Mark>& marks) {
        const auto open = co_await session.select_to_change(folder);
        if (!open) co_return hopeful(open.error());
        const bool keeps_sent = open->keeps_keywords || coi::net::has_flag(open->flags, sent_keyword);
        const auto uids = [&](bool Mark::* flag, bool is_kept) {
            std::vector<std::uint32_t> those;
            for (const auto& mark : marks) {
                if (is_kept && mark.*flag && mark.place.uid_validity == open->uid_validity)
                    those.push_back(mark.place.uid);
            }
            return those;
        };
        const std::vector<std::uint32_t> seen = uids(&Mark::is_seen, open->keeps_seen);
        const std::vector<std::uint32_t> reported = uids(&Mark::is_reported, keeps_sent);
        // [RFC 3503 §3.1] First what keeps other programs from sending it once more.
        if (const auto set = co_await session.add_flags(reported, sent_keyword); !set) co_return hopeful(set.error());
        if (const auto set = co_await session.add_flags(seen, "\\Seen"); !set) co_return hopeful(set.error());
        co_return std::nullopt;
    }

    /// What another attempt may make good.
    std::optional<coi::Error> hopeful(const coi::Error& error) const {
        if (!error.permanent) return error;
        note("mails are not marked: " + error.text);
        return std::nullopt;
    }
};

MailboxMarks::MailboxMarks(boost::asio::io_context& io, coi::net::TlsContext& tls, Store& store, Account account,
                           Settings settings)
    : state_(std::make_shared<State>(io, tls, store, std::move(account), std::move(settings))) {}

MailboxMarks::~MailboxMarks() { state_->sessions.close(); }

void MailboxMarks::set() {
    state_->more = true;
    if (std::exchange(state_->running, true)) return;
    boost::asio::co_spawn(state_->io, state_->run(), [self = state_](std::exception_ptr bug) {
        if (bug) std::rethrow_exception(bug);
    });
}

}  // namespace gateway
