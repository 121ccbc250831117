// See profile_news.h.

#include "gateway/pipeline/profile_news.h"

#include <algorithm>
#include <array>

#include "coi/mail/quote.h"
#include "gateway/log.h"
#include "gateway/model/framed.h"
#include "gateway/model/trust.h"
#include "gateway/translate/conversation.h"
#include "gateway/translate/feature/text.h"

namespace gateway {
namespace {

constexpr std::size_t longest_status = 500;  // bytes

std::optional<Picture> picture_in(const coi::Message& mail) {
    const std::optional<std::string> bytes = mail.avatar || !mail.card ? mail.avatar : mail.card->picture;
    if (!bytes) return std::nullopt;
    if (bytes->empty()) return Picture{};
    auto picture = picture_of(*bytes);
    if (picture) return std::move(*picture);
    log::info("a picture of {} is not shown: {}", mail.from.front().canonical(), picture.error().text);
    return std::nullopt;
}

/// Edits, deletions, reactions and reports have no signature; that does not mean that the status was removed.
bool may_have_signature(const coi::Message& mail) {
    constexpr std::array fields{"chat-edit", "chat-delete", "content-disposition"};
    const std::string& content = mail.header("chat-content");
    return dialect_of(mail) != Dialect::mail && !mail.mdn && !mail.dsn && !mail.encrypted && !mail.text_was_html &&
           !mail.text.empty() && content != "editrequest" && content != "deleterequest" &&
           std::ranges::all_of(fields, [&](const char* field) { return mail.header(field).empty(); });
}

}  // namespace

ProfileNews profile_news(const IncomingMail& mail, const Privacy& before) {
    ProfileNews news;
    const auto may = [&mail, state = trust::state_of(before)](trust::Change change) {
        return trust::may(mail.proof(), state, change);
    };
    if (mail.protection.encrypted && may(trust::Change::picture)) {
        news.picture = picture_in(mail.mail);
        news.asks = mail.mail.header("chat-content") == "profilerequest";
    }
    if (mail.mail.card && !mail.mail.card->status.empty()) {
        if (may(trust::Change::status)) news.status = framed::foreign(mail.mail.card->status);
    } else if (may_have_signature(mail.mail) && may(trust::Change::status)) {
        const std::string& text = mail.mail.text;
        const bool has_one = text.starts_with("-- \n") || text.find("\n-- \n") != text.npos;  // folding takes long
        const std::string words = has_one ? coi::signature(text, coi::folding_of(mail.mail)) : "";
        news.status = std::string(text::head(framed::foreign(words), longest_status));
    }
    return news;
}

}  // namespace gateway
