// The walk over GMime's tree. [RFC 2046 §5.1] decides what is text and what is attached; counts parts and depth again.
// Invariant: no part of the mail is dropped silently, except other forms of the same text and detached signatures.

#include "coi/mail/parts.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "coi/mail/avatar.h"
#include "coi/mail/calendar.h"
#include "coi/mail/charset.h"
#include "coi/mail/chat_data.h"
#include "coi/mail/enriched.h"
#include "coi/mail/flowed.h"
#include "coi/mail/header.h"
#include "coi/mail/html.h"
#include "coi/mail/mime_limits.h"
#include "coi/mail/mime_tree.h"
#include "coi/mail/smime.h"
#include "coi/mail/transfer_encoding.h"

namespace coi {
namespace {

constexpr std::size_t html_per_text = 8;   // octets of HTML read for one of text: markup is mostly markup
constexpr std::size_t longest_name = 255;  // octets of a file name
constexpr std::size_t longest_report = 256 * 1024;
constexpr std::string_view cut_mark = "\n[…]";

}  // namespace

std::string content_type_of(GMimeObject* object) {
    auto* type = g_mime_object_get_content_type(object);
    if (type == nullptr) return "text/plain";
    const OwnedText mime(g_mime_content_type_get_mime_type(type));
    std::string name = lower(mime.get());
    std::erase_if(name, [](char c) { return c == '"' || c == '\''; });  // COMPAT: "text/plain" in quotes
    if (name != "application/octet-stream") return name;
    // An invalid Content-Type, such as "text", counts as missing [RFC 2045 §5.2].
    const char* given = g_mime_object_get_header(object, "Content-Type");
    return given != nullptr && std::strchr(given, '/') == nullptr ? "text/plain" : name;
}

std::string content_parameter(GMimeObject* object, const char* name) {
    auto* type = g_mime_object_get_content_type(object);
    const char* value = type == nullptr ? nullptr : g_mime_content_type_get_parameter(type, name);
    return value == nullptr ? std::string() : std::string(value);
}

namespace {

/// A name that is safe to show and to save under: never a path.
std::string file_name(const char* given) {
    if (given == nullptr) return {};
    std::string whole = clean_line(to_utf8(given, "utf-8"));
    for (std::size_t at = 0; (at = whole.find("=?", at)) != std::string::npos;)
        whole[at + 1] = '_';  // what GMime did not decode
    const auto slash = whole.find_last_of("/\\");
    const auto name = trim(std::string_view(whole).substr(slash == std::string::npos ? 0 : slash + 1));
    if (name == "." || name == "..") return {};
    return std::string(cut_utf8(name, longest_name));
}

/// A text type for people [RFC 2046 §4.1.4]; other text types are files.
bool is_prose(std::string_view type) {
    constexpr std::array<std::string_view, 12> files{"text/calendar",   "text/css",
                                                     "text/csv",        "text/directory",
                                                     "text/javascript", "text/rfc822-headers",
                                                     "text/rtf",        "text/tab-separated-values",
                                                     "text/vcard",      "text/x-amp-html",
                                                     "text/x-vcard",    "text/xml"};
    return type.starts_with("text/") && std::ranges::find(files, type) == files.end();
}

bool is_calendar(std::string_view type) { return type == "text/calendar" || type == "application/ics"; }

/// Without the copy of header fields up to the first empty line [RFC 9788 §5.2.2].
std::string without_legacy_text(std::string_view text) {
    const auto end = text.find("\n\n");
    return std::string(end == std::string_view::npos ? std::string_view() : text.substr(end + 2));
}

/// Without the division that holds such a copy [RFC 9788 §5.2.3].
std::string without_legacy_html(std::string html) {
    const auto name = html.find("header-protection-legacy-display");
    const auto begin = name == std::string::npos ? name : html.rfind("<div", name);
    const auto end = name == std::string::npos ? name : html.find("</div>", name);
    if (begin != std::string::npos && end != std::string::npos) html.erase(begin, end + 6 - begin);
    return html;
}

enum class TextKind { none, other, html, plain };  // the more a chat wants it, the later

struct Text {
    std::string value;
    TextKind kind = TextKind::none;
    bool cut = false;          // there was more than a mail's text may be
    bool is_reaction = false;  // all of it [RFC 9078 §3]
};

/// Both, one after the other: a mail whose text comes in pieces (before and after an image).
Text joined(Text first, Text second) {
    first.cut = second.cut = first.cut || second.cut;
    if (second.value.empty()) return first.kind == TextKind::none ? second : first;
    if (first.value.empty()) return second;
    first.value.append("\n\n").append(second.value);
    first.is_reaction = first.is_reaction && second.is_reaction;
    first.kind = std::max(first.kind, second.kind);
    return first;
}

/// Whether a plain part only says that the text is in the HTML part, in some language.
bool is_excuse(const Text& plain, const Text& html) {
    constexpr std::size_t longest = 400;
    if (plain.kind != TextKind::plain || plain.value.size() > longest || html.value.empty()) return false;
    const auto letters = [](const std::string& text) {
        std::string all = lower(text);
        std::erase_if(all, [](char c) { return std::string_view(" \n*_~`").find(c) != std::string_view::npos; });
        return all;
    };
    const std::string said = letters(plain.value);
    return said.find("html") != said.npos && letters(html.value).find(said) == std::string::npos;
}

class Walk {
  public:
    Walk(const Limits& limits, const ParseOptions& options, Message& message)
        : limits_(limits), options_(options), message_(message) {}

