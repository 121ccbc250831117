// Any bytes as the value of an Autocrypt field: what is a header is printed to the same header, within the limits, and
// makes a field that folds and is read back.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "coi/crypt/autocrypt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace autocrypt = coi::autocrypt;
    const auto header = autocrypt::parse({reinterpret_cast<const char*>(data), size});
    if (!header) return 0;
    if (header->key.empty() || header->key.size() > autocrypt::most_field_bytes) std::abort();
    const std::string value = autocrypt::print(*header);
    if (value.empty() || value.size() > autocrypt::most_field_bytes) return 0;  // beyond ASCII; longer by its spaces
    if (autocrypt::parse(value) != header) std::abort();
    std::string mail;
    coi::append_field(mail, "Autocrypt", value);
    auto from = header->addr;
    from.name = "Somebody";
    if (autocrypt::of_sender(coi::split_fields(mail), {from}) != header) std::abort();
    return 0;
}
