// Addresses as JIDs and back [XEP-0106]; see addresses.h. A JID is returned only if it converts back to the same
// mailbox.

#include "gateway/model/addresses.h"

#include <algorithm>
#include <boost/url/decode_view.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <cctype>
#include <initializer_list>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "coi/mail/lookalike.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0106_escape.h"

namespace gateway {
namespace {

/// What a function gave for its last texts: each message asks several times for the same address and JID. Emptied when
/// it is full: simple, and rare enough.
template <class Result>
class Results {
  public:
    template <class Make>
    Result of(const std::string& text, const Make& make) {
        constexpr std::size_t most = 1000, longest = 300;
        if (text.size() > longest) return make(text);
        if (const auto found = known_.find(text); found != known_.end()) return found->second;
        Result made = make(text);  // may ask for others
        if (known_.size() >= most) known_.clear();
        return known_.emplace(text, std::move(made)).first->second;
    }

  private:
    std::unordered_map<std::string, Result> known_;
};

/// Splits "a\@b@c" at its last @: a domain contains none.
std::optional<std::pair<std::string, std::string>> cut(const std::string& spec) {
    const auto at = spec.rfind('@');
    if (at == spec.npos || at == 0 || at + 1 == spec.size()) return std::nullopt;
    return std::pair{spec.substr(0, at), spec.substr(at + 1)};
}

/// [XEP-0106 §4.1] a local part neither begins nor ends with \20.
bool spaced(const std::string& text) { return text.empty() || text.front() == ' ' || text.back() == ' '; }

constexpr std::string_view hex = "0123456789abcdef";

/// The non-ASCII byte that `\\hh` at `at` stands for, or '\\0'.
char byte_at(std::string_view node, std::size_t at) {
    if (at + 2 >= node.size() || node[at] != '\\') return '\0';
    const auto high = hex.find(node[at + 1]), low = hex.find(node[at + 2]);
    if (high == hex.npos || low == hex.npos || high < 8) return '\0';
    return static_cast<char>(high * 16 + low);
}

/// An escaped node [XEP-0106] in which a literal backslash never looks like the escape of a byte. `bytes`: non-ASCII
/// characters up to the @ are escaped as bytes.
std::string node_of(const std::string& text, bool bytes) {
    const std::string node = xmpp::xep0106::escape_node(text);
    const auto domain = node.rfind("\\40");
    std::string out;
    for (std::size_t at = 0; at < node.size(); ++at) {
        const auto byte = static_cast<unsigned char>(node[at]);
        if (byte_at(node, at) != '\0') {
            out += "\\5c";
        } else if (bytes && byte >= 0x80 && at < domain) {
            out.append("\\").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
        } else {
            out += node[at];
        }
    }
    return out;
}

/// The inverse of node_of().
std::string text_of(const std::string& node) {
    std::string out;
    for (std::size_t at = 0; at < node.size(); ++at) {
        if (const char byte = byte_at(node, at); byte != '\0') {
            out += byte;
            at += 2;
        } else if (node.compare(at, 3, "\\5c") == 0) {
            out += "\\5c";  // the characters after it are no escape
            at += 2;
        } else {
            out += node[at];
        }
    }
    return xmpp::xep0106::unescape_node(out);
}

bool has_lookalike_label(const std::string& domain) {
    for (std::size_t at = 0; at < domain.size();) {
        const auto end = std::min(domain.find('.', at), domain.size());
        if (coi::is_lookalike(std::string_view(domain).substr(at, end - at))) return true;
        at = end + 1;
    }
    return false;
}

std::optional<xmpp::JID> jid(const std::string& text, const std::string& node, const std::string& server) {
    if (spaced(text) || server.empty() || server.find_first_of("@/") != server.npos) return std::nullopt;
    xmpp::JID made = xmpp::read_jid(node + "@" + server);
    if (!made || made.username().empty() || made.server().empty()) return std::nullopt;
    return made;
}

std::optional<xmpp::JID> made_jid(const coi::Address& address, const std::string& component) {
    // Case-folded before escaping: a server folds the JID, and "\5C" (no escape) would become "\5c" (an escape).
    if (address.local.empty()) return std::nullopt;
    const std::string canonical = address.canonical();
    const auto parts = cut(canonical);
    const auto wire = cut(address.addr_spec());
    if (!parts || !wire) return std::nullopt;
    // Nodeprep maps letters that are different in mail (straße and strasse, É and é). A local part that it would change
    // is written with escaped bytes, such a domain as A-labels. So is what could be taken for another address.
    const std::string& readable = has_lookalike_label(parts->second) ? wire->second : parts->second;
    for (const bool bytes : {false, true}) {
        if (!bytes && coi::is_lookalike(parts->first)) continue;
        for (const std::string& domain : {readable, wire->second}) {
            const std::string text = parts->first + "@" + domain;
            const auto made = jid(text, node_of(text, bytes), component);
            const auto back = made ? address_of(*made) : std::nullopt;
            if (back && back->canonical() == canonical) return made;
        }
    }
    return std::nullopt;
}

std::optional<xmpp::JID> made_user(const coi::Address& relay_address) {
    const std::string canonical = relay_address.canonical();
    const auto folded = coi::parse_addr_spec(canonical);
    const auto made =
        folded ? jid(folded->local, xmpp::xep0106::escape_node(folded->local), folded->domain) : std::nullopt;
    const auto back = made ? relay_address_of(*made) : std::nullopt;
    return back && back->canonical() == canonical ? made : std::nullopt;
}

std::optional<coi::Address> read_node(const std::string& node) {
    std::string text = text_of(node);
    if (text.find('@') == text.npos) {
        // COMPAT Gajim 1.7 does not decode the backslash of an xmpp: link.
        const auto undecoded = text.find("%5c40");
        if (undecoded != text.npos) text.replace(undecoded, 5, "%");
        // [XEP-0106 §4.4] the older form.
        const auto percent = text.rfind('%');
        if (percent == text.npos) return std::nullopt;
        text[percent] = '@';
    }
    auto address = coi::parse_addr_spec(text);
    if (!address || address->local.empty()) return std::nullopt;
    return *address;
}

}  // namespace

std::optional<xmpp::JID> jid_of(const coi::Address& address, const std::string& component) {
    thread_local Results<std::optional<xmpp::JID>> known;
    return known.of(address.local + '\n' + address.domain + '\n' + component,
                    [&](const std::string&) { return made_jid(address, component); });
}

std::optional<xmpp::JID> jid_of(const Contact& contact, const std::string& component) {
    for (const auto& node : contact.spellings) {
        const xmpp::JID made = xmpp::read_jid(node + "@" + component);
        const auto back = address_of(made);
        if (back && back->canonical() == contact.canonical) return made;
    }
    return jid_of(contact.address, component);
}

std::optional<xmpp::JID> jid_of(const Contact* met, const coi::Address& address, const std::string& component) {
    return met ? jid_of(*met, component) : jid_of(address, component);
}

std::vector<std::string> jids_of(const Contact& contact, const std::string& component) {
    std::vector<std::string> jids;
    for (const auto& node : contact.spellings) jids.push_back(node + "@" + component);
    const auto ours = jids.empty() ? jid_of(contact.address, component) : std::nullopt;
    if (ours) jids.push_back(ours->bare());
    return jids;
}

bool use_spelling(Contact& contact, const xmpp::JID& jid, const std::string& component, bool writes) {
    constexpr std::size_t most = 4;
    const std::string& node = jid.username();
    auto& known = contact.spellings;
    const auto at = std::ranges::find(known, node);
    if (node.empty() || (at != known.end() && (at == known.begin() || !writes))) return false;
    if (known.empty()) {
        const auto ours = jid_of(contact.address, component);
        if (ours && ours->username() == node) return false;
        if (ours && (contact.written_to || contact.subscribed)) known.push_back(ours->username());
    } else if (at != known.end()) {
        known.erase(at);
    }
    if (known.size() >= most) known.pop_back();
    known.insert(writes || known.empty() ? known.begin() : known.end(), node);
    return true;
}

bool is_gateway(const xmpp::JID& jid) { return jid.username().empty() || jid.username() == "gateway"; }

std::string uri_of(const xmpp::JID& jid) {
    return "xmpp:" + boost::urls::encode(jid.bare(), boost::urls::unreserved_chars + '@') + "?message";
}

/// What a link to a mail address or to a JID names [RFC 6068 §2], [RFC 5122 §2.2]; another text as it is; nullopt if
/// the link is broken.
static std::optional<std::string> named(const std::string& text) {
    for (const std::string_view scheme : {"mailto:", "xmpp:"}) {
        const bool is_link = text.size() > scheme.size() &&
                             std::ranges::equal(scheme, text.substr(0, scheme.size()), {}, {},
                                                [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (!is_link) continue;
        const auto rest = std::string_view(text).substr(scheme.size());
        const auto encoded = boost::urls::make_pct_string_view(rest.substr(0, rest.find('?')));
        if (!encoded) return std::nullopt;
        std::string plain;
        for (const char c : **encoded) plain += c;
        return plain;
    }
    return text;
}

std::optional<coi::Address> address_typed(const std::string& text, const std::string& component) {
    constexpr std::size_t longest = 4096;  // bytes, with a name, in a link
    const auto typed = text.size() > longest ? std::nullopt : named(text);
    if (!typed) return std::nullopt;
    const xmpp::JID jid(*typed);
    if (jid && jid.server() == component) return address_of(jid);
    const auto addresses = coi::parse_address_list(*typed, 2);
    if (addresses.size() != 1 || addresses.front().local.empty() || addresses.front().domain.empty())
        return std::nullopt;
    return addresses.front();
}

std::optional<coi::Address> address_of(const xmpp::JID& jid) {
    thread_local Results<std::optional<coi::Address>> known;
    return known.of(jid.username(), read_node);
}

std::optional<coi::Address> relay_address_of(const xmpp::JID& user) {
    const std::string local = xmpp::xep0106::unescape_node(user.username());
    if (local.empty() || user.server().empty()) return std::nullopt;
    auto address = coi::parse_addr_spec(coi::Address{"", local, user.server()}.addr_spec());
    if (!address || address->local != local) return std::nullopt;
    return *address;
}

std::optional<xmpp::JID> user_of(const coi::Address& relay_address) {
    thread_local Results<std::optional<xmpp::JID>> known;
    return known.of(relay_address.local + '\n' + relay_address.domain,
                    [&](const std::string&) { return made_user(relay_address); });
}

std::optional<std::string> bare(const std::string& jid) {
    const xmpp::JID parsed = xmpp::read_jid(jid);
    // gloox parses "a@b@c" as node "a" at server "b@c".
    if (!parsed || parsed.server().empty() || parsed.server().find_first_of("@ /") != std::string::npos)
        return std::nullopt;
    return parsed.bare();
}

}  // namespace gateway
