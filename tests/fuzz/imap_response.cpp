// IMAP responses: any bytes, taken as the reader takes them from the wire, parsed one after the other.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "coi/net/imap_response.h"
#include "coi/net/imap_text.h"

namespace {

using namespace coi::net;

void require(bool law) {
    if (!law) std::abort();
}

void check(const ImapResponse& response, std::size_t given) {
    if (const auto* fetch = std::get_if<ImapFetch>(&response.data)) {
        require(!fetch->body || (fetch->has_body && fetch->body->size() <= given));
    } else if (const auto* vanished = std::get_if<ImapVanished>(&response.data)) {
        for (const auto& range : vanished->uids) require(range.first <= range.last);
    } else if (const auto* status = std::get_if<ImapStatus>(&response.data)) {
        const std::string words = clean_words(status->text);
        require(words.size() <= 200 && words.find_first_of("\r\n") == std::string::npos);
    } else if (const auto* folder = std::get_if<ImapFolder>(&response.data)) {
        if (const auto utf8 = decode_mailbox(folder->name)) {
            const auto again = encode_mailbox(*utf8);
            require(again && decode_mailbox(*again) == utf8);
        }
        ImapCommand command("EXAMINE");
        command.string(folder->name);
        if (command.sayable()) {
            const auto pieces = std::move(command).finish();
            require(pieces.size() == 2 || pieces[0].text.find_first_of("\r\n") == pieces[0].text.size() - 2);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const ImapLimits limits{.line = 4096, .text = 16 * 1024, .literals = 16, .literal = 16 * 1024};
    while (!bytes.empty()) {
        const std::size_t before = bytes.size();
        auto line = take_imap_line(bytes, limits);
        if (!line || !*line) break;
        require(bytes.size() < before && (*line)->text.size() <= limits.text + 2);
        if (auto response = parse_imap(std::move(**line))) check(*response, before);
    }
    return 0;
}
