// The process that forks the processes of coi/crypt/confined, and what those do.
//
// It is forked itself while the program has one thread, no secret and no open file, and only forks, kills and waits.
// (If a test has open files they stay open: Botan keeps /dev/urandom.) A forked process can open no file, start no
// process and write only its answers; its memory and, for each request, its CPU time are limited. When the program
// ends, in any way, all of them end.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace coi::zygote {

/// The work of a forked process for a request.
using Serve = std::string (*)(std::string_view request);
struct Work {
    Serve serve;
    /// Called once in the zygote: opens the files that a library needs open.
    void (*prepare)() = [] {};
};

/// Requests to the zygote, one packet each; Asked::start comes with the socket of the new process.
struct Asked {
    enum class What : std::uint8_t { start, end } what{};
    pid_t process = 0;  // of What::end
};
/// The answer to What::start is the process, or -1; to What::end its status, as from waitpid.
using Answered = int;

/// The header of a request and of an answer.
struct Head {
    std::uint64_t bytes = 0;         // following
    std::uint32_t milliseconds = 0;  // CPU time; in an answer: not 0 if memory was exhausted
};

/// Never returns: an exception ends the process.
[[noreturn]] void run(int control, const Work&) noexcept;

}  // namespace coi::zygote
