// What was read in Jabber, and what was read elsewhere; see read_sync.h.

#include "gateway/pipeline/read_sync.h"

#include <utility>

#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/interrupted.h"

namespace gateway {

std::function<void(const Store::Failure&, bool)> ReadSync::mark_if_any(AccountId id) const {
    // If it failed, the next marker says the same again.
    return [mark = modules_.mark, id](const Store::Failure& failure, bool any) {
        if (!failure && any) mark(id);
    };
}

void ReadSync::displayed(AccountId id, const std::string& contact, const StanzaId& stanza) {
    const Account* account = modules_.directory.find(id);
    if (account == nullptr || account->kind != Account::Kind::mailbox) return;
    mail_places::displayed(modules_.store, id, contact, stanza, account->marks_read, mark_if_any(id));
}

void ReadSync::reported(AccountId id, const std::string& contact, const std::vector<coi::MessageId>& messages) {
    const Account* account = modules_.directory.find(id);
    if (account == nullptr || account->kind != Account::Kind::mailbox || !account->marks_read) return;
    mail_places::reported(modules_.store, id, contact, messages, mark_if_any(id));
}

void ReadSync::seen(AccountId id, const MailsOfFolder& mails) { start(show(id, mails)); }

Task<> ReadSync::show(AccountId id, MailsOfFolder mails) {
    try {
        co_await load(modules_.directory, id);
        const auto read = co_await answer_of<std::vector<mail_places::ReadUpTo>>(
            [&](auto done) { mail_places::seen(modules_.store, id, std::move(mails), std::move(done)); });
        for (const auto& one : read) co_await show(id, one);
    } catch (const AccountGone&) {
    } catch (const StoreUnavailable&) {  // of what is noted already, the contact's next mail that is read tells it
    } catch (const StoreError&) {
    }
}

Task<> ReadSync::show(AccountId id, const mail_places::ReadUpTo& read) {
    co_await load(modules_.directory, id);
    const Account& account = account_of(modules_.directory, id);
    const Contact* contact = modules_.directory.contact(id, read.contact);
    const auto to = contact ? jid_of(contact, contact->address, settings_.component) : std::nullopt;
    if (!to) co_return;
    Event event;
    event.user = account.jid;
    event.contact = contact->address;
    event.stanza = mint_own_id();
    event.about = Reference{.stanza = read.stanza};
    event.contents = {Receipt{Receipt::Kind::displayed}};
    auto entry = own_entry(event, account, read.contact, *to, modules_.now(), settings_, true);
    if (!entry) co_return;
    auto put = co_await answer_of<queue::Entry>(
        [&](auto done) { queue::put(modules_.store, std::move(*entry), std::move(done)); });
    modules_.to_jabber.committed(std::move(put));
}

}  // namespace gateway
