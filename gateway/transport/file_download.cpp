// See file_download.h.

#include "gateway/transport/file_download.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <string_view>
#include <utility>

#include "gateway/log.h"
#include "gateway/model/rate_limit.h"
#include "gateway/transport/file_link.h"
#include "gateway/transport/http_get.h"

namespace gateway {
namespace {

using boost::asio::awaitable;
using coi::Error;
using coi::ErrorKind;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_at_once = 40, most_of_user = 2;  // each is a connection; the bytes are bounded below
constexpr std::size_t most_waiting = 1000, most_waiting_of_user = 20;
constexpr std::size_t most_an_hour = 100;  // of a user; a file that takes long counts as several
constexpr auto long_time = std::chrono::seconds(5);
constexpr std::size_t most_bytes = 64 * 1024 * 1024;  // of all files that are under way, or not yet in their mail
constexpr int most_redirects = 3;
constexpr auto patience = std::chrono::seconds(60);  // for a file, its wait for a turn included
constexpr std::size_t longest_url = 4096;

coi::Result<std::string> moved(const std::string& from, const std::string& to) {
    const auto base = boost::urls::parse_uri(from);
    const auto target = boost::urls::parse_uri_reference(to);
    boost::urls::url resolved;
    if (!base || !target || to.size() > longest_url || !boost::urls::resolve(*base, *target, resolved))
        return coi::malformed("the file server names no place where the file lies");
    return std::string(resolved.buffer());
}

}  // namespace

struct FileDownload::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context& loop, coi::net::TlsContext& context, const UploadSlots& server, Settings chosen)
        : io(loop), tls(context), slots(server), settings(chosen) {}

    struct Waiting {
        std::string user;
        boost::asio::steady_timer timer;
        bool has_turn = false;
    };
    /// Room in memory for a file; given back when nobody needs it any more.
    struct Room {
        Room(std::shared_ptr<State> its_state, std::string its_user)
            : state(std::move(its_state)), user(std::move(its_user)) {}
        Room(const Room&) = delete;
        Room& operator=(const Room&) = delete;
        ~Room() {
            state->bytes -= taken;
            if ((state->bytes_of[user] -= taken) == 0) state->bytes_of.erase(user);
        }
        bool take(std::size_t more) {
            std::size_t& theirs = state->bytes_of[user];
            const std::size_t share = std::max(state->settings.largest, most_bytes / 2);
            if (state->bytes + more > most_bytes || theirs + more > share) return false;
            state->bytes += more;
            theirs += more;
            taken += more;
            return true;
        }
        std::shared_ptr<State> state;
        std::string user;
        std::size_t taken = 0;
    };

    boost::asio::io_context& io;
    coi::net::TlsContext& tls;
    const UploadSlots& slots;
    Settings settings;
    std::deque<std::shared_ptr<Waiting>> waiting{};
    std::map<std::string, std::size_t> of_user{};   // under way
    std::map<std::string, std::size_t> bytes_of{};  // by user
    RateLimit fetched{most_an_hour, std::chrono::hours(1)};
    std::size_t under_way = 0, bytes = 0;

    bool is_own_url(const std::string& url) const {
        const std::string& own = settings.own_url;  // behind it stands a link, and no way out of the store
        return !own.empty() && url.starts_with(own) && file_link::in_target("/" + url.substr(own.size()), "/");
    }

    bool may_begin(const std::string& user) const {
        const auto at = of_user.find(user);
        return under_way < most_at_once && (at == of_user.end() || at->second < most_of_user);
    }
    void begin(const std::string& user) {
        ++under_way;
        ++of_user[user];
    }

    bool has_place(const std::string& user) const {
        const auto of_them = std::ranges::count_if(waiting, [&user](const auto& one) { return one->user == user; });
        return waiting.size() < most_waiting && static_cast<std::size_t>(of_them) < most_waiting_of_user;
    }

    /// Waits for a turn; false if none comes in time.
    awaitable<bool> turn(std::string user, Clock::time_point deadline) {
        if (may_begin(user)) {
            begin(user);
            co_return true;
        }
        if (!has_place(user)) co_return false;
        const auto mine = std::make_shared<Waiting>(Waiting{user, boost::asio::steady_timer(io, deadline)});
        waiting.push_back(mine);
        boost::system::error_code cancelled;
        co_await mine->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
        std::erase(waiting, mine);
        co_return mine->has_turn;
    }

    /// The turn goes to whoever waits longest and may have it.
    void end(const std::string& user) {
        --under_way;
        if (--of_user[user] == 0) of_user.erase(user);
        const auto next =
            std::ranges::find_if(waiting, [this](const auto& one) { return !one->has_turn && may_begin(one->user); });
        if (next == waiting.end()) return;
        (*next)->has_turn = true;
        begin((*next)->user);
        (*next)->timer.cancel();
    }

    awaitable<coi::Result<FetchedFile>> fetch(std::string user, std::string url) {
        const auto deadline = Clock::now() + patience;
        if (!fetched.take(user, Clock::now()) || !co_await turn(user, deadline))
            co_return Error{ErrorKind::timeout, false, "there are too many files under way", 0, {}};
        const auto begun = Clock::now();
        auto file = co_await follow(user, std::move(url), deadline);
        for (auto slow = (Clock::now() - begun) / long_time; slow > 0; --slow) fetched.take(user, Clock::now());
        end(user);
        co_return file;
    }

    awaitable<coi::Result<FetchedFile>> follow(std::string user, std::string url, Clock::time_point deadline) {
        const auto room = std::make_shared<Room>(shared_from_this(), std::move(user));
        const HttpLimits limits{settings.largest, deadline, [room](std::size_t more) { return room->take(more); }};
        for (int redirects = 0; redirects <= most_redirects; ++redirects) {
            const auto from = http_address(url);
            if (!from) co_return from.error();
            const bool is_own = slots.is_of_store(*from) || is_own_url(url);
            if (from->server.security != coi::net::Security::tls && !is_own)
                co_return coi::Error{ErrorKind::forbidden, true, "the link is not encrypted", 0, {}};
            const coi::net::HostPolicy policy{.allow_private = settings.allow_private || is_own,
                                              .mail_ports_only = false};
            auto got = co_await http_get(tls, *from, limits, policy);
            if (!got) co_return got.error();
            if (got->moved_to.empty()) {
                co_return FetchedFile{std::move(got->type), std::make_shared<const std::string>(std::move(got->bytes)),
                                      room};
            }
            auto next = moved(url, got->moved_to);
            if (!next) co_return next.error();
            url = std::move(*next);
        }
        co_return coi::malformed("the file server sends from place to place");
    }
};

FileDownload::FileDownload(boost::asio::io_context& io, coi::net::TlsContext& tls, const UploadSlots& slots,
                           Settings settings)
    : state_(std::make_shared<State>(io, tls, slots, settings)) {}

FileDownload::~FileDownload() = default;

std::size_t FileDownload::largest() const { return state_->settings.largest; }

void FileDownload::fetch(const std::string& user, const std::string& url,
                         std::function<void(coi::Result<FetchedFile>)> done) {
    if (url.size() > longest_url) return done(coi::malformed("the link is too long"));
    boost::asio::co_spawn(
        state_->io, state_->fetch(user, url),
        [state = state_, user, done = std::move(done)](std::exception_ptr bug, coi::Result<FetchedFile> file) {
            if (bug) std::rethrow_exception(bug);
            if (!file) {
                log::info("a file of {} stays a link", user);
                log::debug("it was not fetched: {}", file.error().text);
            }
            done(std::move(file));
        });
}

void FileDownload::reload(Settings settings) { state_->settings = settings; }

}  // namespace gateway