    Result<void> all(GMimeObject* top) {
        Text text = read(top, {});
        if (over_) return over_limit(over_);
        if (text.value.size() > limits_.text_bytes) {
            text.value = std::string(cut_utf8(text.value, limits_.text_bytes));
            text.cut = true;
        }
        if (text.cut) text.value.append(cut_mark);
        if (text.is_reaction) message_.headers.try_emplace("content-disposition", "reaction");
        message_.text_was_html = text.kind == TextKind::html;
        message_.text = std::move(text.value);
        message_.quote_is_typed = message_.quote_is_typed && message_.text.starts_with('>');
        find_inline_armor();
        return {};
    }

  private:
    struct Place {
        std::size_t depth = 0;
        bool in_alternative = false, in_related = false, in_report = false;
        bool text_before = false;  // a text came before in the same multipart
    };

    Text read(GMimeObject* object, Place place) {
        if (object == nullptr || over_ != nullptr) return {};
        if (++parts_ > limits_.parts) over_ = "the mail has too many parts";
        if (place.depth > limits_.depth) over_ = "the mail's parts are nested too deep";
        if (over_ != nullptr) return {};
        if (GMIME_IS_MULTIPART(object)) return read_multipart(GMIME_MULTIPART(object), place);
        if (GMIME_IS_MESSAGE_PART(object)) {
            read_message(object, place);
            return {};
        }
        if (GMIME_IS_PART(object)) return read_leaf(GMIME_PART(object), place);
        return {};
    }

