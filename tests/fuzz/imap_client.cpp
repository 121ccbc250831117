// A whole IMAP session against a server that says any bytes: it ends, it keeps its memory, and it never believes a
// login that was not answered.

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string_view>

#include "coi/net/imap_client.h"
#include "coi/server_settings.h"

namespace {

using namespace coi::net;
using coi::Result;

/// Says the given bytes, each byte 0x01 as a silence, and then the end; takes whatever is written.
class Babbler : public Stream {
  public:
    Babbler(std::string_view bytes, bool* closed) : bytes_(bytes), closed_(closed) {}
    awaitable<Result<std::size_t>> read_some(std::span<char> into, Timeout) override {
        if (*closed_ || bytes_.empty()) co_return coi::Error{coi::ErrorKind::closed, false, "end", 0, {}};
        if (bytes_.front() == 1) {
            bytes_.remove_prefix(1);
            co_return coi::Error{coi::ErrorKind::timeout, false, "silence", 0, {}};
        }
        const std::size_t size = std::min({into.size(), bytes_.size(), bytes_.find('\x01')});
        std::memcpy(into.data(), bytes_.data(), size);
        bytes_.remove_prefix(size);
        co_return size;
    }
    awaitable<Result<void>> write(std::string_view, Timeout) override {
        if (*closed_) co_return coi::Error{coi::ErrorKind::closed, false, "end", 0, {}};
        co_return Result<void>{};
    }
    awaitable<Result<void>> start_tls(const std::string&, Timeout) override { co_return Result<void>{}; }
    bool encrypted() const override { return true; }
    void close() noexcept override { *closed_ = true; }

  private:
    std::string_view bytes_;
    bool* closed_;
};

awaitable<void> session(std::string_view bytes) {
    bool closed = false;
    ImapClient client(std::make_unique<Babbler>(bytes, &closed));
    const Endpoint server{"imap.example", 993, Security::tls};
    const auto opened = co_await client.open(server, Login{"romeo", "secret", false});
    if (!opened) {
        if (!closed || client.usable()) std::abort();
        co_return;
    }
    co_await client.select("INBOX");
    co_await client.since(7);
    const auto mail = co_await client.fetch(7, 1000);
    if (mail && *mail && (*mail)->size() > 1000) std::abort();
    co_await client.wait_for_news(std::chrono::hours(1), std::chrono::minutes(10));
    co_await client.append("Sent", "\\Seen", "A: b\r\n\r\n");
    co_await client.sent_folder();
    co_await coi::read_server_settings(client);
    co_await client.logout();
    if (!closed) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    boost::asio::io_context context;
    bool ended = false;
    boost::asio::co_spawn(context, session({reinterpret_cast<const char*>(data), size}), [&](std::exception_ptr bug) {
        if (bug) std::rethrow_exception(bug);
        ended = true;
    });
    context.run();
    if (!ended) std::abort();
    return 0;
}
