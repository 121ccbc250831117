// Any bytes as the target and the Range field of a request: what is found is a plain name in the folder, and a part of
// the file.

#include "gateway/transport/file_link.h"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gateway::file_link;
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    const auto line = bytes.find('\n');
    const std::string target = bytes.substr(0, line), field = line == bytes.npos ? "" : bytes.substr(line + 1);
    if (const auto link = in_target(target, "/files/")) {
        const std::string name = link->token + "." + link->name;
        if (!is_token(link->token) || link->name.empty() || name.find('/') != name.npos ||
            name.find('\0') != name.npos || name.size() > 200 || link->name.front() == '.')
            std::abort();
        if (in_target("/files/" + link->token + "/" + link->name, "/files/") != link) std::abort();
    }
    for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{10'000}, UINT64_MAX}) {
        const auto [asked, part] = range(field, length);
        if (asked == Asked::nothing) continue;
        if (part.first > length || part.size > length - part.first) std::abort();
        if (asked == Asked::part && part.size == 0) std::abort();
    }
    const std::string plain = plain_name(target, field);
    if (!in_target("/files/" + std::string(token_size, '0') + "/" + plain, "/files/")) std::abort();
    if (disposition(plain).find_first_of("\r\n") != std::string::npos) std::abort();
    return 0;
}
