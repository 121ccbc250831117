// See attachments.h.

#include "gateway/pipeline/attachments.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "coi/crypt/sha256.h"
#include "coi/mail/chat_data.h"
#include "coi/mail/webxdc.h"
#include "gateway/accounts/contact_weight.h"
#include "gateway/model/picture.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/store/ids.h"
#include "xmpp/xep/xep0454_media.h"

namespace gateway {
namespace {

constexpr std::size_t most = 10;                      // files of a mail
constexpr std::size_t decoration = 10 * 1024;         // bytes of a picture in an HTML mail that says nothing
constexpr std::size_t stranger_piece = 100'000;       // bytes
constexpr std::uint32_t most_pixels = 65'535;         // of a side; a picture that claims more does not say the truth
constexpr std::size_t quickly_hashed = 256 * 1024;    // bytes that the loop can hash: less than a millisecond
constexpr auto most_patience = std::chrono::days(1);  // after this the mail comes without its files

bool is_chat(const coi::Message& mail) { return coi::is_chat(mail.id) || !mail.header("chat-version").empty(); }

bool is_calendar(const std::string& type) { return type == "text/calendar" || type == "application/ics"; }

/// What chat programs send for themselves.
bool is_for_programs(const coi::Attachment& attachment, const coi::Message& mail) {
    if (attachment.content_type == coi::kml_type || attachment.name == coi::webxdc_update) return true;
    return !attachment.name.empty() &&
           (mail.header("chat-group-avatar") == attachment.name || mail.header("chat-user-avatar") == attachment.name);
}

bool is_told_in_words(const coi::Attachment& attachment, const coi::Message& mail) {
    const std::string& type = attachment.content_type;
    if (type == coi::otr_type || coi::is_h_geo(attachment) || type == "application/pgp-keys" ||
        (mail.invitation && is_calendar(type)))
        return true;
    return is_chat(mail) ? is_for_programs(attachment, mail) : attachment.is_inline && attachment.size < decoration;
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
        if (attachment.content_type == coi::otr_type || coi::is_h_geo(attachment) ||
            coi::is_chat_data(attachment.content_type, attachment.name, mail))
            continue;
        std::string bytes = std::exchange(attachment.bytes, {});
        if (bytes.empty() || bytes.size() > largest || parts.size() == most || is_told_in_words(attachment, mail))
            continue;
        parts.push_back({i, std::make_shared<const std::string>(std::move(bytes))});
    }
    return parts;
}

/// A name that says what chat programs say beside it.
std::string name_of(const coi::Attachment& attachment, const coi::Message& mail) {
    const auto named = [&](const std::string& name) {
        const auto dot = attachment.name.rfind('.');
        return dot == std::string::npos ? name : name + attachment.name.substr(dot);
    };
    if (attachment.content_type.starts_with("audio/") && !mail.header("chat-voice-message").empty())
        return named("voice-message");
    if (attachment.content_type.starts_with("image/") && mail.header("chat-content") == "sticker")
        return named("sticker");
    return attachment.name;
}

}  // namespace

bool Attachments::has_files(const coi::Message& mail) {
    return std::ranges::any_of(mail.attachments, [&](const coi::Attachment& attachment) {
        return !attachment.bytes.empty() && !is_told_in_words(attachment, mail);
    });
}

bool Attachments::are_left_out(const coi::Message& mail) {
    const auto is_left_out = [&](const coi::Attachment& attachment) {
        return attachment.url.empty() && !is_told_in_words(attachment, mail);
    };
    return !mail.encrypted && std::ranges::any_of(mail.attachments, is_left_out);
}

Task<bool> Attachments::share(IncomingMail& mail) {
    const bool is_unsure = files_.largest() == 0 && files_.is_unsure();
    const bool may_have_files = mail.unread == DecryptFailure::no && mail.user_exists;
    const auto parts = parts_of(mail.mail, !may_have_files ? 0 : is_unsure ? SIZE_MAX : files_.largest());
    std::size_t bytes = 0;
    for (const auto& part : parts) bytes += part.bytes->size();
    if (parts.empty() || !co_await may_share(mail, bytes)) co_return true;
    if (is_unsure) co_return !comes_again(mail);
    const bool sealed = spoken_with_author(mail) == EndToEnd::omemo;
    for (const auto& part : parts) {
        auto& attachment = mail.mail.attachments[part.index];
        auto address =
            co_await put(mail, {name_of(attachment, mail.mail), attachment.content_type, part.bytes}, sealed);
        if (address) {
            attachment.url = std::move(*address);
            if (!sealed) co_await describe(mail.account, attachment, part.bytes);
        } else if (!address.error().permanent) {
            co_return !comes_again(mail);
        }
    }
    co_return true;
}

