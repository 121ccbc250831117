// Messages sent under OMEMO that a device may not have been able to read, because it had lost its session.
//
// A device that has lost it starts another one, by its next message or by an empty one [XEP-0384 §4.6]. Then what was
// sent to it since its last sign of life is sent again, to this device only. In memory, per conversation, a few. Pure.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace gateway {

class OmemoResendBuffer {
  public:
    /// `stanza`: the message of the queue, not encrypted.
    void sent(std::uint32_t device, const std::string& stanza);
    /// A message of the session came from the device: it has read the messages before.
    void heard(std::uint32_t device) { devices_.erase(device); }
    /// The device has started another session: the messages to send again, oldest first.
    std::vector<std::string> started(std::uint32_t device);

  private:
    std::map<std::uint32_t, std::deque<std::string>> devices_;
};

}  // namespace gateway
