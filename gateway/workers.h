// Threads for work that would hold up the loop: OpenPGP, OTR, large MIME.
//
// design.md "Threads": few threads (cores - 1, at least one); works of one strand run one after the other in the order
// they were given, and come back on the loop in that order. Works own what they touch: values in, values out.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace gateway {

class Workers {
  public:
    using Post = std::function<void(std::function<void()>)>;  // runs it on the loop's thread; callable from any thread
    Workers(std::size_t threads, Post post);
    ~Workers();  // what runs is finished, what waits is let go, and no `done` comes any more

    /// `done` runs on the loop after `work`. An empty strand: no order to keep.
    void run(const std::string& strand, std::function<void()> work, std::function<void()> done);
    /// Work that makes a value.
    template <class T>
    void ask(const std::string& strand, std::function<T()> work, std::function<void(T)> done) {
        auto value = std::make_shared<std::optional<T>>();
        run(
            strand, [value, work = std::move(work)] { value->emplace(work()); },
            [value, done = std::move(done)] { done(std::move(**value)); });
    }
    /// Works whose `done` has not run yet.
    std::size_t waiting() const;
    /// Cores - 1, at least 1.
    static std::size_t usual();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
