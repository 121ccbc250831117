// Coroutines for the event loop's thread: code that waits for the store or a worker reads from top to bottom.
//
// A Task runs when it is awaited; `start` runs one that nobody awaits. `co_await called_back<T…>(begin)` calls `begin`
// with a function and waits until that function is called, which may be at once. If that function is destroyed without
// a call (the gateway ends), the whole chain of coroutines is destroyed where it waits. No Asio: what is called back
// continues at once, inside of the call.

#pragma once

#include <coroutine>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

namespace gateway {

template <class T = void>
class Task;

namespace task {

struct Promise {
    std::coroutine_handle<> awaiting;  // continues when this one has ended
    std::coroutine_handle<> root;      // the first coroutine of the chain: it owns all others
    std::exception_ptr thrown;

    struct Continue {
        bool await_ready() const noexcept { return false; }
        template <class P>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<P> ended) const noexcept {
            return ended.promise().awaiting;
        }
        void await_resume() const noexcept {}
    };
    std::suspend_always initial_suspend() const noexcept { return {}; }
    Continue final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { thrown = std::current_exception(); }
};

template <class T>
struct Result : Promise {
    std::optional<T> value;
    template <class U>
    void return_value(U&& given) {
        value.emplace(std::forward<U>(given));
    }
    T take() { return std::move(*value); }
};

template <>
struct Result<void> : Promise {
    void return_void() const noexcept {}
    void take() const noexcept {}
};

/// The root: owns itself.
struct Root {
    struct promise_type {
        std::coroutine_handle<> root = std::coroutine_handle<promise_type>::from_promise(*this);
        Root get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const { throw; }
    };
};

/// Waits for one call of a function.
template <class Begin, class... Values>
class CalledBack {
  public:
    explicit CalledBack(Begin begin) : begin_(std::move(begin)) {}
    bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> waiting) {
        const auto wait = std::make_shared<Wait>(values_, waiting, waiting.promise().root);
        try {
            begin_([wait](Values... values) { wait->call(std::move(values)...); });
        } catch (...) {
            wait->end();  // whoever keeps the function calls nobody
            throw;
        }
        return wait->suspend();
    }
    auto await_resume() {
        if constexpr (sizeof...(Values) == 1) return std::get<0>(std::move(*values_));
        if constexpr (sizeof...(Values) > 1) return std::move(*values_);
    }

  private:
    using Given = std::optional<std::tuple<Values...>>;
    class Wait {
      public:
        Wait(Given& values, std::coroutine_handle<> waiting, std::coroutine_handle<> root)
            : values_(values), waiting_(waiting), root_(root) {}
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        ~Wait() {
            if (is_suspended_) root_.destroy();
        }
        void call(Values... values) {
            if (is_called_) return;
            is_called_ = true;
            values_.emplace(std::move(values)...);
            if (std::exchange(is_suspended_, false)) waiting_.resume();
        }
        void end() { is_called_ = true; }
        /// False if the call has come already.
        bool suspend() { return is_suspended_ = !is_called_; }

      private:
        Given& values_;
        std::coroutine_handle<> waiting_, root_;
        bool is_called_ = false, is_suspended_ = false;
    };

    Begin begin_;
    Given values_;
};

}  // namespace task

template <class T>
class [[nodiscard]] Task {
  public:
    struct promise_type : task::Result<T> {
        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    };
    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> awaiting) noexcept {
        coroutine_.promise().awaiting = awaiting;
        coroutine_.promise().root = awaiting.promise().root;
        return coroutine_;
    }
    /// Throws what the coroutine has thrown.
    T await_resume() {
        if (coroutine_.promise().thrown) std::rethrow_exception(coroutine_.promise().thrown);
        return coroutine_.promise().take();
    }

  private:
    explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
    std::coroutine_handle<promise_type> coroutine_;
};

/// Waits until the function that `begin` gets is called: the value, or a tuple of several.
template <class... Values, class Begin>
auto called_back(Begin begin) {
    return task::CalledBack<Begin, Values...>(std::move(begin));
}

/// Runs the task up to where it first waits. `done`, if given, gets its result. What the task throws ends the program
/// like any exception on the loop.
inline task::Root start(Task<void> task) { co_await std::move(task); }
template <class T>
task::Root start(Task<T> task, std::function<void(T)> done) {
    done(co_await std::move(task));
}

}  // namespace gateway
