// The control socket: how `coigate account` and `coigate queue` talk to the running gateway.
//
// A unix socket (mode 0660, access is controlled by its folder). A request is one line of JSON, {"verb":
// "account.show", …}; its answer is one line, an object. Failure is {"error": "words for the admin"}. A connection may
// send many requests, one after the other. The gateway answers from its own loop: no other process opens the store.
//
// The verbs, which Gateway::command implements ("?" may be missing; times are milliseconds since 1970, UTC):
//
//   account.add     in  {jid, address, password, username?, oauth?: bool, imap_server?: "host:port", imap_security?:
//   "tls"|"starttls",
//                        smtp_server?, smtp_security?}; checks the login first, as a registration does; replaces the
//                        user's mailbox
//                   out {account: Row}
//   account.list    in  {after?: id, most?: number}, ascending by id
//                   out {accounts: [Row], more: bool}
//   account.show    in  {jid}
//                   out {accounts: [Row + {username, imap_server, imap_security, smtp_server, smtp_security, sent_copy:
//                   bool,
//                        contacts: number, waiting: number, set_aside?: ["what is stored and not trusted"],
//                        stuck?: [{folder, uid, tries, set_aside: bool, error}]}]}; no password; an error if there is
//                        none
//   account.reread  in  {jid}; mails of the mailbox that could not be read are tried anew
//                   out {account: Row}; an error if there is none
//   account.remove  in  {jid, kind?: "mailbox"|"relay"}; deletes all that is stored of it
//                   out {removed: number}; an error if there is none
//   queue.list      in  {after?: id, most?: number, jid?}, oldest first
//                   out {entries: [{id, leg: "mail"|"jabber"|"aside", jid, contact, name, attempts, set_aside: bool,
//                   taken, next, expires, error}], more: bool}; error and next are the server's where it cannot be
//                   reached
//   queue.retry     in  {id?}; without id: all that waits is tried now
//                   out {retried: number}
//   queue.drop      in  {id}; gives the entry up: its sender gets the error that expiry would give
//                   out {dropped: number}; an error if it is not there
//
//   loop.heartbeat  in  {milliseconds}: how long to measure how late the loop comes to its work
//   (gateway/daemon/heartbeat.h)
//                   out {beats, late_p99, late_worst, held_p99, held_worst}, in milliseconds
//
//   Row = {id, jid, kind: "mailbox"|"relay", address, take: "chats"|"contacts"|"all", health: "words"}

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace gateway {

class Control {
  public:
    using Answer = std::function<void(boost::json::object out)>;
    /// Calls back once, on the loop, at once or later; a second call is ignored.
    using Verb = std::function<void(boost::json::object in, Answer)>;

    struct Limits {
        std::size_t request_bytes = 64 * 1024;
        std::size_t connections = 32;
        std::chrono::seconds idle{120};  // without a request; the running time of a verb does not count
    };

    Control(boost::asio::io_context&, std::map<std::string, Verb> verbs, Limits);
    Control(boost::asio::io_context& io, std::map<std::string, Verb> verbs) : Control(io, std::move(verbs), Limits{}) {}
    ~Control();  // stop()
    /// Listens at `path`; removes the socket of a gateway that died. Throws std::runtime_error that names path and
    /// cause; also if another gateway listens there, or if the path is not a socket.
    void listen(const std::string& path);
    /// Ends every connection and removes the socket; later answers are dropped.
    void stop();

  private:
    struct State;
    class Session;
    std::shared_ptr<State> state_;
};

/// Why the gateway could not be reached: it does not run, or access is denied; with the remedy.
struct NotRunning : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Sends a request to the gateway that listens at `path`, and waits for the answer. Throws NotRunning.
boost::json::object ask(const std::string& path, const std::string& verb, boost::json::object in,
                        std::chrono::seconds patience = std::chrono::seconds(90));

}  // namespace gateway