    Text read_multipart(GMimeMultipart* multipart, Place place) {
        const std::string type = content_type_of(GMIME_OBJECT(multipart));
        ++place.depth;
        place.text_before = false;
        place.in_report = type == "multipart/report";
        place.in_related = place.in_related || type == "multipart/related";
        if (type == "multipart/alternative") return read_alternative(multipart, place);
        place.in_alternative = false;
        const int count = g_mime_multipart_get_count(multipart);
        if (type == "multipart/encrypted") message_.encrypted = true;
        // S/MIME, and a signature of one part among others, are not reported [RFC 3156 §5].
        if (type == "multipart/signed" && place.depth == 1 && count > 1) {
            auto* signature = g_mime_multipart_get_part(multipart, 1);
            message_.is_signed = content_type_of(signature) == "application/pgp-signature";
        }
        Text text;
        for (int i = 0; i < count; ++i) {
            auto* part = g_mime_multipart_get_part(multipart, i);
            if (i == 0 && place.depth == 1) read_hidden_fields(part);
            const std::string part_type = content_type_of(part);
            // The control parts of [RFC 1847] are neither text nor file.
            if (type == "multipart/signed" && i > 0 && part_type.find("signature") != std::string::npos) continue;
            if (type == "multipart/encrypted" && part_type == "application/pgp-encrypted") continue;
            text = joined(std::move(text), read(part, place));
            place.text_before = text.kind != TextKind::none;
        }
        if (count == 0) return read_without_parts(multipart, place);
        // A part beside a signature or an encryption is not authenticated.
        const bool is_sealed = type == "multipart/signed" || type == "multipart/encrypted" || place.in_report;
        return is_sealed ? text : with_outside(multipart, std::move(text));
    }

    /// COMPAT: Delta Chat hides these fields in the first part, where mail programs do not look.
    void read_hidden_fields(GMimeObject* first) {
        const char* edit = g_mime_object_get_header(first, "Chat-Edit");
        if (edit != nullptr) message_.headers.try_emplace("chat-edit", decode_header(edit));
        auto* picture = g_mime_header_list_get_header(g_mime_object_get_header_list(first), "Chat-User-Avatar");
        const char* raw = picture == nullptr ? nullptr : g_mime_header_get_raw_value(picture);
        if (raw != nullptr && !message_.avatar) message_.avatar = avatar::read(raw);
    }

    /// A multipart whose boundary never occurs: its text is outside of all parts; or its parts are encoded as a whole,
    /// which is not allowed [RFC 2045 §6.4].
    Text read_without_parts(GMimeMultipart* multipart, const Place& place) {
        auto* object = GMIME_OBJECT(multipart);
        const char* encoding = g_mime_object_get_header(object, "Content-Transfer-Encoding");
        const char* type = g_mime_object_get_header(object, "Content-Type");
        const auto kind = g_mime_content_encoding_from_string(encoding == nullptr ? "" : encoding);
        const char* prologue = g_mime_multipart_get_prologue(multipart);
        const bool encoded = kind == GMIME_CONTENT_ENCODING_BASE64 || kind == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
        if (encoded && prologue != nullptr && type != nullptr)
            return read_inside("Content-Type: " + std::string(type) + "\r\n\r\n" + decoded(prologue, kind), place);
        return with_outside(multipart, {});
    }

    /// Also with the text before the first part and after the last one [RFC 2046 §5.1.1]: programs do not show it, but
    /// a mail with damaged parts has its text there. Programs write a note about MIME there.
    Text with_outside(GMimeMultipart* multipart, Text text) {
        const auto read_words = [this](const char* given) {
            const std::string_view all = given == nullptr ? "" : given;
            bool more = false;
            std::string words = clean_text(to_utf8(within(std::string(all), plain_room_, more), ""));
            const std::string start = lower(std::string_view(words).substr(0, longest_name));
            if (!has_words(words) || start.find("mime") != start.npos || start.find("multi") != start.npos)
                return Text{};
            return Text{std::move(words), TextKind::plain, more};
        };
        text = joined(read_words(g_mime_multipart_get_prologue(multipart)), std::move(text));
        return joined(std::move(text), read_words(g_mime_multipart_get_epilogue(multipart)));
    }

