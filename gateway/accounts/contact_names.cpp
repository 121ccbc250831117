// See contact_names.h.

#include "gateway/accounts/contact_names.h"

#include "gateway/accounts/contact_weight.h"
#include "gateway/accounts/nick.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0172_nick.h"

namespace gateway {

namespace {

constexpr std::size_t most_names = 1000;  // told to a client that logs in

}  // namespace

void ContactNames::introduce(const std::string& client) {
    const std::string user = xmpp::read_jid(client).bare();
    const std::string gateway = say(directory_.language(user, ""), "Mail gateway");
    for (const auto& jid : {component_, "gateway@" + component_})
        stream_.send(*xmpp::xep0172::event(jid, client, gateway));
    std::size_t told = 0;
    for (const Account* account : {directory_.mailbox_of(user), directory_.relay_of(user)}) {
        if (account == nullptr) continue;
        for (const Contact* contact : directory_.contacts(account->id)) {
            if (told == most_names || !stream_.has_room()) return;
            if (weight(*contact) < Weight::written_to) continue;  // a stranger's name comes with their message
            for (const auto& jid : jids_of(*contact, component_))
                stream_.send(*xmpp::xep0172::event(jid, client, shown_name(directory_, *contact)));
            ++told;
        }
    }
}

void ContactNames::met(const std::string& user, const std::string& jid, const coi::Address& address) {
    const Account* account = directory_.of_user(user);
    const Contact* contact = account ? directory_.contact(account->id, address.canonical()) : nullptr;
    const std::string shown = contact ? shown_name(directory_, *contact) : address.addr_spec();
    for (const auto& client : clients_.reading_names(user)) stream_.send(*xmpp::xep0172::event(jid, client, shown));
    roster_.update(user);
}

void ContactNames::changed(const Contact& contact) {
    const Account* account = directory_.find(contact.account);
    if (account == nullptr) return;
    const std::string shown = shown_name(directory_, contact);
    for (const auto& client : clients_.reading_names(account->jid)) {
        for (const auto& jid : jids_of(contact, component_)) stream_.send(*xmpp::xep0172::event(jid, client, shown));
    }
    roster_.update(account->jid);
}

}  // namespace gateway
