// The notice of a failure that came after a message was taken: its author gets it once [RFC 5321 §6.1].

#pragma once

#include <optional>

#include "gateway/store/ids.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway {

/// Puts the notice, and removes the author from the message's row. `done` gets the notice with its id; nullopt if the
/// author has got one before.
void notify_author(Store&, const ids::Known& message, queue::Entry notice,
                   Store::Done<std::optional<queue::Entry>> done);

}  // namespace gateway
