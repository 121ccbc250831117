// The stanza: gloox's Tag, owned by a unique_ptr, with common queries.
//
// [RFC 6120 §8]. Tags come from xmpp/wire (never from gloox's own parser) and are UTF-8 without forbidden characters.

#pragma once

#include <gloox/jid.h>
#include <gloox/tag.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace xmpp {

using gloox::JID;
using gloox::Tag;
using Stanza = std::unique_ptr<Tag>;

/// Attribute value, "" if absent.
inline const std::string& attribute(const Tag& tag, const std::string& name) { return tag.findAttribute(name); }

/// The namespace of unprefixed elements in a stanza. The stream's own (jabber:component:accept) and jabber:server mean
/// the same [XEP-0114 §3] and are read as this one. A Tag without xmlns, and without a parent that has one, is in it.
inline constexpr const char* content_namespace = "jabber:client";
bool is_content_namespace(std::string_view xmlns);

/// The namespace of this element, inherited ones included.
std::string namespace_of(const Tag&);

/// The first child element with this name and namespace ("": the parent's), or nullptr. The parent owns it.
const Tag* child(const Tag& parent, const std::string& name, const std::string& xmlns);

/// The default <body/> or <subject/> of a message: the one without xml:lang, else the one in the stanza's language,
/// else the first [RFC 6121 §5.2.3]; nullptr if there is none.
const Tag* default_of(const Tag& message, const std::string& name);
inline const Tag* body_of(const Tag& message) { return default_of(message, "body"); }

/// A new child of `parent` (owned by it) with this name and namespace ("" inherits the parent's).
Tag& add(Tag& parent, const std::string& name, const std::string& xmlns = {}, const std::string& text = {});

/// `text` as valid XML 1.0 text: UTF-8 without control characters; others become U+FFFD. gloox prints a body with such
/// characters as <body/>, which would lose the text, so all outside text goes through here before print.
std::string clean(std::string_view text);

/// The XML of a stanza for sending or storing: clean, without the stream's namespace.
std::string print(const Tag&);

/// A stanza error for `request` [RFC 6120 §8.3]: same id, from and to exchanged, with `condition` ("item-not-found"),
/// `type` ("cancel", "wait", "auth", "modify") and a text for people in language `lang`. nullptr if request is itself
/// an error. The text of a message is returned with it, shortened if it is long: Psi and Pidgin show no error for a
/// message without a body.
Stanza error_reply(const Tag& request, const std::string& type, const std::string& condition, const std::string& text,
                   const std::string& lang);

/// The parts of a message that are returned with an error, as a <message/> of its own: addresses, id, language, and the
/// start of its text. Of an OTR message, which nobody can read, "[OTR]".
Stanza returnable(const Tag& message);

/// The content of a stanza of type error.
struct StanzaError {
    std::string type, condition, text;
};
std::optional<StanzaError> error_of(const Tag& stanza);

}  // namespace xmpp
