// What is done in an IMAP session, and what must come of it: the same in a scripted dialogue and on a real Dovecot.
//
// Each gives a dialogue::Work, which is true if all came as expected.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/sessions/imap_dialogue.h"

namespace dialogue {

/// The folder is selected and is as expected; a UIDVALIDITY of 0 may be any.
inline Work selects(std::string folder, coi::net::Selected expected) {
    return [=](ImapClient& client) -> awaitable<bool> {
        auto found = co_await client.select(client.folder_name(folder));
        co_return found && found->uid_next == expected.uid_next && found->exists == expected.exists &&
            (expected.uid_validity == 0 || found->uid_validity == expected.uid_validity) &&
            (expected.highest_modseq == 0 || found->highest_modseq == expected.highest_modseq);
    };
}

/// UIDs and sizes of the mails from that UID on.
inline Work lists(std::uint32_t from, std::vector<std::pair<std::uint32_t, std::uint64_t>> expected) {
    return [=](ImapClient& client) -> awaitable<bool> {
        auto found = co_await client.since(from);
        if (!found) co_return false;
        std::vector<std::pair<std::uint32_t, std::uint64_t>> mails;
        for (const auto& mail : *found) mails.emplace_back(mail.uid, mail.size);
        co_return mails == expected;
    };
}

/// nullopt: the mail is gone.
inline Work fetches(std::uint32_t uid, std::size_t most, std::optional<std::string> expected) {
    return [=](ImapClient& client) -> awaitable<bool> {
        auto mail = co_await client.fetch(uid, most);
        co_return mail && *mail == expected;
    };
}

/// The mail has more than `most` bytes, and the session goes on.
inline Work finds_too_big(std::uint32_t uid, std::size_t most) {
    return [=](ImapClient& client) -> awaitable<bool> {
        auto mail = co_await client.fetch(uid, most);
        co_return !mail && mail.error().kind == coi::ErrorKind::limit && client.usable();
    };
}

inline Work appends(std::string folder, std::string flags, std::string mail) {
    return [=](ImapClient& client) -> awaitable<bool> {
        co_return (co_await client.append(client.folder_name(folder), flags, mail)).has_value();
    };
}

/// The server refuses the copy, and the session goes on.
inline Work cannot_append(std::string folder, std::string mail) {
    return [=](ImapClient& client) -> awaitable<bool> {
        auto appended = co_await client.append(folder, "", mail);
        co_return !appended && client.usable();
    };
}

inline Work finds_sent(std::string folder) {
    return [=](ImapClient& client) -> awaitable<bool> {
        auto sent = co_await client.sent_folder();
        co_return sent && *sent == folder;
    };
}

inline Work has_space(std::string prefix, char separator) {
    return [=](ImapClient& client) -> awaitable<bool> {
        auto space = co_await client.personal_space();
        co_return space && space->prefix == prefix && space->separator == separator;
    };
}

/// A server entry; nullopt: it is not set.
inline Work has_entry(std::string name, std::optional<std::string> value) {
    return [=](ImapClient& client) -> awaitable<bool> {
        auto found = co_await client.metadata(name);
        co_return found && *found == value;
    };
}

/// A wait that ends in this way.
inline Work waits(bool news, coi::net::Timeout longest = std::chrono::minutes(20),
                  coi::net::Timeout poll = std::chrono::minutes(1)) {
    return [=](ImapClient& client) -> awaitable<bool> {
        auto came = co_await client.wait_for_news(longest, poll);
        co_return came && *came == news;
    };
}

/// One after the other, until one fails.
inline Work all(std::vector<Work> works) {
    return [=](ImapClient& client) -> awaitable<bool> {
        for (const auto& work : works)
            if (!co_await work(client)) co_return false;
        co_return true;
    };
}

}  // namespace dialogue