/// [XEP-0446 §2] what clients show before they fetch the file, and compare it with.
Task<> Attachments::describe(AccountId account, coi::Attachment& attachment, std::shared_ptr<const std::string> bytes) {
    const auto shape = picture_shape(*bytes);
    if (shape && std::max(shape->width, shape->height) <= most_pixels) {
        attachment.width = shape->width;
        attachment.height = shape->height;
    }
    const auto hash = [bytes] { return coi::sha256(*bytes); };
    attachment.sha256 = bytes->size() <= quickly_hashed ? hash() : co_await called_back<std::string>([&](auto done) {
        workers_.ask<std::string>(Line(account), hash, std::move(done));
    });
}

/// A new key for each file. The name on the store says nothing but what kind of file it is.
Task<coi::Result<std::string>> Attachments::put(const IncomingMail& mail, StoredFile file, bool sealed) {
    using Sealed = std::optional<xmpp::xep0454::Sealed>;
    const std::string user = account_of(directory_, mail.account).jid;
    Sealed secret;
    if (sealed) {
        secret = co_await called_back<Sealed>([&](auto done) {
            workers_.ask<Sealed>(
                Line(mail.account), [bytes = file.bytes] { return xmpp::xep0454::encrypt(*bytes); }, std::move(done));
        });
        if (!secret) co_return coi::Error{coi::ErrorKind::refused, true, "the file cannot be encrypted", 0, {}};
        const auto dot = file.name.rfind('.');
        file = {mint_stanza_id().value + (dot == std::string::npos ? "" : file.name.substr(dot)),
                "application/octet-stream", std::make_shared<const std::string>(std::move(secret->bytes))};
    }
    auto address = co_await called_back<coi::Result<std::string>>(
        [&](auto done) { files_.put(user, std::move(file), std::move(done)); });
    if (!address || !secret) co_return address;
    auto link = xmpp::xep0454::link_to(*address, *secret);
    if (!link) co_return coi::Error{coi::ErrorKind::refused, true, "the file store has no https", 0, {}};
    co_return std::move(*link);
}

EndToEnd Attachments::spoken_with_author(const IncomingMail& mail) const {
    const std::string writer = mail.mail.from.front().canonical();
    const Account& account = account_of(directory_, mail.account);
    const Account* main = directory_.of_user(account.jid);
    for (const AccountId id : {account.id, main ? main->id : account.id}) {
        const Contact* contact = directory_.contact(id, writer);
        if (contact && contact->privacy.spoken != EndToEnd::none) return contact->privacy.spoken;
    }
    return EndToEnd::none;
}

Task<bool> Attachments::may_share(const IncomingMail& mail, std::size_t bytes) {
    if (spoken_with_author(mail) == EndToEnd::otr) co_return false;
    // A copy is found again by the commit, in all cases; here only to put nothing twice.
    if (!mail.mail.id.empty() && co_await answer_of<bool>([&](auto done) {
            ids::knows_any_of(store_, mail.account, {mail.mail.id}, std::move(done));
        }))
        co_return false;
    co_return has_room(mail, bytes);
}

/// Anybody can write a contact's From into a mail; a mailbox has its own mail system that looks at it.
bool Attachments::has_room(const IncomingMail& mail, std::size_t bytes) {
    const Account& account = account_of(directory_, mail.account);
    const Contact* contact = directory_.contact(account.id, mail.mail.from.front().canonical());
    const bool is_proven = account.kind == Account::Kind::mailbox || mail.proof() >= trust::Proof::first_key;
    if (is_proven && contact != nullptr && weight(*contact) >= Weight::written_to) return true;
    for (std::size_t pieces = bytes / stranger_piece + 1; pieces > 0; --pieces) {
        const auto now = RateLimit::Clock::now();
        if (!of_strangers_.take(account.jid, now) || !of_strangers_in_all_.take(account.jid, now)) return false;
    }
    return true;
}

/// A mailbox keeps the mail and its files. Mail by LMTP is kept by the mail system that is told to try again.
bool Attachments::comes_again(const IncomingMail& mail) const {
    if (!mail.wait_for_verdict || !mail.mail.date) return false;
    const auto age = now_() - *mail.mail.date;
    return age < most_patience && age > -most_patience;
}

}  // namespace gateway
