// The process from which the processes of coi/crypt/confined are forked, and what those do.
//
// It is forked itself while the program has one thread, no secret and no file open, and does nothing but fork, kill and
// wait. (Where a test has files open they stay so: Botan keeps /dev/urandom.) A forked process can open no file, start
// no process and write nothing but its answers; it has so much memory and, for each request, so much CPU time. When the
// program ends, however it ends, all of them end.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace coi::zygote {

/// What a forked process does with a request.
using Serve = std::string (*)(std::string_view request);
struct Work {
    Serve serve;
    /// Once, in the zygote: opens the files that a library wants to have open.
    void (*prepare)() = [] {};
};

/// What the program asks of the zygote, one packet each; Asked::start comes with the socket of the new process.
struct Asked {
    enum class What : std::uint8_t { start, end } what{};
    pid_t process = 0;  // of What::end
};
/// The answer to What::start is the process, or -1; to What::end its status, as waitpid has it.
using Answered = int;

/// Before a request and an answer.
struct Head {
    std::uint64_t bytes = 0;         // that follow
    std::uint32_t milliseconds = 0;  // of CPU time; with an answer: not 0 if it failed for want of memory
};

/// Never returns: an exception ends the process.
[[noreturn]] void run(int control, const Work&) noexcept;

}  // namespace coi::zygote
