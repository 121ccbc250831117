// See open_mail.h.

#include "gateway/pipeline/open_mail.h"

#include <utility>

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
    mail.author.by_server = mail.is_author_proven;
    mail.is_own_key = opened.is_own_key;
    mail.counted = std::move(opened.counted);
    mail.key_update = std::move(opened.key_update);
    if (mail.key_update) mail.key_update->author = mail.author;
    account_of(directory, mail.account);
    if (mail.unread == DecryptFailure::busy) throw StoreUnavailable();
}

}  // namespace gateway
