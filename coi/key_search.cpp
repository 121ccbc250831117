// The search; see key_search.h. Servers match fields and senders loosely [RFC 9051 §6.4.4], so each header is checked
// here.

#include "coi/key_search.h"

#include <algorithm>

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/setup_message.h"
#include "coi/message.h"

namespace coi {
namespace {

constexpr std::size_t most_looked_at = 50;            // mails per folder
constexpr std::size_t most_header_bytes = 32 * 1024;  // parsed on the loop: some milliseconds at most

using IsOurs = std::function<bool(const autocrypt::Header&)>;

KeyTrace trace_in(const std::string& header, const Address& own, const IsOurs& is_ours) {
    const auto mail = parse(header);
    if (!mail || mail->from.size() != 1 || mail->from.front().canonical() != own.canonical()) return KeyTrace::none;
    if (setup_message::is_setup_message(*mail)) return KeyTrace::setup_message;
    const auto brought = autocrypt::parse(mail->header("autocrypt"));
    const bool is_owners = brought && brought->addr.canonical() == own.canonical();
    return is_owners && !is_ours(*brought) ? KeyTrace::own_mail : KeyTrace::none;
}

net::awaitable<Result<KeyTrace>> search_folder(net::ImapClient& session, const std::string& folder, const Address& own,
                                               const IsOurs& is_ours) {
    const auto selected = co_await session.select(folder);
    if (!selected) co_return selected.error();
    KeyTrace best = KeyTrace::none;
    for (const char* field : {"Autocrypt-Setup-Message", "Autocrypt"}) {
        const auto found = co_await session.search(own.addr_spec(), field, most_looked_at);
        if (!found) co_return found.error();
        for (const auto uid : *found) {
            const auto header = co_await session.fetch_header(uid, most_header_bytes);
            if (!header && header.error().kind == ErrorKind::limit) continue;
            if (!header) co_return header.error();
            if (*header) best = std::max(best, trace_in(**header, own, is_ours));
            if (best != KeyTrace::none) co_return best;
        }
    }
    co_return best;
}

}  // namespace

net::awaitable<Result<KeyTrace>> find_key_trace(net::ImapClient& session, const Address& own, IsOurs is_ours) {
    const auto sent = co_await session.sent_folder();
    if (!sent) co_return sent.error();
    KeyTrace best = KeyTrace::none;
    for (const std::string& folder : {std::string("INBOX"), *sent}) {
        if (folder.empty()) continue;
        const auto found = co_await search_folder(session, folder, own, is_ours);
        if (!found) co_return found.error();
        const bool is_proven = folder == *sent;
        best = std::max(best, is_proven ? *found : std::min(*found, KeyTrace::unproven));
    }
    co_return best;
}

}  // namespace coi
