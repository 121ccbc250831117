// Searches in the selected folder.
//
// [RFC 9051 §6.4.4], [RFC 4731]. What a server finds may be a very long range: of it only the end is looked at.

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "coi/net/imap_session.h"
#include "coi/net/imap_text.h"
#include "coi/net/uid_ranges.h"

namespace coi::net {

namespace {

/// The newest UIDs of what the answers name.
class Newest {
  public:
    explicit Newest(std::size_t most) : ranges_(most, UidRanges::Keep::highest) {}
    void take(ImapResponse& response) {
        const auto* search = std::get_if<ImapSearch>(&response.data);
        if (!search) return;
        for (const auto& range : search->found) ranges_.add(range.first, range.last);
    }
    std::vector<std::uint32_t> uids() const { return ranges_.uids(); }

  private:
    UidRanges ranges_;
};

}  // namespace

awaitable<Result<std::vector<std::uint32_t>>> ImapClient::search(std::string sender, std::string field,
                                                                 std::size_t most) {
    const auto state = state_;
    Newest newest(most);
    ImapCommand command = state->command("UID SEARCH FROM");
    command.string(sender, state->utf8).words("HEADER").string(field).string("");
    auto done = co_await state->must(std::move(command), [&](ImapResponse& response) { newest.take(response); });
    if (!done) co_return done.error();
    auto uids = newest.uids();
    std::ranges::reverse(uids);
    co_return uids;
}

awaitable<Result<std::vector<Dated>>> ImapClient::search_talk(std::string address, std::size_t most) {
    const auto state = state_;
    Newest newest(most);
    ImapCommand command = state->command("UID SEARCH OR FROM");
    command.string(address, state->utf8).words("TO").string(address, state->utf8);
    auto done = co_await state->must(std::move(command), [&](ImapResponse& response) { newest.take(response); });
    if (!done) co_return done.error();
    const auto uids = newest.uids();
    std::map<std::uint32_t, Dated> mails;
    const auto take = [&](ImapResponse& response) {
        auto* fetch = std::get_if<ImapFetch>(&response.data);
        if (!fetch || !std::ranges::binary_search(uids, fetch->uid)) return;
        Dated& mail = mails[fetch->uid];
        mail.uid = fetch->uid;
        if (fetch->size) mail.size = *fetch->size;
        if (!fetch->date.empty()) mail.came = std::move(fetch->date);
    };
    for (const auto& set : sequence_sets(uids)) {
        done = co_await state->must(state->command("UID FETCH " + set + " (UID INTERNALDATE RFC822.SIZE)"), take);
        // COMPAT: NO if one of them was expunged meanwhile. What was said of the others counts.
        if (!done && (state->dead || mails.empty())) co_return done.error();
    }
    std::vector<Dated> found;
    for (auto& [uid, mail] : mails) found.push_back(std::move(mail));
    co_return found;
}

}  // namespace coi::net