    /// The best of several forms of one text [RFC 2046 §5.1.4]; for a chat plain text comes before HTML. Some senders
    /// write an empty plain part beside HTML instead of none.
    Text read_alternative(GMimeMultipart* multipart, Place place) {
        place.in_alternative = true;
        Text best, html;
        const auto files = message_.attachments.size();
        const int count = g_mime_multipart_get_count(multipart);
        if (count == 0) return read_without_parts(multipart, place);
        for (int i = 0; i < count; ++i) {
            Text each = read(g_mime_multipart_get_part(multipart, i), place);
            if (each.kind == TextKind::html && html.value.empty()) html = each;
            const auto rank = [](const Text& text) { return std::pair(!text.value.empty(), text.kind); };
            // Two of a kind are no forms of one text, unless they are the same.
            if (rank(each) == rank(best) && each.value != best.value)
                best = joined(std::move(best), std::move(each));
            else if (rank(each) > rank(best))
                best = std::move(each);
        }
        if (is_excuse(best, html)) best = std::move(html);
        for (int i = 0; best.value.empty() && message_.attachments.size() == files && i < count; ++i) {
            auto* part = g_mime_multipart_get_part(multipart, i);
            const std::string type = content_type_of(part);
            if (GMIME_IS_PART(part) && !is_prose(type)) attach(GMIME_PART(part), type, {}, true);
        }
        return with_outside(multipart, std::move(best));
    }

    Text read_leaf(GMimePart* part, const Place& place) {
        const std::string type = content_type_of(GMIME_OBJECT(part));
        if (read_report(part, type, place)) return {};
        const char* given = g_mime_object_get_disposition(GMIME_OBJECT(part));
        const std::string disposition = lower(given == nullptr ? "" : given);
        const bool attached = disposition == "attachment";
        const std::string name = file_name(g_mime_part_get_filename(part));
        // [COI-C "COI-specific Message Header Fields"] words for other programs. A file is never hidden.
        if (place.depth > 0 && is_prose(type) && !attached && name.empty() && content_of(part) == "ignore") return {};
        // A copy of the header for programs without support for protected ones, from Enigmail and others before RFC
        // 9788.
        if (options_.is_inside && place.depth > 0 && type.starts_with("text/") &&
            !content_parameter(GMIME_OBJECT(part), "protected-headers").empty()) {
            return {};
        }
        if (is_prose(type) && !attached && (name.empty() || !place.text_before)) {
            Text text = read_text(part, type);
            text.is_reaction = disposition == "reaction";
            return text;
        }
        // Other forms of the same text (AMP, RTF) say nothing new; an invitation does.
        if (place.in_alternative && type.starts_with("text/") && !attached && type != "text/calendar") return {};
        if (type == "application/pkcs7-mime" || type == "application/x-pkcs7-mime") {
            const std::string kind = lower(content_parameter(GMIME_OBJECT(part), "smime-type"));
            const bool may_be_signed = kind.empty() || kind == "signed-data";
            if (const auto inside = may_be_signed
                                        ? signed_content(decoded(part, limits_.mail_bytes), limits_.mail_bytes)
                                        : std::nullopt) {
                return read_inside(*inside, place);
            }
            message_.encrypted = message_.encrypted || kind.empty() || kind == "enveloped-data";
        }
        if (is_calendar(type) && !message_.invitation) {
            message_.invitation =
                read_calendar(to_utf8(decoded(part, longest_report), content_parameter(GMIME_OBJECT(part), "charset")));
        }
        // COMPAT: Exchange and Proton's bridge make multipart/mixed of multipart/encrypted (coi/crypt/pgp_mime).
        message_.encrypted = message_.encrypted || type == "application/pgp-encrypted";
        attach(part, type, name, place.in_related || disposition == "inline");
        return {};
    }

    /// The mail that lies inside of its signature or its encoding.
    Text read_inside(const std::string& mail, Place place) {
        ++place.depth;
        if (mail.size() > inside_room_) over_ = "the mails inside of the mail are too large";
        if (over_ != nullptr) return {};
        inside_room_ -= mail.size();
        const auto within = check_limits(mail, limits_);
        if (!within) over_ = "a mail inside of the mail breaks the limits of a mail";
        const auto top = within ? parse_mime(mail) : nullptr;
        return read(top.get(), place);
    }

