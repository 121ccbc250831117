// See damaged_account.h. The log and `coigate account list` tell the admin (gateway/accounts/directory,
// gateway/transport/mailbox_pool).

#include "gateway/accounts/damaged_account.h"

#include "gateway/localization.h"

namespace gateway {

const Account* damaged_account(const Directory& directory, const std::string& jid) {
    const Account* used = directory.of_user(jid);
    if (used && used->kind == Account::Kind::mailbox) return nullptr;
    for (const auto kind : {Account::Kind::mailbox, Account::Kind::relay}) {
        if (used && used->kind == kind) break;
        const Account* resting = directory.at_rest(jid, kind);
        if (resting && resting->damaged) return resting;
    }
    return nullptr;
}

std::string damaged_words(const Account& account, const std::string& component, const std::string& lang) {
    if (account.kind == Account::Kind::mailbox) {
        return say(
            lang,
            "What is stored of your mailbox is damaged, or was changed by somebody, so it is not used and nothing "
            "was sent. Please link your mailbox again: write “link” to {1}. Tell the gateway's operator, too.",
            {component});
    }
    return say(
        lang,
        "What {1} has stored of your account is damaged, or was changed by somebody, so it is not used and nothing "
        "was sent. Only the gateway's operator can mend that: please tell them.",
        {component});
}

std::string user_of_entry(const Directory& directory, const queue::Entry& entry) {
    if (const Account* account = directory.find(entry.account)) return account->jid;
    const bool is_lost = entry.direction == queue::Direction::aside || directory.rests(entry.account);
    return is_lost ? "damaged" : entry.to;
}

}  // namespace gateway
