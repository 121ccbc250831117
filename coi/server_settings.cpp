// Reads the settings of a COI server; see the header.

#include "coi/server_settings.h"

#include <array>
#include <map>
#include <vector>

namespace coi {

namespace {

using net::awaitable;
using net::ImapClient;
using Values = std::map<std::string, std::string>;

constexpr const char* config_entry = "/private/vendor/vendor.dovecot/coi/config";
constexpr std::array settings = {"enabled", "mailbox-root", "message-filter"};

/// All settings at once; missing ones again one by one: servers interpret DEPTH differently, and some support only one
/// of the two forms.
awaitable<Result<Values>> read_values(ImapClient& imap) {
    Values values;
    auto all = co_await imap.metadata_below(config_entry);
    if (!all && !imap.usable()) co_return all.error();
    const std::string below = std::string(config_entry) + "/";
    for (const char* setting : settings) {
        if (all) {
            if (const auto found = all->find(below + setting); found != all->end()) {
                values[setting] = found->second;
                continue;
            }
            if (!all->empty()) continue;  // the server supports the form, and this setting is not set
        }
        auto one = co_await imap.metadata(below + setting);
        if (!one) co_return one.error();
        if (*one) values[setting] = **one;
    }
    co_return values;
}

/// The folder `name` if it exists and can be opened.
awaitable<Result<bool>> exists(ImapClient& imap, const std::string& name) {
    auto folders = co_await imap.list(name);
    if (!folders) co_return folders.error();
    for (const auto& folder : *folders)
        if (folder.name == name && !folder.attributes.contains("\\noselect") &&
            !folder.attributes.contains("\\nonexistent"))
            co_return true;
    co_return false;
}

/// ROOT/Chats with the server's separator, and with its prefix if the root lacks it; "" if there is none.
awaitable<Result<std::string>> find_chats(ImapClient& imap, const std::string& root) {
    auto space = co_await imap.personal_space();
    if (!space) co_return space.error();
    if (space->separator == 0) co_return std::string{};
    const std::string name = imap.folder_name(root) + space->separator + "Chats";
    std::vector<std::string> candidates{name};
    if (!space->prefix.empty() && !name.starts_with(space->prefix))
        candidates.insert(candidates.begin(), space->prefix + name);
    for (const auto& candidate : candidates) {
        auto there = co_await exists(imap, candidate);
        if (!there) co_return there.error();
        if (*there) co_return candidate;
    }
    co_return std::string{};
}

}  // namespace

awaitable<Result<ServerSettings>> read_server_settings(ImapClient& imap) {
    ServerSettings found;
    found.coi = imap.can("COI");
    if (!found.coi) co_return found;
    auto values = co_await read_values(imap);
    if (!values) co_return values.error();
    found.enabled = values->contains("enabled");
    if (const auto& filter = (*values)["message-filter"]; filter == "active" || filter == "seen") found.filter = filter;
    std::string root = (*values)["mailbox-root"];
    if (root.empty()) root = "COI";
    auto chats = co_await find_chats(imap, root);
    if (!chats) co_return chats.error();
    found.chats_folder = std::move(*chats);
    co_return found;
}

awaitable<Result<void>> write_server_settings(ImapClient& imap, const std::string& filter) {
    const std::string below = std::string(config_entry) + "/";
    if (filter.empty()) co_return co_await imap.set_metadata(below + "enabled", std::nullopt);
    auto enabled = co_await imap.set_metadata(below + "enabled", "yes");
    if (!enabled) co_return enabled.error();
    // Never NIL: Open-Xchange's plugin ends the session's process then.
    co_return co_await imap.set_metadata(below + "message-filter", filter);
}

}  // namespace coi
