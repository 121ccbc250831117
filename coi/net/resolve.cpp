// c-ares says which sockets to watch and when its next time-out is; Asio waits.
//
// [RFC 2782]. Left out on purpose: retries beyond those of c-ares. Invariant: a query's coroutine is resumed by its own
// timer and never from inside c-ares, so the channel may end with its last query.

#include "coi/net/resolve.h"

#define CARES_NO_DEPRECATED  // what stands in their place is not in the c-ares of Debian 12 (1.18)
#include <ares.h>
#include <arpa/nameser.h>
#include <idn2.h>
#include <netdb.h>

#include <algorithm>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

namespace coi::net {

namespace {

using boost::asio::any_io_executor;
using boost::asio::ip::address;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

// The zone's owner decides how many there are; an answer by TCP may contain thousands, and each may be tried.
constexpr std::size_t most_addresses = 16, most_services = 64;

/// A query that c-ares processes and a coroutine waits for; both own it.
struct Question {
    explicit Question(const any_io_executor& executor) : done(executor) {}
    boost::asio::steady_timer done;  // cancelled when the answer is there
    bool answered = false;
    int status = ARES_SUCCESS;
    std::vector<address> addresses;
    std::vector<Service> services;

    void answer(int with) {
        status = with;
        answered = true;
        done.cancel();
    }
};

address to_address(const sockaddr* raw) {
    if (raw->sa_family == AF_INET) {
        boost::asio::ip::address_v4::bytes_type bytes;
        std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(raw)->sin_addr, bytes.size());
        return boost::asio::ip::address_v4(bytes);
    }
    boost::asio::ip::address_v6::bytes_type bytes;
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(raw);
    std::memcpy(bytes.data(), &v6->sin6_addr, bytes.size());
    return boost::asio::ip::address_v6(bytes, v6->sin6_scope_id);
}

/// A c-ares channel whose sockets and timer are Asio's.
class Channel : public std::enable_shared_from_this<Channel> {
  public:
    /// `server`: as c-ares writes it, "" for those of resolv.conf.
    Channel(any_io_executor executor, const std::string& server) : executor_(std::move(executor)), timer_(executor_) {
        static std::once_flag once;
        std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
        ares_options options{};
        options.timeout = 2000;  // ms until a name server is asked again
        options.tries = 3;
        options.sock_state_cb = [](void* self, ares_socket_t socket, int read, int write) {
            static_cast<Channel*>(self)->watch(socket, read != 0, write != 0);
        };
        options.sock_state_cb_data = this;
        int status =
            ares_init_options(&channel_, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
        if (status == ARES_SUCCESS && !server.empty() &&
            (status = ares_set_servers_ports_csv(channel_, server.c_str())) != ARES_SUCCESS)
            ares_destroy(channel_);
        if (status != ARES_SUCCESS)
            throw std::runtime_error(std::string("c-ares cannot start: ") + ares_strerror(status));
    }
    ~Channel() { ares_destroy(channel_); }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    std::shared_ptr<Question> host(const std::string& name) {
        auto question = std::make_shared<Question>(executor_);
        ares_addrinfo_hints hints{};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, take_addresses,
                         new std::shared_ptr<Question>(question));
        set_timer();
        return question;
    }

    std::shared_ptr<Question> service(const std::string& name) {
        auto question = std::make_shared<Question>(executor_);
        ares_query(channel_, name.c_str(), ns_c_in, ns_t_srv, take_services, new std::shared_ptr<Question>(question));
        set_timer();
        return question;
    }

  private:
    struct Watched {
        Watched(const any_io_executor& executor, ares_socket_t socket) : descriptor(executor, socket) {}
        boost::asio::posix::stream_descriptor descriptor;
        bool read = false, write = false, reading = false, writing = false;
    };

    static void take_addresses(void* owner, int status, int, ares_addrinfo* found) {
        const std::unique_ptr<std::shared_ptr<Question>> question(static_cast<std::shared_ptr<Question>*>(owner));
        for (const auto* node = found ? found->nodes : nullptr; node; node = node->ai_next) {
            if (node->ai_family != AF_INET && node->ai_family != AF_INET6) continue;
            const address one = to_address(node->ai_addr);
            auto& all = (*question)->addresses;
            if (all.size() == most_addresses) break;
            if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
        }
        if (found) ares_freeaddrinfo(found);
        (*question)->answer(status);
    }

    static void take_services(void* owner, int status, int, unsigned char* reply, int size) {
        const std::unique_ptr<std::shared_ptr<Question>> question(static_cast<std::shared_ptr<Question>*>(owner));
        ares_srv_reply* list = nullptr;
        if (status == ARES_SUCCESS) status = ares_parse_srv_reply(reply, size, &list);
        for (const auto* entry = list; entry && (*question)->services.size() < most_services; entry = entry->next) {
            const std::string host = entry->host && std::string_view(entry->host) != "." ? entry->host : "";
            (*question)->services.push_back({host, entry->port, entry->priority, entry->weight});
        }
        if (list) ares_free_data(list);
        (*question)->answer(status);
    }

    void watch(ares_socket_t socket, bool read, bool write) {
        if (!read && !write) {
            // Now, while the descriptor still belongs to this socket: c-ares closes it next.
            if (const auto found = sockets_.find(socket); found != sockets_.end()) {
                found->second->descriptor.release();
                sockets_.erase(found);
            }
            return;
        }
        auto& watched = sockets_[socket];
        if (!watched) watched = std::make_shared<Watched>(executor_, socket);
        watched->read = read;
        watched->write = write;
        wait(socket);
    }

