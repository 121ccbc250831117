// See chat_data.h. COMPAT: chatmail's core knows its files by their names.

#include "coi/mail/chat_data.h"

#include "coi/mail/webxdc.h"

namespace coi {
namespace {

std::optional<Position> position_in(const Attachment& attachment) {
    if (is_h_geo(attachment)) return read_h_geo(attachment.bytes);
    const bool is_live = attachment.name.starts_with("location");
    if (attachment.content_type != kml_type || (!is_live && !attachment.name.starts_with("message")))
        return std::nullopt;
    auto position = read_kml(attachment.bytes);
    if (position) position->is_live = is_live;
    return position;
}

}  // namespace

bool is_h_geo(const Attachment& attachment) {
    return attachment.content_type == h_geo_type && attachment.name.empty() && attachment.is_inline;
}

bool is_chat_data(std::string_view content_type, std::string_view name, const Message& mail) {
    return (content_type == kml_type || name == webxdc_update) && !mail.header("chat-version").empty();
}

std::optional<Position> position_of(const Message& mail) {
    constexpr int most_tried = 3;
    std::optional<Position> found;
    int tried = 0;
    for (const auto& attachment : mail.attachments) {
        const bool may_be_one = is_h_geo(attachment) || is_chat_data(attachment.content_type, "", mail);
        if (!may_be_one || (found && !found->is_live)) continue;
        if (++tried > most_tried) break;
        if (const auto position = position_in(attachment)) found = position;
    }
    return found;
}

std::vector<std::string> app_news_of(const Message& mail) {
    for (const auto& attachment : mail.attachments) {
        if (attachment.name == webxdc_update && is_chat_data("", attachment.name, mail))
            return read_webxdc_news(attachment.bytes);
    }
    return {};
}

Attachment h_geo_of(const Position& position, const std::string& text) {
    const std::string html = print_h_geo(position, text);
    return {std::string(h_geo_type), "", html.size(), html, true};
}

}  // namespace coi
