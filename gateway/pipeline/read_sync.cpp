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
    constexpr int most = 10;  // what else is read meanwhile may change how far all is read
    try {
        for (int i = 0; i < most; ++i) {
            const auto read = co_await answer_of<std::vector<mail_places::ReadUpTo>>(
                [&](auto done) { mail_places::read_with(modules_.store, id, mails, std::move(done)); });
            co_await load(modules_.directory, id);
            std::vector<queue::Entry> entries;
            for (const auto& one : read) {
                if (auto entry = marker(account_of(modules_.directory, id), one)) entries.push_back(std::move(*entry));
            }
            auto put = co_await answer_of<std::optional<std::vector<queue::Entry>>>([&](auto done) {
                mail_places::note_read(modules_.store, id, mails, read, std::move(entries), std::move(done));
            });
            if (!put) continue;
            for (auto& entry : *put) modules_.to_jabber.committed(std::move(entry));
            co_return;
        }
    } catch (const AccountGone&) {
    } catch (const StoreUnavailable&) {  // nothing is noted: the next session finds the same
    } catch (const StoreError&) {
    }
}

std::optional<queue::Entry> ReadSync::marker(const Account& account, const mail_places::ReadUpTo& read) const {
    const Contact* contact = modules_.directory.contact(account.id, read.contact);
    const auto to = contact ? jid_of(contact, contact->address, settings_.component) : std::nullopt;
    if (!to) return std::nullopt;
    Event event;
    event.user = account.jid;
    event.contact = contact->address;
    event.stanza = mint_own_id();
    event.about = Reference{.stanza = read.stanza};
    event.contents = {Receipt{Receipt::Kind::displayed}};
    return own_entry(event, account, read.contact, *to, modules_.now(), settings_, true);
}

}  // namespace gateway
