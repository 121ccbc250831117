// See crash_guard.h.

#include "gateway/transport/crash_guard.h"

#include <charconv>
#include <optional>
#include <sstream>
#include <utility>

#include "gateway/log.h"
#include "gateway/store/crashes.h"

namespace gateway {

namespace {

constexpr auto remembered = std::chrono::days(30);
constexpr std::size_t looked_at = 4096;  // bytes of a mail that, with its size, identify it

/// "mailbox ACCOUNT UIDVALIDITY UID FOLDER"
std::optional<std::pair<AccountId, Stuck>> mailbox_mail(const std::string& what) {
    std::istringstream words(what);
    std::string kind;
    std::int64_t account = 0;
    Stuck stuck;
    if (!(words >> kind >> account >> stuck.uid_validity >> stuck.uid) || kind != "mailbox") return std::nullopt;
    words.get();
    std::getline(words, stuck.folder, '\0');
    stuck.reason = "the gateway ended while it worked on this mail";
    return std::pair{AccountId(account), stuck};
}

}  // namespace

CrashGuard::CrashGuard(const std::string& path, Store& store, Time now) : store_(store), in_hand_(path) {
    if (!in_hand_.trouble().empty()) log::warn("what is in hand cannot be noted: {}", in_hand_.trouble());
    crashes::InHand in_hand;
    for (const auto& what : in_hand_.left()) {
        log::warn("the gateway ended uncleanly; it was at this: {}", what);
        if (auto mail = mailbox_mail(what)) {
            in_hand.mails.push_back(std::move(*mail));
        } else {
            in_hand.items.push_back(what);
        }
    }
    times_ = crashes::count(store, in_hand, now, now - remembered);
}

std::string CrashGuard::file_of(const std::string& store_url) {
    const std::string path = store_url.substr(store_url.find(':') + 1);
    return path == ":memory:" ? "" : path + "-in-hand";
}

std::string CrashGuard::mail(std::string_view bytes) {
    const auto hash = std::hash<std::string_view>()(bytes.substr(0, looked_at));
    return "mail " + std::to_string(hash) + " " + std::to_string(bytes.size());
}

std::string CrashGuard::stanza(const std::string& from, const std::string& id) { return "stanza " + id + " " + from; }

bool CrashGuard::may(const std::string& what) const {
    if (times_.empty()) return true;
    const auto at = times_.find(std::string_view(what).substr(0, InHand::slot_bytes - 1));
    return at == times_.end() || at->second < most;
}

InHand::Hold CrashGuard::take(AccountId account, const std::string& folder, std::uint32_t uid_validity,
                              std::uint32_t uid) {
    return in_hand_.take("mailbox " + std::to_string(static_cast<std::int64_t>(account)) + " " +
                         std::to_string(uid_validity) + " " + std::to_string(uid) + " " + folder);
}

void CrashGuard::passed(const std::string& what) {
    if (times_.empty()) return;
    const auto at = times_.find(std::string_view(what).substr(0, InHand::slot_bytes - 1));
    if (at == times_.end()) return;
    crashes::forget(store_, at->first);
    times_.erase(at);
}

}  // namespace gateway