    Text read_text(GMimePart* part, const std::string& type) {
        Text text = type == "text/html" ? read_html(part) : read_plain(part);
        if (type == "text/enriched" || type == "text/richtext") {
            text = {clean_text(enriched_to_text(text.value, type == "text/richtext")), TextKind::html};
        } else if (type != "text/plain" && type != "text/html" && type != "text/markdown") {
            text.kind = TextKind::other;
        }
        if (!has_words(text.value)) text.value.clear();  // a space that only looks like a text
        return text;
    }

    /// True if the part is the machine-readable part of a report.
    bool read_report(GMimePart* part, const std::string& type, const Place& place) {
        if (type == "message/disposition-notification" || type == "message/global-disposition-notification") {
            if (message_.mdn) return true;
            if (auto mdn = parse_mdn(decoded(part, longest_report), answered())) message_.mdn = std::move(*mdn);
            return message_.mdn || place.in_report;
        }
        if (type == "message/delivery-status" || type == "message/global-delivery-status") {
            if (message_.dsn) return true;
            if (auto dsn = parse_dsn(decoded(part, longest_report))) message_.dsn = std::move(*dsn);
            return message_.dsn || place.in_report;
        }
        const bool returned = type == "text/rfc822-headers" || type == "message/rfc822-headers" ||
                              type == "message/global-headers" || type == "message/rfc822" || type == "message/global";
        if (!returned || !place.in_report) return false;
        if (message_.report_original.empty())
            returned_header(to_utf8(decoded(part, limits_.header_block_bytes), "utf-8"));
        return true;
    }

    /// What the mail answers, by its header; "" if nothing.
    MessageId answered() const {
        if (!message_.in_reply_to.empty()) return message_.in_reply_to.front();
        return message_.references.empty() ? MessageId{} : message_.references.back();
    }

    void returned_header(std::string block) {
        if (!message_.report_original.empty()) return;
        const auto first = std::min(block.find_first_not_of("\r\n"), block.size());
        block.erase(0, first);
        const auto end = std::min(block.find("\n\n"), block.find("\n\r\n"));
        if (end != std::string::npos) block.resize(end + 1);
        message_.report_original = std::string(cut_utf8(block, limits_.header_block_bytes));
    }

    Text read_plain(GMimePart* part) {
        bool more = false;
        const std::string bytes = within(decoded(part, plain_room_), plain_room_, more);
        std::string text = to_utf8(bytes, content_parameter(GMIME_OBJECT(part), "charset"));
        if (std::exchange(is_first_text_, false))
            message_.quote_is_typed = text.starts_with('\n') || text.starts_with("\r\n");
        text = clean_text(text);
        if (has_legacy_display(part)) text = clean_text(without_legacy_text(text));
        if (lower(content_parameter(GMIME_OBJECT(part), "format")) == "flowed") {
            text = decode_flowed(text, lower(content_parameter(GMIME_OBJECT(part), "delsp")) == "yes");
        }
        return {std::move(text), TextKind::plain, more};
    }

    Text read_html(GMimePart* part) {
        bool more = false;
        const std::string bytes = within(decoded(part, html_room_), html_room_, more);
        std::string charset = content_parameter(GMIME_OBJECT(part), "charset");
        if (charset.empty()) charset = html_charset(bytes);
        std::string html = to_utf8(bytes, charset);
        std::erase(html, '\0');
        if (has_legacy_display(part)) html = without_legacy_html(std::move(html));
        note_microformat(part, html);
        return {clean_text(html_to_text(html, limits_.text_bytes, more)), TextKind::html, more};
    }

    void note_microformat(GMimePart* part, std::string html) {
        const std::string content = content_of(part);
        if (is_profile(content) && !message_.card) message_.card = read_h_card(html);
        if (content != "location" || !read_h_geo(html)) return;
        std::erase(html, '\r');
        html = trim(html);
        message_.attachments.push_back({std::string(h_geo_type), "", html.size(), html, true});
    }

