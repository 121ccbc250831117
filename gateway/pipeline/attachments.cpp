// See attachments.h.

#include "gateway/pipeline/attachments.h"

#include <memory>
#include <utility>
#include <vector>

#include "gateway/accounts/contact_weight.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/store/ids.h"

namespace gateway {
namespace {

constexpr std::size_t most = 10;                      // files of a mail
constexpr std::size_t decoration = 10 * 1024;         // bytes of a picture in an HTML mail that says nothing
constexpr auto most_patience = std::chrono::days(1);  // after this the mail comes without its files

bool is_told_in_words(const coi::Attachment& attachment, const coi::Message& mail) {
    const std::string& type = attachment.content_type;
    const bool is_chat = coi::is_chat(mail.id) || !mail.header("chat-version").empty();
    return type == coi::otr_type || type == "application/pgp-keys" || (mail.invitation && (type == "text/calendar" || type == "application/ics")) ||
           (is_chat && type == "application/vnd.google-earth.kml+xml") ||
           (!is_chat && attachment.is_inline && attachment.size < decoration);
}

struct Part {
    std::size_t index;
    std::shared_ptr<const std::string> bytes;
};

/// Takes the bytes out of the mail.
std::vector<Part> parts_of(coi::Message& mail, std::size_t largest) {
    std::vector<Part> parts;
    for (std::size_t i = 0; i < mail.attachments.size(); ++i) {
        auto& attachment = mail.attachments[i];
        if (attachment.content_type == coi::otr_type) continue;
        std::string bytes = std::exchange(attachment.bytes, {});
        if (bytes.empty() || bytes.size() > largest || parts.size() == most || is_told_in_words(attachment, mail))
            continue;
        parts.push_back({i, std::make_shared<const std::string>(std::move(bytes))});
    }
    return parts;
}

}  // namespace

Task<bool> Attachments::share(IncomingMail& mail) {
    const auto parts = parts_of(mail.mail, mail.unread == DecryptFailure::no ? files_.largest() : 0);
    if (parts.empty() || !co_await may_share(mail)) co_return true;
    for (const auto& part : parts) {
        auto& attachment = mail.mail.attachments[part.index];
        const std::string user = account_of(directory_, mail.account).jid;
        auto address = co_await called_back<coi::Result<std::string>>([&](auto done) {
            files_.put(user, {attachment.name, attachment.content_type, part.bytes}, std::move(done));
        });
        if (address) {
            attachment.url = std::move(*address);
        } else if (!address.error().permanent) {
            co_return !comes_again(mail);
        }
    }
    co_return true;
}

Task<bool> Attachments::may_share(const IncomingMail& mail) {
    const std::string writer = mail.mail.from.front().canonical();
    const Account& account = account_of(directory_, mail.account);
    const Account* main = directory_.of_user(account.jid);
    for (const AccountId id : {account.id, main ? main->id : account.id}) {
        const Contact* contact = directory_.contact(id, writer);
        if (contact && contact->privacy.otr) co_return false;
    }
    const Contact* contact = directory_.contact(account.id, writer);
    const bool is_stranger = contact == nullptr || weight(*contact) < Weight::written_to;
    // A copy is found again by the commit, in all cases; here only to put nothing twice.
    if (!mail.mail.id.empty() && co_await answer_of<bool>([&](auto done) {
            ids::knows_any_of(store_, mail.account, {mail.mail.id}, std::move(done));
        }))
        co_return false;
    co_return !is_stranger || of_strangers_.take(account_of(directory_, mail.account).jid, RateLimit::Clock::now());
}

/// A mailbox keeps the mail and its files. Mail by LMTP is kept by the mail system that is told to try again.
bool Attachments::comes_again(const IncomingMail& mail) const {
    if (!mail.wait_for_verdict || !mail.mail.date) return false;
    const auto age = now_() - *mail.mail.date;
    return age < most_patience && age > -most_patience;
}

}  // namespace gateway
