// The gateway's HTTP server: one listener, with or without TLS, and its visitors.
//
// It is off unless the configuration names an address. Bounded: connections in all and of one address; those from this
// machine, where a reverse proxy stands, count in all only. When all places are taken, whoever has most of them gives
// one to whoever has few. http_visit has the dialogue.

#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "gateway/transport/http_visit.h"

namespace gateway {

class HttpServer {
  public:
    struct Settings {
        std::string listen;            // as coi::net::Listener has it
        std::string certificate, key;  // PEM files; "": without TLS
        std::size_t connections = 200, of_address = 20;
        HttpPatience patience{};
    };
    /// Throws std::runtime_error if the certificate cannot be used.
    HttpServer(boost::asio::io_context&, HttpRoom&, Settings);
    ~HttpServer();

    /// Throws std::runtime_error that names address and cause.
    void start();
    /// Accepts no new connections, and ends those that are there.
    void stop();
    /// Reads the certificate again; a broken one changes nothing, and is logged.
    void reload();
    /// The TCP port, useful after port 0.
    std::uint16_t port() const;
    std::size_t visitors() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
