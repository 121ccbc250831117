// Any bytes as a header block and as a value: what is decoded can be written, and is read back the same.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "coi/mail/charset.h"
#include "coi/mail/dsn.h"
#include "coi/mail/header.h"
#include "coi/mail/mdn.h"
#include "coi/message_id.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const auto& field : coi::split_fields(bytes)) {
        if (!coi::is_field_name(field.name)) std::abort();
    }
    const std::string value = coi::decode_header(bytes);
    if (!coi::is_field_value(value)) std::abort();
    std::string written;
    coi::append_field(written, "Subject", value);
    if (!coi::is_ascii(written)) std::abort();
    const auto fields = coi::split_fields(written);
    if (fields.size() != 1 || coi::decode_header(fields[0].value) != value) std::abort();
    for (const auto& id : coi::parse_message_ids(bytes)) {
        if (!coi::is_printable(id)) std::abort();
    }
    static_cast<void>(coi::parse_mdn(bytes));
    static_cast<void>(coi::parse_dsn(bytes));
    return 0;
}
