// The socket under a component stream; see connection.h.
//
// Asio's handlers hold the Socket; the Socket refers to its Connection until the Connection releases it. So gloox may
// disconnect, and the Connection may be destroyed, from inside any handler.

#include "xmpp/connection.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <utility>

namespace xmpp {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

struct Connection::Socket : std::enable_shared_from_this<Socket> {
    static constexpr std::size_t read_bytes = 64 * 1024;

    Socket(asio::io_context& io, Connection* its_owner) : resolver(io), socket(io), owner(its_owner) {}

    void open(const std::string& host, const std::string& port) {
        error_code no_address;
        const auto address = asio::ip::make_address(host, no_address);
        if (!no_address) {  // a literal address needs no resolver thread
            const auto number = static_cast<std::uint16_t>(std::stoi(port));
            return socket.async_connect({address, number},
                                        [self = shared_from_this()](error_code error) { self->opened(error); });
        }
        resolver.async_resolve(
            host, port, [self = shared_from_this()](error_code error, tcp::resolver::results_type found) {
                if (!self->owner) return;
                if (error) return self->end(error, gloox::ConnDnsError);
                asio::async_connect(self->socket, found,
                                    [self](error_code failed, const tcp::endpoint&) { self->opened(failed); });
            });
    }

    void opened(error_code error) {
        if (!owner) return;
        if (error) return end(error, gloox::ConnConnectionRefused);
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        socket.non_blocking(true, ignored);
        open_ = true;
        progress = std::chrono::steady_clock::now();
        owner->connected();
        wait_readable();
    }

    /// Waits for readability before it reads, so that no bytes are buffered here while reading is paused.
    void wait_readable() {
        if (!open_ || waiting || paused) return;
        waiting = true;
        socket.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code error) {
            self->waiting = false;
            if (self->open_ && !self->paused) self->read(error);
        });
    }

    void read(error_code error) {
        in.resize(read_bytes);
        const std::size_t size = error ? 0 : socket.read_some(asio::buffer(in), error);
        in.resize(size);
        if (error == asio::error::would_block || error == asio::error::interrupted) return wait_readable();
        if (error == asio::error::eof) return end({}, gloox::ConnStreamClosed);
        if (error) return end(error, gloox::ConnIoError);
        bytes_in += static_cast<long>(size);
        progress = std::chrono::steady_clock::now();
        owner->received(in);
        wait_readable();
    }

    void append(const std::string& data) {
        out += data;
        if (writing || flush_posted) return;
        flush_posted = true;  // later sends of this turn of the loop join this write
        asio::post(socket.get_executor(), [self = shared_from_this()] {
            self->flush_posted = false;
            self->write();
        });
    }

    void write() {
        if (!open_ || writing || out.empty()) return;
        writing = true;
        under_way.swap(out);
        write_rest(0);
    }

    void write_rest(std::size_t from) {
        written = from;
        socket.async_write_some(asio::buffer(under_way) + from,
                                [self = shared_from_this()](error_code error, std::size_t size) {
                                    if (!self->open_) return;
                                    if (error) return self->end(error, gloox::ConnIoError);
                                    self->bytes_out += static_cast<long>(size);
                                    self->progress = std::chrono::steady_clock::now();
                                    if (self->written + size < self->under_way.size())
                                        return self->write_rest(self->written + size);
                                    self->under_way.clear();
                                    self->written = 0;
                                    self->writing = false;
                                    self->write();
                                });
    }

    void end(error_code error, gloox::ConnectionError reason) {
        Connection* const told = std::exchange(owner, nullptr);
        if (error) cause = error.message();
        close();
        if (told) told->ended(reason);
    }

    /// A last attempt to send what waits (a stream error, </stream:stream>); then the socket is closed.
    void close() {
        error_code ignored;
        if (open_ && !writing && !out.empty()) socket.write_some(asio::buffer(out), ignored);
        open_ = false;
        owner = nullptr;
        resolver.cancel();
        socket.close(ignored);
        out.clear();
    }

    tcp::resolver resolver;
    tcp::socket socket;
    Connection* owner;
    std::string in, out, under_way, cause;
    std::size_t written = 0;  // of under_way
    long bytes_in = 0, bytes_out = 0;
    std::chrono::steady_clock::time_point progress{};
    bool open_ = false, waiting = false, paused = false, writing = false, flush_posted = false;
};

Connection::Connection(asio::io_context& io, gloox::ConnectionDataHandler* handler, const std::string& host,
                       std::uint16_t port)
    : gloox::ConnectionBase(handler), socket_(std::make_shared<Socket>(io, this)) {
    setServer(host, port);
}

Connection::~Connection() { socket_->close(); }

gloox::ConnectionError Connection::connect() {
    if (m_state != gloox::StateDisconnected) return gloox::ConnNoError;
    m_state = gloox::StateConnecting;
    socket_->open(m_server, std::to_string(m_port));
    return gloox::ConnNoError;
}

bool Connection::send(const std::string& data) {
    if (m_state != gloox::StateConnected) return false;
    // gloox cannot omit the stream's language, and Prosody would copy an empty one to every stanza that it forwards.
    constexpr std::string_view no_language = " xml:lang=''";
    const auto at = data.starts_with("<?xml") ? data.find(no_language) : std::string::npos;
    socket_->append(at == std::string::npos ? data : std::string(data).erase(at, no_language.size()));
    return true;
}

void Connection::disconnect() {
    m_state = gloox::StateDisconnected;
    socket_->close();
}

const std::string& Connection::cause() const { return socket_->cause; }

std::size_t Connection::unsent() const { return socket_->out.size() + socket_->under_way.size() - socket_->written; }

void Connection::pause_reading(bool paused) {
    socket_->paused = paused;
    if (!paused) socket_->wait_readable();
}

std::chrono::steady_clock::time_point Connection::last_progress() const { return socket_->progress; }

void Connection::getStatistics(long& in, long& out) {
    in = socket_->bytes_in;
    out = socket_->bytes_out;
}

void Connection::connected() {
    m_state = gloox::StateConnected;
    m_handler->handleConnect(this);
}

void Connection::received(const std::string& data) { m_handler->handleReceivedData(this, data); }

void Connection::ended(gloox::ConnectionError reason) {
    m_state = gloox::StateDisconnected;
    m_handler->handleDisconnect(this, reason);
}

}  // namespace xmpp
