// Work on untrusted bytes in processes that can be given up: each request has a deadline, at which its process is
// killed and replaced.
//
// A library in the middle of something cannot be interrupted; a process can. Made by main() once, before there is any
// thread or secret (coi/crypt/zygote). Where there is none, in tests and benches, coi/crypt/openpgp works in process. A
// process is used again, for a few hundred requests: what a library leaves in its memory does not stay for long.
// Invariant: a call returns within its budget, or at once when stop() was called, whatever the bytes do.

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "coi/crypt/zygote.h"
#include "coi/result.h"

namespace coi {

class Confined {
  public:
    struct Budget {
        std::chrono::milliseconds cpu;   // that the work may use: what it needs on however busy a machine
        std::chrono::milliseconds wall;  // a process that does not even use that
        std::size_t answer_bytes;
    };

    /// Throws std::system_error if no process can be made.
    explicit Confined(const zygote::Work&);
    Confined(const Confined&) = delete;
    Confined& operator=(const Confined&) = delete;
    ~Confined();

    /// The one that this process has; nullptr: none.
    static Confined* current();

    /// From any thread; blocks it. Failures: ErrorKind::timeout (permanent) over the CPU budget; ErrorKind::limit for
    /// want of memory, for too large an answer, or where the work has ended its process, twice; ErrorKind::closed (not
    /// permanent) if stopped, or if no process can be made.
    Result<std::string> call(std::string_view request, const Budget&);

    /// Kills all. Calls under way, and later ones, fail at once.
    void stop();
    /// False after stop(), or if no process can be made any more (`on_lost` was called, on the thread of that call).
    bool works() const { return works_; }
    std::function<void()> on_lost;

    /// Processes that there are now, for tests.
    std::size_t processes() const;

  private:
    struct Process {
        pid_t id = 0;
        int socket = -1;
        unsigned requests = 0;
    };
    enum class Ending { good, died, late, too_long, no_memory };
    class Exchange;

    std::optional<Process> acquire();
    std::optional<Process> start();
    void release(Process, bool reusable, int* status);
    int ask(zygote::Asked, int socket);
    void lose();

    mutable std::mutex mutex_;  // of what follows
    int control_ = -1;
    pid_t zygote_ = 0;
    std::vector<Process> idle_;
    std::set<int> busy_;  // their sockets
    std::atomic<bool> works_ = true;
};

}  // namespace coi
