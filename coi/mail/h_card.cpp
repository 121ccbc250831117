// See h_card.h.

#include "coi/mail/h_card.h"

#include <algorithm>

#include "coi/mail/avatar.h"
#include "coi/mail/charset.h"
#include "coi/mail/gobject.h"
#include "coi/mail/microformat.h"

namespace coi {
namespace {

constexpr std::size_t longest_status = 500;
constexpr std::size_t line_width = 76;

/// COMPAT: the specification names the class of the status in two ways.
constexpr std::string_view status_class = "x-coi-status", other_status_class = "p-status";

/// A data URI [RFC 2397]; nullopt: it is something else.
std::optional<std::string> read_picture(std::string_view address) {
    const auto comma = address.find(',');
    const std::string type = lower(address.substr(0, std::min(comma, address.size())));
    if (comma == address.npos || !type.starts_with("data:image/") || !type.ends_with(";base64")) return std::nullopt;
    return avatar::read("base64:" + std::string(address.substr(comma + 1)));
}

std::string escaped(const std::string& text) {
    const OwnedText safe(g_markup_escape_text(text.data(), static_cast<gssize>(text.size())));
    return safe.get();
}

/// By its first bytes; what is unknown is left to its reader.
std::string_view type_of(std::string_view picture) {
    if (picture.starts_with("\xFF\xD8")) return "image/jpeg";
    if (picture.starts_with("GIF8")) return "image/gif";
    if (picture.starts_with("RIFF")) return "image/webp";
    return "image/png";
}

/// Folded, as a line of mail should be.
std::string print_picture(const std::string& bytes) {
    const OwnedText encoded(g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
    std::string image = "<img class=\"u-photo\" alt=\"\" width=\"64\" src=\"data:";
    image.append(type_of(bytes)).append(";base64,");
    for (std::string_view rest = encoded.get(); !rest.empty(); rest.remove_prefix(std::min(rest.size(), line_width)))
        image.append("\n").append(rest.substr(0, line_width));
    return image + "\"><br>\n";
}

}  // namespace

bool is_profile(std::string_view chat_content) {
    return trim(chat_content.substr(0, std::min(chat_content.find(';'), chat_content.size()))) == "profile" &&
           chat_content.find("categories") == chat_content.npos;
}

std::optional<Card> read_h_card(std::string_view html) {
    const auto found = read_microformat(html, "h-card", {"u-photo", status_class, other_status_class},
                                        {longest_status, avatar::most_field_bytes});
    if (!found) return std::nullopt;
    Card card{"", {}};
    if (const auto photo = found->find("u-photo"); photo != found->end()) card.picture = read_picture(photo->second);
    for (const auto name : {other_status_class, status_class}) {
        if (const auto said = found->find(std::string(name)); said != found->end())
            card.status = clean_line(cut_utf8(said->second, longest_status));
    }
    return card;
}

std::string print_h_card(const Card& card, const std::string& name, const std::string& address,
                         const std::string& text) {
    const std::string photo = card.picture && !card.picture->empty() ? print_picture(*card.picture) : std::string();
    std::string html = "<html>\n<body>\n<p style=\"white-space: pre-line\">" + escaped(text) +
                       "</p>\n<hr>\n<p class=\"h-card\">\n" + photo;
    if (!name.empty()) html += "<span class=\"p-name\">" + escaped(name) + "</span><br>\n";
    html += "<span class=\"u-email\">" + escaped(address) + "</span>\n";
    if (!card.status.empty()) {
        html += "<br><span class=\"" + std::string(status_class) + "\">" + escaped(card.status) + "</span>\n";
    }
    return html + "</p>\n</body>\n</html>";
}

}  // namespace coi
