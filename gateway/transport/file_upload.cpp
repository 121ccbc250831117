// See file_upload.h.

#include "gateway/transport/file_upload.h"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <cctype>
#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <string_view>
#include <utility>

#include "gateway/await.h"
#include "gateway/log.h"
#include "gateway/transport/file_link.h"
#include "gateway/transport/http_put.h"

namespace gateway {
namespace {

constexpr std::size_t most_at_once = 10, most_of_user = 2;
constexpr std::size_t most_bytes = 128 * 1024 * 1024;  // of all files that wait or are under way
constexpr std::size_t longest_type = 100;              // bytes

constexpr auto rest = std::chrono::minutes(1);  // after a failure

/// The server's own services say where: they may stand on a private address.
constexpr coi::net::HostPolicy policy{.allow_private = true, .mail_ports_only = false};

/// [RFC 9110 §8.3.1] a media type, or the one that says nothing: also for what browsers run in the server's name.
std::string media_type(const std::string& type) {
    constexpr std::array<std::string_view, 3> run{"text/html", "application/xhtml+xml", "image/svg+xml"};
    if (std::ranges::find(run, type) != run.end()) return "application/octet-stream";
    const bool is_one = std::ranges::count(type, '/') == 1 && type.size() <= longest_type &&
                        std::ranges::all_of(type, [](unsigned char c) {
                            return std::isalnum(c) != 0 ||
                                   std::string_view("/.+-_").find(static_cast<char>(c)) != std::string_view::npos;
                        });
    return is_one ? type : "application/octet-stream";
}

/// Whether the store itself fails, and not this file or this user.
bool is_of_store(const coi::Error& error) {
    return !error.permanent && (error.kind != coi::ErrorKind::refused || error.code >= 500);
}

}  // namespace

struct FileUpload::State : std::enable_shared_from_this<State> {
    struct Job {
        std::string user;
        StoredFile file;
        std::function<void(coi::Result<std::string>)> done;
    };
    State(boost::asio::io_context& loop, coi::net::TlsContext& context, UploadSlots& server, bool on)
        : io(loop), tls(context), slots(server), is_on(on) {}

    boost::asio::io_context& io;
    coi::net::TlsContext& tls;
    UploadSlots& slots;
    bool is_on;
    std::deque<Job> waiting{};
    std::map<std::string, std::size_t> of_user{};  // under way
    std::size_t under_way = 0, bytes = 0;
    bool has_worked = false;
    std::chrono::steady_clock::time_point down_until{};

    bool is_down() const { return std::chrono::steady_clock::now() < down_until; }

    /// A store that has never worked is not waited for.
    coi::Error down(const std::string& why) const { return {coi::ErrorKind::unreachable, !has_worked, why, 0, {}}; }

    void start_next() {
        while (under_way < most_at_once) {
            const auto next = std::ranges::find_if(waiting, [this](const Job& job) {
                return !of_user.contains(job.user) || of_user[job.user] < most_of_user;
            });
            if (next == waiting.end()) return;
            Job job = std::move(*next);
            waiting.erase(next);
            ++under_way;
            ++of_user[job.user];
            boost::asio::co_spawn(io, run(std::move(job)), [self = shared_from_this()](std::exception_ptr bug) {
                if (bug) std::rethrow_exception(bug);
            });
        }
    }

    boost::asio::awaitable<void> run(Job job) {
        auto address = co_await upload(job);
        --under_way;
        bytes -= job.file.bytes->size();
        if (--of_user[job.user] == 0) of_user.erase(job.user);
        if (!address)
            log::warn("a file of {} bytes for {} is not stored: {}", job.file.bytes->size(), job.user,
                      address.error().text);
        if (address) has_worked = true;
        if (!address && is_of_store(address.error())) {
            const coi::Error error = down(address.error().text);
            down_until = std::chrono::steady_clock::now() + rest;
            job.done(error);
            for (auto none = std::exchange(waiting, {}); auto& each : none) {
                bytes -= each.file.bytes->size();
                each.done(error);
            }
        } else {
            job.done(std::move(address));
        }
        start_next();
    }

    boost::asio::awaitable<coi::Result<std::string>> upload(const Job& job) {
        using Slot = coi::Result<xmpp::xep0363::Slot>;
        const std::string type = media_type(job.file.type);
        std::function<void(std::function<void(Slot)>)> ask = [&](std::function<void(Slot)> done) {
            slots.ask(job.user, {file_link::plain_name(job.file.name, type), job.file.bytes->size(), type},
                      std::move(done));
        };
        const Slot slot = co_await wait_for<Slot>(ask);
        if (!slot) co_return slot.error();
        const auto to = http_address(slot->put);
        if (!to) co_return to.error();
        const auto put = co_await http_put(tls, *to, {type, slot->headers, *job.file.bytes}, policy);
        if (!put) co_return put.error();
        co_return slot->get;
    }
};

FileUpload::FileUpload(boost::asio::io_context& io, coi::net::TlsContext& tls, UploadSlots& slots, bool is_on)
    : state_(std::make_shared<State>(io, tls, slots, is_on)) {}

FileUpload::~FileUpload() = default;

std::size_t FileUpload::largest() const { return state_->is_on ? state_->slots.largest() : 0; }

bool FileUpload::is_unsure() const { return state_->is_on && state_->slots.is_unsure(); }

void FileUpload::put(const std::string& user, StoredFile file, std::function<void(coi::Result<std::string>)> done) {
    if (state_->is_down()) return done(state_->down("the file store has just failed"));
    if (state_->bytes + file.bytes->size() > most_bytes)
        return done(coi::Error{coi::ErrorKind::limit, false, "too many files wait for the file store", 0, {}});
    state_->bytes += file.bytes->size();
    state_->waiting.push_back({user, std::move(file), std::move(done)});
    state_->start_next();
}

void FileUpload::reload(bool is_on) { state_->is_on = is_on; }

}  // namespace gateway
