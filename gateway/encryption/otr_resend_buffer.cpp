// See otr_resend_buffer.h.

#include "gateway/encryption/otr_resend_buffer.h"

#include <iterator>

namespace gateway {
namespace {

constexpr std::size_t most_entries = 5, longest_payload = 32 * 1024, most_peers = 16;

}  // namespace

void OtrResendBuffer::sent(const std::string& peer, const xmpp::otr::Fingerprint& key, const queue::Entry& entry) {
    if (entry.payload.size() > longest_payload) return;
    if (!peers_.contains(peer) && peers_.size() >= most_peers) peers_.erase(peers_.begin());
    Peer& who = peers_[peer];
    if (who.key != key) who = {key, {}};
    who.entries.push_back(entry);
    if (who.entries.size() > most_entries) who.entries.pop_front();
}

std::vector<queue::Entry> OtrResendBuffer::started(const std::string& peer, const xmpp::otr::Fingerprint& key) {
    auto who = peers_.extract(peer);
    if (who.empty() || who.mapped().key != key) return {};
    auto& entries = who.mapped().entries;
    return {std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end())};
}

}  // namespace gateway
