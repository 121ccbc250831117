// Messages of one conversation go their way one after the other, whatever each of them waits for.
//
// A step that looks something up (which message is corrected?) sees all that came before it committed, and nothing that
// came later overtakes it. For the loop's thread.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "gateway/model/event.h"

namespace gateway {

/// Held while a message is on its way: the next one begins when the last copy is gone.
using Turn = std::shared_ptr<void>;

class Turns {
  public:
    Turns();
    /// Calls `step` when all messages before it in this conversation have given their turns back: at once if there are
    /// none. Steps whose Turns are gone are not called.
    void take(AccountId, const std::string& contact, std::function<void(Turn)> step);
    /// Messages that have a turn, or wait for one.
    std::size_t waiting() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
