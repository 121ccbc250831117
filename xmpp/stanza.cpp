// Queries of stanzas, and valid XML text; see stanza.h.

#include "xmpp/stanza.h"

#include <cstdint>
#include <cstring>

#include "xmpp/otr/front.h"

namespace xmpp {

namespace {

const std::string stanza_errors = "urn:ietf:params:xml:ns:xmpp-stanzas";
const std::string replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t longest_returned = 1000;   // bytes of a text that is returned with an error
constexpr const char* otr_returned = "[OTR]";    // COMPAT Pidgin shows what is returned

struct Piece {
    std::size_t length;  // of the character, or of the malformed part that becomes one U+FFFD
    bool allowed;
};

/// The multi-byte character at the start of `text` [RFC 3629 §4], [XML 1.0 §2.2].
Piece wide_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned lead = byte(0);
    if (lead < 0xC2 || lead > 0xF4) return {1, false};
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    // The check of the second byte excludes overlong forms, surrogates and values beyond U+10FFFF.
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < low || byte(1) > high) return {1, false};
    for (std::size_t i = 2; i < length; ++i)
        if (byte(i) < 0x80 || byte(i) > 0xBF) return {i, false};
    const bool noncharacter = lead == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE;  // U+FFFE, U+FFFF
    return {length, !noncharacter};
}

/// How many bytes at the start of `text` need no change.
std::size_t clean_prefix(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    std::size_t at = 0;
    while (at < text.size()) {
        if (at + 8 <= text.size()) {  // eight printable ASCII characters at once
            std::uint64_t eight = 0;
            std::memcpy(&eight, text.data() + at, 8);
            if (((eight | (eight - ones * 0x20)) & tops) == 0) {
                at += 8;
                continue;
            }
        }
        const auto c = static_cast<unsigned char>(text[at]);
        if (c < 0x80) {
            if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return at;
            ++at;
            continue;
        }
        const Piece piece = wide_character(text.substr(at));
        if (!piece.allowed) return at;
        at += piece.length;
    }
    return at;
}

/// The namespace, with the three names of a stanza's own namespace made one: servers write different ones on nested
/// stanzas.
const std::string& one_spelling(const std::string& xmlns) {
    static const std::string client = content_namespace;
    return is_content_namespace(xmlns) ? client : xmlns;
}

}  // namespace

bool is_content_namespace(std::string_view xmlns) {
    return xmlns == content_namespace || xmlns == "jabber:component:accept" || xmlns == "jabber:server";
}

std::string namespace_of(const Tag& tag) {
    for (const Tag* at = &tag; at; at = at->parent())
        if (at->hasAttribute("xmlns")) return one_spelling(at->findAttribute("xmlns"));
    return content_namespace;
}

const Tag* child(const Tag& parent, const std::string& name, const std::string& xmlns) {
    const std::string outer = namespace_of(parent);
    const std::string& wanted = xmlns.empty() ? outer : one_spelling(xmlns);
    for (const Tag* tag : parent.children()) {
        if (tag->name() != name) continue;
        if ((tag->hasAttribute("xmlns") ? one_spelling(tag->findAttribute("xmlns")) : outer) == wanted) return tag;
    }
    return nullptr;
}

const Tag* default_of(const Tag& message, const std::string& name) {
    const std::string& language = attribute(message, "xml:lang");
    const Tag *same = nullptr, *first = nullptr, *blank = nullptr;
    for (const Tag* tag : message.children()) {
        if (tag->name() != name || !is_content_namespace(namespace_of(*tag))) continue;
        if (tag->cdata().empty()) {  // says nothing: a text in another language does
            if (!blank) blank = tag;
            continue;
        }
        const std::string& theirs = attribute(*tag, "xml:lang");
        if (theirs.empty()) return tag;
        if (!first) first = tag;
        if (!same && theirs == language) same = tag;
    }
    return same ? same : first ? first : blank;
}

Tag& add(Tag& parent, const std::string& name, const std::string& xmlns, const std::string& text) {
    auto* tag = new Tag(&parent, name);  // owned by the parent
    if (!xmlns.empty()) tag->setXmlns(xmlns);
    if (!text.empty()) tag->addCData(clean(text));
    return *tag;
}

std::string clean(std::string_view text) {
    std::size_t good = clean_prefix(text);
    if (good == text.size()) return std::string(text);
    std::string out;
    out.reserve(text.size() + 16);
    for (;;) {
        out.append(text.substr(0, good));
        text.remove_prefix(good);
        if (text.empty()) return out;
        const auto c = static_cast<unsigned char>(text[0]);
        text.remove_prefix(c < 0x80 ? 1 : wide_character(text).length);
        out += replacement;
        good = clean_prefix(text);
    }
}

std::string print(const Tag& stanza) {
    std::string xml;
    if (stanza.hasAttribute("xmlns") && is_content_namespace(stanza.findAttribute("xmlns"))) {
        const Stanza bare(stanza.clone());
        bare->removeAttribute("xmlns");
        xml = bare->xml();
    } else {
        xml = stanza.xml();
    }
    // gloox accepts stray continuation bytes; a server would close the stream because of them.
    return clean_prefix(xml) == xml.size() ? xml : clean(xml);
}

Stanza returnable(const Tag& message) {
    auto copy = std::make_unique<Tag>("message");
    for (const char* name : {"id", "from", "to", "xml:lang"}) copy->addAttribute(name, attribute(message, name));
    const Tag* said = body_of(message);
    if (!said || said->cdata().empty()) said = default_of(message, "subject");
    std::string text = said ? said->cdata() : "";
    if (!otr::look(text).is_plain()) text = otr_returned;
    if (text.size() > longest_returned) {
        std::size_t end = longest_returned;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
        text.resize(end);
        text += "…";
    }
    if (!text.empty()) add(*copy, "body", {}, text);
    return copy;
}

Stanza error_reply(const Tag& request, const std::string& type, const std::string& condition, const std::string& text,
                   const std::string& lang) {
    if (attribute(request, "type") == "error")
        return nullptr;  // [RFC 6120 §8.3.1] an error is never answered with an error
    auto reply = std::make_unique<Tag>(request.name());
    reply->addAttribute("type", "error");
    reply->addAttribute("id", attribute(request, "id"));
    reply->addAttribute("from", attribute(request, "to"));
    reply->addAttribute("to", attribute(request, "from"));
    if (request.name() == "message") {
        const Stanza returned = returnable(request);
        if (const Tag* body = body_of(*returned)) reply->addChild(body->clone());
    }
    Tag& error = add(*reply, "error");
    error.addAttribute("type", type);
    add(error, condition, stanza_errors);
    if (!text.empty()) {
        Tag& words = add(error, "text", stanza_errors, text);
        words.addAttribute("xml:lang", lang);
    }
    return reply;
}

std::optional<StanzaError> error_of(const Tag& stanza) {
    if (attribute(stanza, "type") != "error") return std::nullopt;
    StanzaError error{"cancel", "undefined-condition", ""};  // the default for an empty error
    const Tag* element = child(stanza, "error", "");
    if (!element) return error;
    if (!attribute(*element, "type").empty()) error.type = attribute(*element, "type");
    for (const Tag* tag : element->children()) {
        if (namespace_of(*tag) != stanza_errors) continue;
        if (tag->name() == "text")
            error.text = tag->cdata();
        else
            error.condition = tag->name();
    }
    return error;
}

}  // namespace xmpp
