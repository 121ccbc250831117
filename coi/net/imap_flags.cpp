// Flags: which mails are seen, and setting some.
//
// [RFC 9051 §6.4.4, §6.4.6], PERMANENTFLAGS [RFC 9051 §7.1]. Flags are only added, so what other programs set at the
// same time stays.

#include <algorithm>
#include <set>
#include <utility>

#include "coi/net/imap_session.h"
#include "coi/net/imap_text.h"

namespace coi::net {

awaitable<Result<Fates>> ImapClient::fates_of(std::vector<std::uint32_t> uids) {
    const auto state = state_;
    std::set<std::uint32_t> left(uids.begin(), uids.end());  // each is found once, however often the server says it
    std::vector<std::uint32_t> found;
    bool is_answered = false, is_whole = true;
    const auto take = [&](ImapResponse& response) {
        is_whole = is_whole && !response.broken;
        const auto* search = std::get_if<ImapSearch>(&response.data);
        if (!search) return;
        is_answered = true;
        for (const auto& range : search->found) {
            for (auto at = left.lower_bound(range.first); at != left.end() && *at <= range.last; at = left.erase(at))
                found.push_back(*at);
        }
    };
    for (const auto& set : sequence_sets(std::move(uids))) {
        auto done = co_await state->must(state->command("UID SEARCH UID " + set + " SEEN"), take);
        if (!done) co_return done.error();
    }
    Fates fates;
    fates.seen = std::exchange(found, {});
    std::ranges::sort(fates.seen);
    for (const auto& set : sequence_sets({left.begin(), left.end()})) {
        is_answered = false;
        auto done = co_await state->must(state->command("UID SEARCH UID " + set), take);
        if (!done) co_return done.error();
        is_whole = is_whole && is_answered;  // silence proves nothing
    }
    if (is_whole) fates.gone.assign(left.begin(), left.end());
    co_return fates;
}

bool ImapClient::take_seen_news() { return std::exchange(state_->seen_news, false); }

awaitable<Result<Changeable>> ImapClient::select_to_change(const std::string& folder) {
    const auto state = state_;
    ImapCommand command = state->command("SELECT");
    command.string(folder, state->utf8);
    state->exists.reset();
    Changeable found;
    const auto take = [&](ImapResponse& response) {
        const auto* status = std::get_if<ImapStatus>(&response.data);
        if (!status) return;
        if (status->code.name == "UIDVALIDITY") found.uid_validity = static_cast<std::uint32_t>(status->code.number);
        // COMPAT: keywords with a bracket, "[Gmail]/…", end the code too early.
        const bool is_whole = status->code.argument.starts_with('(') && status->code.argument.ends_with(')');
        if (status->code.name != "PERMANENTFLAGS" || !is_whole) return;
        found.flags = status->code.argument;
        found.keeps_keywords = has_flag(found.flags, "\\*");
        found.keeps_seen = has_flag(found.flags, "\\Seen");
    };
    auto status = co_await state->run(std::move(command), take);
    if (!status) co_return status.error();
    if (status->kind != ImapStatus::Kind::ok) {
        Error refused = imap_refusal(*status, "SELECT");
        refused.permanent =
            refused.permanent || status->code.name.empty();  // COMPAT Dovecot 2.3: of a folder that is gone
        co_return refused;
    }
    if (status->code.name == "READ-ONLY") found.keeps_seen = found.keeps_keywords = false, found.flags.clear();
    co_return found;
}

awaitable<Result<void>> ImapClient::add_flags(std::vector<std::uint32_t> uids, std::string flags) {
    const auto state = state_;
    for (const auto& set : sequence_sets(std::move(uids))) {
        auto done = co_await state->must(state->command("UID STORE " + set + " +FLAGS.SILENT (" + flags + ")"));
        if (!done) co_return done.error();
    }
    co_return Result<void>{};
}

}  // namespace coi::net
