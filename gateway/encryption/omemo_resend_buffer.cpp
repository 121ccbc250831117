// See omemo_resend_buffer.h.

#include "gateway/encryption/omemo_resend_buffer.h"

#include <cstddef>
#include <iterator>

namespace gateway {
namespace {

constexpr std::size_t most_entries = 5, longest = 32 * 1024, most_devices = 16;

}  // namespace

void OmemoResendBuffer::sent(std::uint32_t device, const std::string& stanza) {
    if (stanza.size() > longest) return;
    if (!devices_.contains(device) && devices_.size() >= most_devices) devices_.erase(devices_.begin());
    auto& entries = devices_[device];
    entries.push_back(stanza);
    if (entries.size() > most_entries) entries.pop_front();
}

std::vector<std::string> OmemoResendBuffer::started(std::uint32_t device) {
    auto known = devices_.extract(device);
    if (known.empty()) return {};
    auto& entries = known.mapped();
    return {std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end())};
}

}  // namespace gateway
