// Searches in the selected folder.
//
// [RFC 9051 §6.4.4], [RFC 4731]. What a server finds may be a very long range: of it only the end is looked at.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "coi/net/imap_session.h"
#include "coi/net/imap_text.h"

namespace coi::net {

namespace {

/// The newest UIDs of what the answers name.
class Newest {
  public:
    explicit Newest(std::size_t most) : most_(most) {}
    void take(ImapResponse& response) {
        const auto* search = std::get_if<ImapSearch>(&response.data);
        if (!search) return;
        for (const auto& range : search->found) {
            const std::uint32_t end = range.last;
            for (std::uint32_t uid = end; uid >= range.first && end - uid < most_ && uid > 0; --uid) found_.insert(uid);
            while (found_.size() > most_) found_.erase(found_.begin());
        }
    }
    const std::set<std::uint32_t>& uids() const { return found_; }

  private:
    std::size_t most_;
    std::set<std::uint32_t> found_;
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
    co_return std::vector<std::uint32_t>(newest.uids().rbegin(), newest.uids().rend());
}

awaitable<Result<std::vector<Dated>>> ImapClient::search_talk(std::string address, std::size_t most) {
    const auto state = state_;
    Newest newest(most);
    ImapCommand command = state->command("UID SEARCH OR FROM");
    command.string(address, state->utf8).words("TO").string(address, state->utf8);
    auto done = co_await state->must(std::move(command), [&](ImapResponse& response) { newest.take(response); });
    if (!done) co_return done.error();
    std::map<std::uint32_t, Dated> mails;
    const auto take = [&](ImapResponse& response) {
        auto* fetch = std::get_if<ImapFetch>(&response.data);
        if (!fetch || !newest.uids().contains(fetch->uid)) return;
        Dated& mail = mails[fetch->uid];
        mail.uid = fetch->uid;
        if (fetch->size) mail.size = *fetch->size;
        if (!fetch->date.empty()) mail.came = std::move(fetch->date);
    };
    for (const auto& set : sequence_sets({newest.uids().begin(), newest.uids().end()})) {
        done = co_await state->must(state->command("UID FETCH " + set + " (UID INTERNALDATE RFC822.SIZE)"), take);
        if (!done) co_return done.error();
    }
    std::vector<Dated> found;
    for (auto& [uid, mail] : mails) found.push_back(std::move(mail));
    co_return found;
}

}  // namespace coi::net
