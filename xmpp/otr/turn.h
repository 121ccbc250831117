// One call into libotr, and the results of its callbacks, as values.
//
// libotr uses contexts: for each full JID a master (v2 sessions and starting handshakes) and a child for each instance
// tag of the peer (v3 sessions). Here a full JID has at most one live session: the newest.

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

/// The last texts, by hash.
class Recent {
  public:
    explicit Recent(std::size_t most) : most_(most) {}
    bool contains(std::string_view text) const;
    void add(std::string_view text);

  private:
    std::size_t most_;
    std::deque<std::array<unsigned char, 16>> hashes_;
};

/// The state of one full JID.
struct Resource {
    std::optional<otrl_instag_t> live{};  // the instance with the live or finished session; OTRL_INSTAG_MASTER: v2
    bool smp_asked = false;               // the peer waits for our secret
    bool smp_question = false;            // with a question: then only the peer verifies
    bool fresh = false;                   // no message was read since the session began
    unsigned unreadable = 0;              // in a row, within the session
    std::uint64_t heard = 0;              // higher is later
    Sessions::Time handshake{};           // time of its last step
    Recent messages{64};                  // encoded messages that were read
    Recent texts{8};                      // their texts
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
    std::array<gcry_mpi_t, 2> first_exponents{};  // of a requested SMP, before this call
    bool heartbeat = false;                       // libotr read a heartbeat

    /// The callbacks for all calls; their opdata is a Turn*.
    static const OtrlMessageAppOps ops;

    void notice(Notice::Kind kind, std::string words = {}) { notices.push_back({kind, std::move(words)}); }
};

/// Whether libotr has keys and may encrypt. (A new instance copies the state of the master without having keys.)
bool encrypts(const ConnContext* context);
/// The context of an instance of `peer`; nullptr if there is none.
ConnContext* find(OtrlUserState state, const std::string& peer, otrl_instag_t instance);
/// All contexts of `peer`, the master first.
std::vector<ConnContext*> contexts(OtrlUserState state, const std::string& peer);
/// Wipes a context's keys; removes a child.
void drop(ConnContext* context);
/// Wipes all that libotr has about `peer`.
void forget(OtrlUserState state, const std::string& peer);

}  // namespace xmpp::otr
