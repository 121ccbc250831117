// Settings that a server keeps for its user: GETMETADATA and SETMETADATA on server entries.
//
// [RFC 5464 §4.2, §4.3]. Left out: mailbox entries, several entries at once, MAXSIZE. Entry names are compared without
// case.

#include "coi/net/imap_session.h"

namespace coi::net {

namespace {

Error no_metadata() { return {ErrorKind::unsupported, true, "the server has no METADATA", 0, {}}; }

}  // namespace

awaitable<Result<std::optional<std::string>>> ImapClient::metadata(const std::string& entry) {
    const auto state = state_;
    if (!state->has("METADATA") && !state->has("METADATA-SERVER")) co_return no_metadata();
    ImapCommand command = state->command("GETMETADATA");
    command.string("").words("(" + entry + ")");
    std::optional<std::string> value;
    auto done = co_await state->must(std::move(command), [&](ImapResponse& response) {
        auto* metadata = std::get_if<ImapMetadata>(&response.data);
        if (!metadata || !metadata->mailbox.empty()) return;
        for (auto& [name, content] : metadata->entries)
            if (same_ascii(name, entry)) value = std::move(content);
    });
    if (!done) co_return done.error();
    co_return value;
}

awaitable<Result<std::map<std::string, std::string>>> ImapClient::metadata_below(const std::string& entry) {
    const auto state = state_;
    if (!state->has("METADATA") && !state->has("METADATA-SERVER")) co_return no_metadata();
    // The options stand before the mailbox name [RFC 5464 §5]; behind it, Dovecot says BAD.
    ImapCommand command = state->command("GETMETADATA (DEPTH 1)");
    command.string("").words("(" + entry + ")");
    std::map<std::string, std::string> values;
    Budget budget(ImapBudgets::settings);
    auto done = co_await state->must(std::move(command), [&](ImapResponse& response) {
        auto* metadata = std::get_if<ImapMetadata>(&response.data);
        if (!metadata || !metadata->mailbox.empty()) return;
        for (auto& [name, content] : metadata->entries)
            if (content && budget.take(128 + name.size() + content->size()))
                values.insert_or_assign(lower_ascii(name), std::move(*content));
    });
    if (!done) co_return done.error();
    co_return values;
}

awaitable<Result<void>> ImapClient::set_metadata(const std::string& entry, std::optional<std::string> value) {
    const auto state = state_;
    if (!state->has("METADATA") && !state->has("METADATA-SERVER")) co_return no_metadata();
    ImapCommand command = state->command("SETMETADATA");
    command.string("");
    // Quoted here: no space may stand before the closing parenthesis.
    if (value && value->find_first_of("\"\\\r\n") != value->npos)
        co_return Error{ErrorKind::unsupported, true, "a METADATA value that cannot be quoted", 0, {}};
    command.words("(" + entry + (value ? " \"" + *value + "\")" : " NIL)"));
    auto done = co_await state->must(std::move(command), [](ImapResponse&) {});
    if (!done) co_return done.error();
    co_return Result<void>{};
}

}  // namespace coi::net
