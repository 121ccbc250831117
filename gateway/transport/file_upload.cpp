// See file_upload.h.

#include "gateway/transport/file_upload.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <cctype>
#include <deque>
#include <exception>
#include <map>
#include <string_view>
#include <utility>

#include "gateway/await.h"
#include "gateway/log.h"
#include "gateway/transport/http_put.h"

namespace gateway {
namespace {

constexpr std::size_t most_at_once = 10, most_of_user = 2;
constexpr std::size_t most_bytes = 128 * 1024 * 1024;  // of all files that wait or are under way
constexpr std::size_t longest_name = 100;              // bytes

/// The server's own services say where: they may stand on a private address.
constexpr coi::net::HostPolicy policy{.allow_private = true, .mail_ports_only = false};

/// A name that each server takes as part of an address. The name for people stands in the message.
std::string plain_name(const std::string& name, std::string_view type) {
    std::string plain;
    for (const char c : name) {
        const bool is_safe = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
        plain += is_safe ? c : '_';
    }
    if (plain.size() > longest_name) plain.erase(0, plain.size() - longest_name);  // its end says what it is
    plain.erase(0, std::min(plain.find_first_not_of("._-"), plain.size()));
    if (!plain.empty()) return plain;
    return type.starts_with("image/") ? "image" : "file";
}

/// [RFC 9110 §8.3.1] a media type, or the one that says nothing.
std::string media_type(const std::string& type) {
    const bool is_one = std::ranges::count(type, '/') == 1 && type.size() <= longest_name &&
                        std::ranges::all_of(type, [](unsigned char c) {
                            return std::isalnum(c) != 0 ||
                                   std::string_view("/.+-_").find(static_cast<char>(c)) != std::string_view::npos;
                        });
    return is_one ? type : "application/octet-stream";
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
        job.done(std::move(address));
        start_next();
    }

    boost::asio::awaitable<coi::Result<std::string>> upload(const Job& job) {
        using Slot = coi::Result<xmpp::xep0363::Slot>;
        const std::string type = media_type(job.file.type);
        std::function<void(std::function<void(Slot)>)> ask = [&](std::function<void(Slot)> done) {
            slots.ask(job.user, {plain_name(job.file.name, type), job.file.bytes->size(), type}, std::move(done));
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

void FileUpload::put(const std::string& user, StoredFile file, std::function<void(coi::Result<std::string>)> done) {
    if (state_->bytes + file.bytes->size() > most_bytes)
        return done(coi::Error{coi::ErrorKind::limit, false, "too many files wait for the file store", 0, {}});
    state_->bytes += file.bytes->size();
    state_->waiting.push_back({user, std::move(file), std::move(done)});
    state_->start_next();
}

void FileUpload::reload(bool is_on) { state_->is_on = is_on; }

}  // namespace gateway
