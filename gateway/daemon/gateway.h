// The gateway as a whole: makes the modules, connects them, starts and stops them.
//
// One event loop, one thread. Stanzas come from xmpp::Component and go to Presence, IqRouter or OutgoingPipeline. Mail
// comes from LmtpReceiver and MailboxPool and goes to IncomingPipeline. What these commit is sent by the two
// Schedulers, through MailSender and JabberSender.

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
    /// Opens and reads the store. Throws std::runtime_error with a text for the admin.
    Gateway(boost::asio::io_context&, const config::Config&);
    ~Gateway();
    /// Starts to listen, connects to the Jabber server and to the linked mailboxes. Throws std::runtime_error if it
    /// cannot listen.
    void start();
    /// Accepts nothing new; running attempts finish within 20 s; then the stream is closed cleanly, what still arrives
    /// is committed, and `stopped` is called.
    void stop(std::function<void()> stopped);
    /// Applies the changes that need no restart; the returned lines say what was applied and what needs a restart.
    std::vector<std::string> reload(const config::Config&);
    /// The verbs of gateway/daemon/control.h, JSON in and out.
    void command(const std::string& verb, boost::json::object in, std::function<void(boost::json::object out)> answer);
    /// Called when it is listening; the Jabber server may connect later.
    std::function<void()> on_ready;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
