// One walk through a mailbox; see mailbox_history.h.

#include "gateway/transport/mailbox_history.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "coi/mail/date.h"
#include "coi/mail/header.h"
#include "coi/message.h"
#include "coi/message_id.h"
#include "coi/server_settings.h"
#include "gateway/await.h"
#include "gateway/log.h"
#include "gateway/store/ids.h"
#include "gateway/transport/mail_reader.h"
#include "gateway/transport/mailbox_sessions.h"

namespace gateway {

using coi::net::awaitable;
using coi::net::ImapClient;

namespace {

constexpr auto store_pause = std::chrono::seconds(5);

/// A mail of which the server says that it is from or to the contact.
struct Candidate {
    std::string folder;
    std::uint32_t uid_validity = 0, uid = 0;
    std::uint64_t size = 0;
    std::optional<std::chrono::sys_seconds> came;
};

}  // namespace

struct MailboxHistory::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context& io_, coi::net::TlsContext& tls, Workers& workers_, CrashGuard& crash_guard_,
          MailReceiver& receiver_, Store& store_, Account account_, Settings settings_)
        : io(io_),
          workers(workers_),
          crash_guard(crash_guard_),
          receiver(receiver_),
          store(store_),
          account(std::move(account_)),
          settings(std::move(settings_)),
          sessions(io, tls, account.login, account.address, settings.reach),
          deadline(std::chrono::steady_clock::now() + settings.longest) {}

    boost::asio::io_context& io;
    Workers& workers;
    CrashGuard& crash_guard;
    MailReceiver& receiver;
    Store& store;
    const Account account;
    const Settings settings;
    MailboxSessions sessions;
    const std::chrono::steady_clock::time_point deadline;
    std::string sent_folder;
    coi::Address contact;
    History history;

    bool is_over() const { return sessions.closed() || std::chrono::steady_clock::now() > deadline; }

    awaitable<coi::Result<History>> run(std::size_t most) {
        const auto session = co_await sessions.open();
        if (!session) co_return session.error();
        std::vector<Candidate> mails;
        const coi::Error too_long{coi::ErrorKind::timeout, false, "it took too long", 0, {}};
        for (const auto& folder : co_await folders_of(**session)) {
            if (is_over()) co_return too_long;
            if (auto failure = co_await look_into(**session, folder, most, mails)) co_return *failure;
        }
        keep_last(mails, most);
        history.found = mails.size();
        std::string selected;
        for (const auto& mail : mails) {
            if (is_over()) co_return too_long;
            if (!(*session)->usable()) break;
            if (auto failure = co_await take(**session, mail, selected)) co_return *failure;
        }
        if (!sessions.closed() && (*session)->usable()) co_await (*session)->logout();
        co_return history;
    }

    awaitable<std::vector<std::string>> folders_of(ImapClient& session) {
        std::vector<std::string> folders{"INBOX"};
        const auto add = [&](const std::string& folder) {
            if (!folder.empty() && std::ranges::find(folders, folder) == folders.end()) folders.push_back(folder);
        };
        if (const auto server = co_await coi::read_server_settings(session); server && server->enabled)
            add(server->chats_folder);
        if (const auto sent = co_await session.sent_folder()) add(sent_folder = *sent);
        co_return folders;
    }

    awaitable<std::optional<coi::Error>> look_into(ImapClient& session, const std::string& folder, std::size_t most,
                                                   std::vector<Candidate>& mails) {
        const auto selected = co_await session.select(folder);
        if (!selected) co_return session.usable() ? std::nullopt : std::optional<coi::Error>(selected.error());
        const auto found = co_await session.search_talk(contact.addr_spec(), most);
        if (!found) co_return found.error();
        for (const auto& mail : *found) {
            if (mail.size > settings.limits.mail_bytes) continue;
            mails.push_back({folder, selected->uid_validity, mail.uid, mail.size, coi::read_internal_date(mail.came)});
        }
        co_return std::nullopt;
    }

    /// The newest, as many as may be fetched; oldest first.
    void keep_last(std::vector<Candidate>& mails, std::size_t most) const {
        std::ranges::sort(mails, {}, [](const Candidate& mail) { return std::tie(mail.came, mail.folder, mail.uid); });
        std::size_t count = 0, bytes = 0;
        while (count < std::min(most, mails.size()) &&
               bytes + mails[mails.size() - 1 - count].size <= settings.most_bytes)
            bytes += mails[mails.size() - 1 - count++].size;
        mails.erase(mails.begin(), mails.end() - static_cast<std::ptrdiff_t>(count));
    }

    /// An Error if the session cannot go on. A mail that cannot be read is left out: it lies in the mailbox.
    awaitable<std::optional<coi::Error>> take(ImapClient& session, const Candidate& mail, std::string& selected) {
        if (selected != mail.folder) {
            const auto again = co_await session.select(mail.folder);
            if (!again) co_return again.error();
            if (again->uid_validity != mail.uid_validity) co_return std::nullopt;
            selected = mail.folder;
        }
        if (is_over() || co_await is_known(session, mail.uid)) co_return std::nullopt;
        const auto hold = crash_guard.take(account.id, mail.folder, mail.uid_validity, mail.uid);
        auto bytes = co_await session.fetch(mail.uid, settings.limits.mail_bytes);
        if (!bytes && !session.usable()) co_return bytes.error();
        if (sessions.closed() || !bytes || !*bytes) co_return std::nullopt;
        auto shared = std::make_shared<const std::string>(std::move(**bytes));
        std::function<void(std::function<void(coi::Result<coi::Message>)>)> parse = [this, &shared](auto done) {
            mail_reader::parse(workers, mail_reader::line_of(account.id, "", true), shared, settings.limits,
                               std::move(done));
        };
        auto parsed = co_await wait_for<coi::Result<coi::Message>>(std::move(parse));
        if (sessions.closed() || !parsed || !is_of_talk(*parsed, mail.folder)) co_return std::nullopt;
        if (!parsed->date) parsed->date = mail.came;
        if (!parsed->encrypted && !parsed->is_signed) shared = std::make_shared<const std::string>();
        co_await hand_over(*parsed, shared, mail.folder);
        co_return std::nullopt;
    }

    /// Whether the header says so; if not, the pipeline may still find that it is.
    awaitable<bool> is_known(ImapClient& session, std::uint32_t uid) {
        constexpr std::size_t most_header = 64 * 1024;
        const auto header = co_await session.fetch_header(uid, most_header);
        if (!header || !*header || sessions.closed()) co_return false;
        const auto ids = coi::parse_message_ids(coi::field(coi::split_fields(**header), "message-id"));
        if (ids.empty()) co_return false;
        std::function<void(std::function<void(bool)>)> ask = [this, &ids](auto done) {
            ids::knows_any_of(
                store, account.id, {ids.front()},
                [done = std::move(done)](const Store::Failure& failure, bool known) { done(!failure && known); });
        };
        co_return co_await wait_for<bool>(std::move(ask));
    }

    /// Between the user and the contact: the search finds parts of addresses, too. What may be the user's own can be
    /// proven only where it is sent mail or encrypted.
    bool is_of_talk(const coi::Message& mail, const std::string& folder) const {
        if (mail.from.size() != 1) return false;
        const std::string writer = mail.from.front().canonical(), own = account.address.canonical();
        if (writer == contact.canonical()) return true;
        const bool may_be_own = writer == own && (folder == sent_folder || mail.encrypted);
        return may_be_own &&
               std::ranges::any_of(mail.to, [this](const auto& to) { return to.canonical() == contact.canonical(); });
    }

    awaitable<void> hand_over(const coi::Message& mail, const std::shared_ptr<const std::string>& bytes,
                              const std::string& folder) {
        while (!is_over()) {
            std::function<void(std::function<void(DeliveryResult)>)> start = [&](auto done) {
                IncomingMail arrival{account.id, mail, std::nullopt, {}, false, bytes};
                arrival.is_filed_as_sent = !sent_folder.empty() && folder == sent_folder;
                arrival.is_history = true;
                receiver.take(std::move(arrival), std::move(done));
            };
            const auto verdict = co_await wait_for<DeliveryResult>(std::move(start));
            if (verdict.kind == DeliveryResult::Kind::taken) ++history.shown;
            if (verdict.kind != DeliveryResult::Kind::busy) co_return;
            co_await sessions.pause(store_pause);
        }
    }
};

MailboxHistory::MailboxHistory(boost::asio::io_context& io, coi::net::TlsContext& tls, Workers& workers,
                               CrashGuard& crash_guard, MailReceiver& receiver, Store& store, Account account,
                               Settings settings)
    : state_(std::make_shared<State>(io, tls, workers, crash_guard, receiver, store, std::move(account),
                                     std::move(settings))) {}

MailboxHistory::~MailboxHistory() { state_->sessions.close(); }

void MailboxHistory::fetch(const coi::Address& contact, std::size_t most,
                           std::function<void(coi::Result<History>)> done) {
    state_->contact = contact;
    boost::asio::co_spawn(state_->io, state_->run(most),
                          [self = state_, done = std::move(done)](std::exception_ptr bug, coi::Result<History> result) {
                              if (bug) std::rethrow_exception(bug);
                              if (self->sessions.closed()) return;
                              if (!result)
                                  log::warn("mailbox of {}: no history: {}", self->account.jid, result.error().text);
                              done(std::move(result));
                          });
}

}  // namespace gateway
