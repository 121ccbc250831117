// Threads for what would hold up the loop: OpenPGP, OTR, large MIME.
//
// design.md "Threads": few threads; works of one strand run one after the other in the order they were given, and come
// back on the loop in that order. Works own what they touch: values in, values out. Owners take turns, and neither one
// owner nor all strangers together ever hold the last thread: who sends a thousand costly mails waits for themselves.
// Each work has to be bounded by itself (coi/crypt/confined does that for OpenPGP).

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/model/event.h"

namespace gateway {

/// Where a work waits for its turn.
struct Line {
    explicit Line(AccountId, std::string strand = "");
    /// Work that a stranger to the account caused. `domain`: the sender's, proven or not.
    static Line foreign(const std::string& domain, std::string strand = "");

    std::string owner;
    std::string strand;  // "": no order to keep
    bool is_foreign = false;
};

class Workers {
  public:
    using Post = std::function<void(std::function<void()>)>;  // runs it on the loop's thread; callable from any thread
    Workers(std::size_t threads, Post post);
    ~Workers();  // what runs is finished, what waits is let go, and no `done` comes any more

    /// `done` runs on the loop after `work`.
    void run(Line line, std::function<void()> work, std::function<void()> done);
    /// Work that makes a value.
    template <class T>
    void ask(Line line, std::function<T()> work, std::function<void(T)> done) {
        auto value = std::make_shared<std::optional<T>>();
        run(
            std::move(line), [value, work = std::move(work)] { value->emplace(work()); },
            [value, done = std::move(done)] { done(std::move(**value)); });
    }
    /// Works whose `done` has not run yet.
    std::size_t waiting() const;
    /// Cores - 1, at least 2: one may be held by costly work.
    static std::size_t usual();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
