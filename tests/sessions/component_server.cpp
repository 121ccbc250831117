// The scripted component port; see component_server.h.

#include "tests/sessions/component_server.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <utility>

namespace sessions {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

JabberServer::JabberServer(asio::io_context& io, std::string component)
    : io_(io), component_(std::move(component)), acceptor_(io) {
    listen();
}

void JabberServer::listen() {
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port_);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
}

void JabberServer::stop_listening() { acceptor_.close(); }

bool JabberServer::until(const std::function<bool()>& true_now) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    io_.restart();
    while (!true_now()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        io_.run_one_for(std::chrono::milliseconds(100));
        if (io_.stopped()) io_.restart();
    }
    return true;
}

void JabberServer::settle() {
    io_.restart();
    for (int i = 0; i < 20; ++i) io_.poll();
}

void JabberServer::accept() {
    socket_ = std::make_shared<tcp::socket>(io_);
    heard_.clear();
    eof_ = deaf_ = false;
    bool done = false;
    acceptor_.async_accept(*socket_, [&](error_code error) { done = !error; });
    ASSERT_TRUE(until([&] { return done; })) << "nobody connected";
    socket_->set_option(tcp::no_delay(true));  // what is said in pieces comes at once
    read();
}

void JabberServer::read() {
    auto buffer = std::make_shared<std::string>(65536, '\0');
    socket_->async_read_some(asio::buffer(*buffer),
                             [this, buffer, socket = socket_](error_code error, std::size_t size) {
                                 if (socket != socket_ || deaf_) return;
                                 if (error) {
                                     eof_ = true;
                                     return;
                                 }
                                 heard_.append(*buffer, 0, size);
                                 read();
                             });
}

std::string JabberServer::expect(const std::string& words) {
    const bool came = until([&] { return heard_.find(words) != std::string::npos; });
    EXPECT_TRUE(came) << "expected: " << words << "\nheard: " << heard_;
    if (!came) return "";
    const auto end = heard_.find(words) + words.size();
    std::string said = heard_.substr(0, end);
    heard_.erase(0, end);
    return said;
}

void JabberServer::say(const std::string& bytes) {
    error_code error;
    asio::write(*socket_, asio::buffer(bytes), error);
}

void JabberServer::handshake() {
    accept();
    expect("xmlns:stream='http://etherx.jabber.org/streams'");
    expect(">");
    say(stream_header);
    expect("<handshake>" + handshake_digest + "</handshake>");
    say("<handshake/>");
}

std::string JabberServer::expect_ping() {
    const std::string said = expect("<ping xmlns='urn:xmpp:ping'/></iq>");
    const auto iq = said.rfind("<iq ");
    if (iq == std::string::npos) return "";
    const auto id = said.find(" id='", iq) + 5;
    EXPECT_NE(said.find("to='jabber.test'", iq), std::string::npos);
    EXPECT_NE(said.find("from='" + component_ + "'", iq), std::string::npos);
    return said.substr(id, said.find('\'', id) - id);
}

void JabberServer::hang_up() {
    error_code ignored;
    socket_->close(ignored);
}

void JabberServer::reset() {
    error_code ignored;
    socket_->set_option(asio::socket_base::linger(true, 0), ignored);
    socket_->close(ignored);
}

void JabberServer::stop_reading() {
    deaf_ = true;
    socket_->cancel();
}

bool JabberServer::peer_closed() {
    return until([&] { return eof_; });
}

Client::Client(asio::io_context& io, std::uint16_t port, std::function<void(xmpp::Component::Settings&)> change) {
    using namespace std::chrono_literals;
    xmpp::Component::Settings settings;
    settings.host = "127.0.0.1";
    settings.port = port;
    settings.component = "coi.test";
    settings.server_domain = "jabber.test";
    settings.secret = "secret";
    settings.backoff_first = 1ms;
    settings.backoff_most = 20ms;
    if (change) change(settings);
    component = std::make_unique<xmpp::Component>(
        io, settings,
        xmpp::Component::Calls{.stanza =
                                   [this](xmpp::Stanza stanza) {
                                       stanzas.push_back(xmpp::print(*stanza));
                                       if (on_stanza) on_stanza();
                                   },
                               .online = [this] { ++online; },
                               .offline = [this](const std::string& why) { offline.push_back(why); }});
    component->start();
}

void Client::deliver(const std::string& id, const std::string& to, const std::string& words) {
    xmpp::Tag message("message");
    message.addAttribute("id", id);
    message.addAttribute("from", "bob\\40mail.test@coi.test");
    message.addAttribute("to", to);
    xmpp::add(message, "body", "", words.empty() ? "hello " + id : words);
    component->deliver(message, [this, id](const xmpp::Outcome& outcome) {
        using Kind = xmpp::Outcome::Kind;
        outcomes.push_back(id + (outcome.kind == Kind::taken  ? " taken"
                                 : outcome.kind == Kind::lost ? " lost"
                                 : outcome.kind == Kind::unsent
                                     ? " unsent"
                                     : " refused " + outcome.error.type + " " + outcome.error.condition));
        if (on_outcome) on_outcome();
    });
}

}  // namespace sessions