    auto ready(ares_socket_t socket, const std::shared_ptr<Watched>& watched, bool Watched::* flag) {
        return [weak = weak_from_this(), socket, which = std::weak_ptr(watched), flag](const error_code& error) {
            const auto self = weak.lock();
            const auto still = which.lock();
            if (!self || !still || error) return;
            (*still).*flag = false;
            ares_process_fd(self->channel_, flag == &Watched::reading ? socket : ARES_SOCKET_BAD,
                            flag == &Watched::writing ? socket : ARES_SOCKET_BAD);
            self->wait(socket);
            self->set_timer();
        };
    }

    void wait(ares_socket_t socket) {
        const auto found = sockets_.find(socket);
        if (found == sockets_.end()) return;
        const std::shared_ptr<Watched>& watched = found->second;
        using Descriptor = boost::asio::posix::stream_descriptor;
        if (watched->read && !std::exchange(watched->reading, true)) {
            watched->descriptor.async_wait(Descriptor::wait_read, ready(socket, watched, &Watched::reading));
        }
        if (watched->write && !std::exchange(watched->writing, true)) {
            watched->descriptor.async_wait(Descriptor::wait_write, ready(socket, watched, &Watched::writing));
        }
    }

    void set_timer() {
        timeval left{};
        if (!ares_timeout(channel_, nullptr, &left)) return;
        timer_.expires_after(std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec + 1000));
        timer_.async_wait([weak = weak_from_this()](const error_code& error) {
            const auto self = weak.lock();
            if (!self || error) return;
            ares_process_fd(self->channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
            self->set_timer();
        });
    }

    any_io_executor executor_;
    boost::asio::steady_timer timer_;
    std::map<ares_socket_t, std::shared_ptr<Watched>> sockets_;
    ares_channel channel_ = nullptr;
};

/// Connects the queries of one loop to their channel.
class Channels : public boost::asio::execution_context::service {
  public:
    inline static boost::asio::execution_context::id id;
    explicit Channels(boost::asio::execution_context& context) : service(context) {}

    static std::shared_ptr<Channel> of(const any_io_executor& executor) {
        auto& self = boost::asio::use_service<Channels>(boost::asio::query(executor, boost::asio::execution::context));
        auto channel = self.current_.lock();
        if (!channel) self.current_ = channel = std::make_shared<Channel>(executor, self.server_);
        return channel;
    }

    void use(std::string server) {
        server_ = std::move(server);
        current_.reset();  // running queries keep the old one
    }

  private:
    void shutdown() override { current_.reset(); }
    std::weak_ptr<Channel> current_;
    std::string server_;
};

awaitable<void> answered(const std::shared_ptr<Question>& question, Clock::time_point deadline) {
    if (question->answered) co_return;
    question->done.expires_at(deadline);
    error_code ignored;
    co_await question->done.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

}  // namespace

void use_name_server(boost::asio::execution_context& context, const std::string& address, std::uint16_t port) {
    const std::string host = address.find(':') == std::string::npos ? address : "[" + address + "]";
    boost::asio::use_service<Channels>(context).use(address.empty() ? "" : host + ":" + std::to_string(port));
}

awaitable<Result<std::vector<address>>> resolve_host(std::string host, Timeout timeout) {
    const auto deadline = Clock::now() + timeout;
    error_code no_literal;
    if (const address literal = boost::asio::ip::make_address(host, no_literal); !no_literal)
        co_return std::vector{literal};
    const auto channel = Channels::of(co_await boost::asio::this_coro::executor);
    const auto question = channel->host(host);
    co_await answered(question, deadline);
    const auto unresolved = [&](const std::string& why) {
        return Error{ErrorKind::unresolved, false, "the name " + host + " cannot be looked up: " + why, 0, {}};
    };
    if (!question->answered) co_return unresolved("no name server answered in time");
    switch (question->status) {
        case ARES_SUCCESS:
        case ARES_ENODATA:
        case ARES_ENOTFOUND:
        case ARES_EBADNAME:
            if (!question->addresses.empty()) co_return std::move(question->addresses);
            co_return Error{ErrorKind::not_found, false, "the host " + host + " does not exist", 0, {}};
        default:
            co_return unresolved(ares_strerror(question->status));
    }
}

awaitable<std::vector<std::vector<Service>>> resolve_services(std::vector<std::string> names, Timeout timeout) {
    const auto deadline = Clock::now() + timeout;
    const auto channel = Channels::of(co_await boost::asio::this_coro::executor);
    std::vector<std::shared_ptr<Question>> questions;
    for (const auto& name : names) questions.push_back(channel->service(name));
    std::vector<std::vector<Service>> all;
    for (const auto& question : questions) {
        co_await answered(question, deadline);
        auto& found = question->services;
        // [RFC 2782]: lower priority first; the heaviest of equals rather than a drawn one, since we try them all.
        std::sort(found.begin(), found.end(), [](const Service& a, const Service& b) {
            return a.priority != b.priority ? a.priority < b.priority : a.weight > b.weight;
        });
        all.push_back(std::move(found));
    }
    co_return all;
}

Result<std::string> ascii_host(const std::string& name) {
    const Error bad{ErrorKind::malformed, true, "this is no host name", 0, {}};
    error_code no_literal;
    boost::asio::ip::make_address(name, no_literal);
    if (!no_literal) return name;
    char* out = nullptr;
    if (name.size() > 1000 || idn2_to_ascii_8z(name.c_str(), &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
        return bad;
    std::string host(out);
    idn2_free(out);
    for (char& c : host) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (host.ends_with('.')) host.pop_back();
    const bool clean = std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    });
    if (host.empty() || host.size() > 253 || host.front() == '.' || host.find("..") != std::string::npos || !clean)
        return bad;
    return host;
}

}  // namespace coi::net
