// LMTP commands and mail as a hostile client may write them: an address that comes out is clean, and a mail is the same
// however its bytes are cut.

#include "coi/net/lmtp_command.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "coi/net/lmtp_data.h"

using coi::net::LmtpData;

static void expect(bool law) {
    if (!law) std::abort();
}

static void check_command(std::string_view line) {
    auto command = coi::net::parse_lmtp_command(line);
    if (!command) {
        expect(command.error().code >= 500 && command.error().code < 600 && !command.error().enhanced.empty());
        return;
    }
    for (const char c : command->address) expect(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    const auto size = static_cast<std::int32_t>(command->address.size());
    for (std::int32_t i = 0; i < size;) {
        UChar32 c;
        U8_NEXT(command->address.data(), i, size, c);
        expect(c >= 0);
    }
}

static std::pair<std::string, std::size_t> take(std::string_view bytes, std::size_t piece) {
    LmtpData data(512);
    std::size_t used = 0;
    while (used < bytes.size() && data.status() == LmtpData::Status::more) {
        const auto took = data.take(bytes.substr(used, piece));
        expect(took > 0 && data.held() <= 512);
        used += took;
    }
    if (data.status() != LmtpData::Status::done)
        return {data.status() == LmtpData::Status::broken ? "broken" : "more", 0};
    expect(bytes.substr(0, used).ends_with(".\r\n"));
    std::string mail = std::move(data).mail();
    expect(coi::net::has_strict_lines(mail));
    expect(mail.empty() || mail.ends_with("\r\n"));
    return {mail, used};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view all(reinterpret_cast<const char*>(bytes), size);
    for (std::string_view rest = all; !rest.empty();) {
        const auto end = rest.find("\r\n");
        check_command(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    }
    const auto whole = take(all, size + 1);
    for (std::size_t piece : {1, 2, 3, 7}) expect(take(all, piece) == whole);
    return 0;
}
