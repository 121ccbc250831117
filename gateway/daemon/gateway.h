// The whole: makes the modules, ties them together, starts and stops them.
//
// One loop, one thread. Stanzas come from the Component and go to Presence, Services or Outbox; mail comes from the
// Relay and the Mailboxes and goes to the Inbox; what they commit goes through the two Legs and out by the Submissions
// and the Component.

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"

namespace gateway {

class Gateway {
  public:
    /// Opens the store and reads it. Throws std::runtime_error with words for the admin.
    Gateway(boost::asio::io_context&, const config::Config&);
    ~Gateway();
    /// Listens, connects, links. Throws std::runtime_error if it cannot listen.
    void start();
    /// Nothing new is taken up; attempts under way finish within 20 s; then the stream is closed cleanly, with what
    /// still comes committed, and `stopped` is called.
    void stop(std::function<void()> stopped);
    /// Takes over what it can; the lines say what was taken over and what needs a restart.
    std::vector<std::string> reload(const config::Config&);
    /// The verbs of gateway/daemon/control.h, JSON in and out.
    void command(const std::string& verb, boost::json::object in, std::function<void(boost::json::object out)> answer);
    /// Listening and started; the Jabber server may come later.
    std::function<void()> on_ready;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
