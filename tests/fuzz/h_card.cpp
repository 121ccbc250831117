// Any bytes as an h-card: what comes out is printed and read back.

#include "coi/mail/h_card.h"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto card = coi::read_h_card({reinterpret_cast<const char*>(data), size});
    if (!card || !card->picture) return 0;
    if (coi::read_h_card(coi::print_h_card(*card, "Alice <Angel>", "alice@example.com", "Hi")) != card) std::abort();
    return 0;
}