    static std::string content_of(GMimePart* part) {
        const char* content = g_mime_object_get_header(GMIME_OBJECT(part), "Chat-Content");
        return content == nullptr ? std::string() : std::string(trim(content));
    }

    bool has_legacy_display(GMimePart* part) const {
        return options_.is_inside && content_parameter(GMIME_OBJECT(part), "hp-legacy-display") == "1";
    }

    /// As much of a text as fits into the mail's limit, which all of its parts share.
    static std::string within(std::string text, std::size_t& room, bool& more) {
        if (text.size() > room) {
            text.resize(room);
            more = true;
        }
        room -= text.size();
        return text;
    }

    void attach(GMimePart* part, const std::string& type, const std::string& name, bool is_inline) {
        Attachment attachment{type, name, 0, {}, is_inline};
        bool keep = options_.keep_attachments || type == otr_type || is_chat_data(type, name, message_);
        auto* content = g_mime_part_get_content(part);
        if (options_.keep_attachments) attachment.bytes.reserve(decoded_size(content));
        decode(content, false, [&](std::string_view piece) {
            attachment.size += piece.size();
            if (!options_.keep_attachments && attachment.size > limits_.text_bytes) keep = false;
            if (keep) attachment.bytes.append(piece);
            return true;
        });
        if (!keep) attachment.bytes.clear();
        message_.attachments.push_back(std::move(attachment));
    }

    void read_message(GMimeObject* object, const Place& place) {
        auto* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
        if (place.in_report && inner != nullptr) {
            const OwnedText block(g_mime_object_get_headers(GMIME_OBJECT(inner), nullptr));
            returned_header(to_utf8(block ? block.get() : "", "utf-8"));
            return;
        }
        Attachment attachment{content_type_of(object), {}, 0, {}, false};
        attachment.name = file_name(g_mime_object_get_content_disposition_parameter(object, "filename"));
        if (inner != nullptr) {
            if (attachment.name.empty()) {
                const char* subject = g_mime_message_get_subject(inner);
                attachment.name = file_name(subject);
                if (!attachment.name.empty()) attachment.name.append(".eml");
            }
            const OwnedText block(g_mime_object_get_headers(GMIME_OBJECT(inner), nullptr));
            returned_header(to_utf8(block ? block.get() : "", "utf-8"));
            const Owned<GMimeStream> stream(g_mime_stream_mem_new());
            g_mime_object_write_to_stream(GMIME_OBJECT(inner), nullptr, stream.get());
            const auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
            attachment.size = bytes->len;
            if (options_.keep_attachments)
                attachment.bytes.assign(reinterpret_cast<const char*>(bytes->data), bytes->len);
        }
        message_.attachments.push_back(std::move(attachment));
    }

    /// PGP without MIME: the text is nothing but an armored message.
    void find_inline_armor() {
        const auto text = trim(message_.text);
        if (!text.starts_with("-----BEGIN PGP MESSAGE-----") || !text.ends_with("-----END PGP MESSAGE-----")) return;
        message_.encrypted = true;
        message_.attachments.push_back({"application/pgp-encrypted", "message.asc", text.size(),
                                        options_.keep_attachments ? std::string(text) : std::string(), true});
        message_.text.clear();
        message_.text_was_html = false;
    }

    const Limits& limits_;
    const ParseOptions& options_;
    Message& message_;
    std::size_t parts_ = 0;
    bool is_first_text_ = true;
    std::size_t plain_room_ = limits_.text_bytes, html_room_ = limits_.text_bytes * html_per_text;  // octets left
    std::size_t inside_room_ = limits_.mail_bytes;  // octets left for mails inside of the mail, each of which is copied
    const char* over_ = nullptr;
};

}  // namespace

Result<void> read_parts(GMimeObject* top, const Limits& limits, const ParseOptions& options, Message& message) {
    return Walk(limits, options, message).all(top);
}

}  // namespace coi
