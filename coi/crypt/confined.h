// Runs work on untrusted bytes in processes with a deadline: at the deadline the process is killed and replaced.
//
// A library call cannot be interrupted; a process can be killed. main() makes the object once, before there is any
// thread or secret (coi/crypt/zygote). Without one, in tests and benches, coi/crypt/openpgp works in process. A process
// serves a few hundred requests, so that what a library leaves in its memory does not stay for long. Invariant: a call
// returns within its budget, or at once after stop(), for any input.

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
        std::chrono::milliseconds cpu;   // CPU time for the work, independent of other load
        std::chrono::milliseconds wall;  // limit for a process that does not even use its CPU time
        std::size_t answer_bytes;
    };

    /// Throws std::system_error if no process can be made.
    explicit Confined(const zygote::Work&);
    Confined(const Confined&) = delete;
    Confined& operator=(const Confined&) = delete;
    ~Confined();

    /// The object of this process; nullptr: none.
    static Confined* current();

    /// May be called from any thread; blocks it. Failures: ErrorKind::timeout (permanent) above the CPU budget;
    /// ErrorKind::limit if memory is exhausted, the answer is too large, or the work has crashed its process twice;
    /// ErrorKind::closed (not permanent) if stopped, or if no process can be made.
    Result<std::string> call(std::string_view request, const Budget&);

    /// Kills all processes. Running and later calls fail at once.
    void stop();
    /// False after stop(), or if no more processes can be made (`on_lost` was called, on the thread of that call).
    bool works() const { return works_; }
    std::function<void()> on_lost;

    /// The number of processes now, for tests.
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

    mutable std::mutex mutex_;  // protects the members below
    int control_ = -1;
    pid_t zygote_ = 0;
    std::vector<Process> idle_;
    std::set<int> busy_;  // their sockets
    std::atomic<bool> works_ = true;
};

}  // namespace coi
