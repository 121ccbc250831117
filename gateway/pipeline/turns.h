// The messages of one conversation are processed one after the other, also if one waits for the store or a worker.
//
// So a look-up (which message is corrected?) sees all earlier messages committed, and no later message overtakes it.
// For the loop's thread.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "gateway/model/event.h"
#include "gateway/task.h"

namespace gateway {

/// In place of a contact: what reads and saves rooms, of all that comes from either side.
inline constexpr const char* rooms_turn = "\nrooms";

/// The right to process a message. When the last copy is destroyed, the next message of the conversation begins.
using Turn = std::shared_ptr<void>;

class Turns {
  public:
    Turns();
    /// Calls `step` after the turns of all earlier messages of this conversation; at once if there are none. Steps that
    /// still wait when the Turns object is destroyed are not called.
    void take(AccountId, const std::string& contact, std::function<void(Turn)> step);
    /// The same for a coroutine: waits for its turn.
    Task<Turn> next(AccountId, std::string contact);
    /// Messages that have a turn or wait for one.
    std::size_t waiting() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
