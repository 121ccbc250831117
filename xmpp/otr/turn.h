// One call into libotr, and what its callbacks made of it, as values.
//
// libotr works on contexts: for each full JID a master (v2 sessions, and handshakes that begin) and a child for each
// instance tag of the peer (v3 sessions). Here a full JID has one live session at most: the newest.

#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "xmpp/otr/library.h"
#include "xmpp/otr/sessions.h"

namespace xmpp::otr {

/// The last few of some texts, by hash.
class Recent {
  public:
    explicit Recent(std::size_t most) : most_(most) {}
    bool contains(std::string_view text) const;
    void add(std::string_view text);

  private:
    std::size_t most_;
    std::deque<std::array<unsigned char, 16>> hashes_;
};

/// What is remembered of one full JID.
struct Resource {
    std::optional<otrl_instag_t> live{};  // the instance whose session stands or is finished; OTRL_INSTAG_MASTER: v2
    bool smp_asked = false;               // the peer waits for our secret
    bool smp_question = false;            // and asked a question: only he verifies then
    bool fresh = false;                   // nothing was read since the session began
    unsigned unreadable = 0;              // in a row, within the session
    std::uint64_t heard = 0;              // higher is later
    Sessions::Time handshake{};           // the last step of one
    Recent messages{64};                  // encoded messages that were read
    Recent texts{8};                      // what they said
};

struct Turn {
    std::string peer;
    Resource& resource;
    std::size_t fragment;
    std::string text{};  // to be encrypted

    std::vector<std::string> messages{};
    std::vector<Notice> notices{};
    bool unreadable = false;                      // libotr could not read a data message
    ConnContext* broken = nullptr;                // its handshake failed
    std::array<gcry_mpi_t, 2> first_exponents{};  // of an SMP run that is asked for, before this call
    bool heartbeat = false;                       // it read one without text

    /// For all calls; their opdata is a Turn*.
    static const OtrlMessageAppOps ops;

    void notice(Notice::Kind kind, std::string words = {}) { notices.push_back({kind, std::move(words)}); }
};

/// libotr has keys and may encrypt. (A new instance copies its state from the master without having any.)
bool encrypts(const ConnContext* context);
/// The context of an instance of `peer`; nullptr: there is none.
ConnContext* find(OtrlUserState state, const std::string& peer, otrl_instag_t instance);
/// All contexts of `peer`, the master first.
std::vector<ConnContext*> contexts(OtrlUserState state, const std::string& peer);
/// Wipes a context's keys; a child is gone then.
void drop(ConnContext* context);
/// Wipes all that libotr knows of `peer`.
void forget(OtrlUserState state, const std::string& peer);

}  // namespace xmpp::otr
