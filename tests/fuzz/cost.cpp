// Every fuzzer's entry: runs its input, and takes an input for a finding whose cost is out of line with its size.
//
// Processor time of this thread, so that a busy machine changes little; with sanitizers, which slow down by three to
// ten, an octet may cost 10 µs (a microsecond is what gateway/transport/mail_reader counts with) beside what any input
// may cost. What is over that is measured once more before it fails: the first run may have loaded a charset or a
// table.

#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int fuzz_input(const std::uint8_t* data, std::size_t size);  // LLVMFuzzerTestOneInput of the fuzzer's file

namespace {

constexpr double any_input = 250, each_octet = 0.01;  // milliseconds

double cost(const std::uint8_t* data, std::size_t size) {
    const auto used = [] {
        timespec now{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
    };
    const double before = used();
    fuzz_input(data, size);
    return used() - before;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const double most = any_input + each_octet * static_cast<double>(size);
    const double first = cost(data, size);
    if (first <= most) return 0;
    const double second = cost(data, size);
    if (second <= most) return 0;
    std::fprintf(stderr, "%zu octets cost %.0f ms and %.0f ms; %.0f ms are the most\n", size, first, second, most);
    std::abort();
}
