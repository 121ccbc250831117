// See open_mail.h.

#include "gateway/pipeline/open_mail.h"

#include <utility>

#include "gateway/pipeline/admission.h"

namespace gateway {

Task<> open_mail(MailEncryption& encryption, Directory& directory, IncomingMail& mail) {
    Decrypted opened = co_await called_back<Decrypted>([&](auto done) {
        encryption.open(account_of(directory, mail.account), std::exchange(mail.bytes, nullptr), std::move(mail.mail),
                        std::move(done));
    });
    mail.mail = std::move(opened.mail);
    mail.protection = std::move(opened.protection);
    mail.unread = opened.unread;
    mail.author = std::move(opened.author);
    const bool is_vouched = mail.is_author_proven;
    // The mail system has vouched for another address than the contact's.
    if (opened.is_relayed) mail.is_author_proven = false;
    mail.author.by_server = mail.is_author_proven;
    mail.is_own_key = opened.is_own_key;
    mail.counted = std::move(opened.counted);
    mail.key_update = std::move(opened.key_update);
    if (mail.key_update) {
        mail.key_update->author = mail.author;
        mail.key_update->is_vouched = is_vouched;
        mail.key_update->answers = answered_by(mail.mail);
        if (mail.mail.mdn) mail.key_update->answers.push_back(mail.mail.mdn->original);
    }
    account_of(directory, mail.account);
    if (mail.unread == DecryptFailure::busy) throw StoreUnavailable();
}

}  // namespace gateway
