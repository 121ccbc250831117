// Catching up after an unclean stop: what was in the Jabber socket then is asked for in the users' archives.
//
// design.md "two-leg queue" 2. Where the server grants it [XEP-0356 §6], the archive [XEP-0313 §4] of each lately
// active user is read from shortly before the time the gateway was last alive. Of the messages with the same sender,
// contact and stanza id, as many as were committed or answered with an error are done; the others were missed, and are
// taken like any message. While a user's archive is read, their new messages are held, so that the order stays. Left
// out: receipts, words to the gateway itself, pieces of OTR messages, other end-to-end encryption. Free of Asio: tick()
// is called at deadline().

#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/model/clock.h"
#include "gateway/model/stanza_sender.h"
#include "xmpp/stanza.h"

namespace gateway {

/// Gets the messages that are found in the archives.
class MissedMessages {
  public:
    virtual ~MissedMessages() = default;
    /// A message like a new one, in order.
    virtual void take_missed(const xmpp::Tag& message) = 0;
    /// ArchiveRecovery::deadline is another one.
    virtual void deadline_changed() = 0;
};

class ArchiveRecovery {
  public:
    struct Settings {
        std::string component;                              // our domain at the Jabber server
        std::size_t parallel = 10;                          // archives that are read at the same time
        std::size_t pages = 40;                             // of 50 messages, of one archive
        std::size_t bytes = std::size_t(16) * 1024 * 1024;  // of the messages of one archive; more give it up
        std::size_t held = 200;                             // new messages of one user; then their archive is given up
        std::chrono::milliseconds patience{10'000};         // for one page
        std::chrono::milliseconds grant_patience{5'000};    // for the server's word, after the stream is up
    };
    struct Modules {
        Directory& directory;
        Store& store;
        StanzaSender& to_jabber;
        MissedMessages& missed;
        Clock now;
    };
    /// Reads from the store, waiting, whether the last stop was unclean, when the gateway was last alive and who was
    /// active before.
    ArchiveRecovery(Modules, Settings);

    /// The stream to the Jabber server is up; or down: then all begins anew with the next one.
    void online();
    void offline();
    /// True if the stanza belongs to the catching up, or is held: then it was moved out of.
    bool take(xmpp::Stanza& stanza);
    std::optional<Time> deadline() const;
    void tick(Time now);
    /// Whether the unclean stop is not made good yet: until then nothing may mark a later time of being alive.
    bool pending() const { return last_alive_.has_value(); }

  private:
    struct Message {
        xmpp::Stanza stanza;
        std::string contact;  // canonical
    };
    struct Reading {
        AccountId account{};
        std::string request;  // id of the page's iq and query; "" before the first
        std::string after;
        std::size_t pages = 0, results = 0, bytes = 0;
        std::optional<Time> deadline;
        std::vector<Message> found, failed;  // archived messages to contacts; errors on some of them
        std::deque<Message> held;
    };
    using Readings = std::map<std::string, Reading>;  // by bare JID
    void granted(const std::string& domain);
    bool hold(xmpp::Stanza& message);
    bool take_result(const xmpp::Tag& message);
    bool take_end(const xmpp::Tag& iq);
    void ask(const std::string& jid, Reading&);
    void ask_next();
    void compare(const std::string& jid, Reading&);
    void give_up(const std::string& jid, const std::string& why);
    void release(Reading);
    void conclude();

    Modules modules_;
    Settings settings_;
    std::optional<Time> last_alive_;  // of the run that did not stop cleanly
    std::vector<AccountId> active_;   // before that, the latest first
    std::optional<Time> grant_deadline_;
    bool granted_ = false;
    Readings readings_;
    std::size_t asked_ = 0, missed_ = 0, given_up_ = 0;
};

}  // namespace gateway
