// Threads for work that would block the event loop: OpenPGP, OTR, large MIME.
//
// There are few threads. Work of one strand runs in order, and its results come to the loop in that order. Work owns
// its data: values in, values out. Owners take turns, and neither one owner nor all strangers together ever occupy the
// last thread: a sender of a thousand costly mails delays only their own. Each piece of work must be bounded by itself
// (coi/crypt/confined does that for OpenPGP).

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/model/event.h"

namespace gateway {

/// Where a piece of work waits for its turn.
struct Line {
    explicit Line(AccountId, std::string strand = "");
    /// Work caused by a stranger to the account. `domain`: the sender's, proven or not.
    static Line foreign(const std::string& domain, std::string strand = "");

    std::string owner;
    std::string strand;  // "": without an order
    bool is_foreign = false;
};

class Workers {
  public:
    using Post =
        std::function<void(std::function<void()>)>;  // runs a function on the loop's thread; callable from any thread
    Workers(std::size_t threads, Post post);
    ~Workers();  // running work is finished, waiting work dropped, and no `done` is called any more

    /// `done` runs on the loop after `work`.
    void run(Line line, std::function<void()> work, std::function<void()> done);
    /// Work with a result.
    template <class T>
    void ask(Line line, std::function<T()> work, std::function<void(T)> done) {
        auto value = std::make_shared<std::optional<T>>();
        run(
            std::move(line), [value, work = std::move(work)] { value->emplace(work()); },
            [value, done = std::move(done)] { done(std::move(**value)); });
    }
    /// The number of pieces whose `done` has not run yet.
    std::size_t waiting() const;
    /// The default number of threads: cores - 1, at least 2, because costly work may occupy one.
    static std::size_t usual();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
