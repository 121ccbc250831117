// The dialogue with one LMTP client, on any Stream.
//
// [RFC 2033], [RFC 2920], [RFC 3030]. Replies are collected and written when no more input is available, so that a
// pipelining client costs one write per batch. Invariant: a mail counts in Shared::buffered from its first byte until
// its verdict.

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "coi/net/lmtp_command.h"
#include "coi/net/lmtp_data.h"
#include "coi/net/lmtp_server.h"

namespace coi::net {

class LmtpSession : public std::enable_shared_from_this<LmtpSession> {
  public:
    /// State shared by all sessions of a server.
    struct Shared {
        std::string host_name;
        LmtpServer::Limits limits;
        LmtpServer::Calls calls;
        std::size_t buffered = 0;
    };

    LmtpSession(std::unique_ptr<Stream> stream, std::shared_ptr<Shared> shared);
    ~LmtpSession();
    /// Runs from the greeting to the end of the connection. The caller keeps the session (a shared_ptr) until then.
    awaitable<void> run();
    /// Sends 421 now if the session waits for a command, else after the current mail.
    void stop(const boost::asio::any_io_executor& executor);
    void close() noexcept;
    using Clock = std::chrono::steady_clock;
    /// Since when it waits for a command, or makes no sufficient progress in a mail (Limits::progress_bytes); nullopt:
    /// it is active, or about to end.
    std::optional<Clock::time_point> idle_since() const;
    bool in_mail() const { return in_mail_; }
    /// Ends with 421 to make room for another connection. Only while it is idle.
    void give_way(const boost::asio::any_io_executor& executor);

  private:
    /// `fault`: the connection ends although the client may still be writing.
    enum class Next { command, end, fault };

    awaitable<Result<void>> read_more();
    awaitable<Result<std::string>> read_command();
    awaitable<bool> flush();
    awaitable<void> linger();
    Next give_up(ErrorKind why);
    awaitable<Next> obey(const LmtpCommand& command);
    void greet();
    void begin(const LmtpCommand& command);
    void add_recipient(const LmtpCommand& command);
    awaitable<Next> data();
    awaitable<Next> chunk(std::uint64_t size, bool last);
    awaitable<Next> drop(std::uint64_t size);
    awaitable<void> deliver(std::string mail);
    void refuse_mail(const Reply& reply);
    void hold(std::size_t bytes);
    void note_progress();
    void reset();
    void say(const Reply& reply);
    void say_end(const char* enhanced, const char* text);
    void leave(const boost::asio::any_io_executor& executor, const char* why);

    std::unique_ptr<Stream> stream_;
    std::shared_ptr<Shared> shared_;
    std::string in_, out_;
    std::size_t at_ = 0;
    bool greeted_ = false, in_mail_ = false, utf8_ = false;
    bool waiting_ = false, in_data_ = false, stopping_ = false;
    Clock::time_point waits_since_{}, progress_{};  // the last progress in a mail
    std::size_t since_progress_ = 0;                // bytes
    bool fruitless_ = false;                        // a mail was started, and none completed since
    int mistakes_ = 0;
    std::size_t held_ = 0;  // this session's share of Shared::buffered
    Delivery delivery_;
    std::uint64_t chunks_ = 0;  // bytes of BDAT chunks announced so far
    bool chunked_ = false;
};

}  // namespace coi::net
