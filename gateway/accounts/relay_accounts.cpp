// See relay_accounts.h.

#include "gateway/accounts/relay_accounts.h"

#include <utility>

#include "gateway/model/addresses.h"
#include "xmpp/jid.h"

namespace gateway {

void RelayAccounts::get(const std::string& jid, const std::string& lang, std::function<void(const Account*)> ready) {
    if (const Account* account = directory_.relay_of(jid)) return ready(account);
    if (settings_.domain.empty() || xmpp::JID(jid).server() != settings_.domain) return ready(nullptr);
    if (directory_.at_rest(jid, Account::Kind::relay)) return ready(nullptr);  // damaged: the admin decides
    auto& waiting = being_made_[jid];
    waiting.push_back(std::move(ready));
    if (waiting.size() > 1) return;
    const auto address = relay_address_of(xmpp::JID(jid));
    const auto finish = [this, jid](const Account* account) {
        auto calls = being_made_.extract(jid);  // a call from within a callback starts a new request
        for (auto& call : calls.mapped()) call(account);
    };
    if (!address) return finish(nullptr);
    Account account;
    account.kind = Account::Kind::relay;
    account.jid = jid;
    account.address = *address;
    account.take = settings_.take;
    account.lang = lang;
    directory_.save(account, [this, finish](const Store::Failure& failure, AccountId id) {
        finish(failure ? nullptr : directory_.find(id));
    });
}

}  // namespace gateway
