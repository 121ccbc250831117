// See turns.h.

#include "gateway/pipeline/turns.h"

#include <deque>
#include <map>

namespace gateway {

struct Turns::State : std::enable_shared_from_this<State> {
    using Key = std::pair<AccountId, std::string>;
    struct Conversation {
        std::deque<std::function<void(Turn)>> waiting;
        bool taken = false, running = false;
    };

    /// Begins the next steps; one after the other in a loop where they end at once.
    void run(const Key& key) {
        Conversation& conversation = conversations[key];
        if (conversation.running) return;
        conversation.running = true;
        while (!conversation.taken && !conversation.waiting.empty()) {
            auto step = std::move(conversation.waiting.front());
            conversation.waiting.pop_front();
            conversation.taken = true;
            step(Turn(static_cast<void*>(nullptr), [self = weak_from_this(), key](void*) {
                if (const auto state = self.lock()) state->ended(key);
            }));
        }
        conversation.running = false;
        if (!conversation.taken) conversations.erase(key);
    }

    void ended(const Key& key) {
        --waiting;
        const auto at = conversations.find(key);
        if (at == conversations.end()) return;
        at->second.taken = false;
        run(key);
    }

    std::map<Key, Conversation> conversations;
    std::size_t waiting = 0;
};

Turns::Turns() : state_(std::make_shared<State>()) {}

void Turns::take(AccountId account, const std::string& contact, std::function<void(Turn)> step) {
    const State::Key key{account, contact};
    state_->conversations[key].waiting.push_back(std::move(step));
    ++state_->waiting;
    const auto state = state_;  // the step may end who holds us
    state->run(key);
}

Task<Turn> Turns::next(AccountId account, std::string contact) {
    co_return co_await called_back<Turn>([&](auto step) { take(account, contact, std::move(step)); });
}

std::size_t Turns::waiting() const { return state_->waiting; }

}  // namespace gateway
