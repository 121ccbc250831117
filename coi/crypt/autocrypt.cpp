// Autocrypt Level 1: parsing header fields, and the rules by which they update a peer; see autocrypt.h.

#include "coi/crypt/autocrypt.h"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "coi/mail/charset.h"

namespace coi::autocrypt {
namespace {

constexpr auto stale = std::chrono::days(35);  // [Autocrypt §"Preliminary Recommendation"]
constexpr std::size_t most_revoked = 50;       // keys per peer; the first ones stay

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// The text up to the next `;` outside of a quoted local part; removes it and the `;` from `rest`.
std::string_view next_attribute(std::string_view& rest) {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size() && (quoted || rest[at] != ';'); ++at) {
        if (rest[at] == '"') quoted = !quoted;
        if (quoted && rest[at] == '\\') ++at;
    }
    const auto attribute = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return trimmed(attribute);
}

/// Decodes base64 that may contain white space; "" if it is invalid.
std::string decode_keydata(std::string_view text) {
    std::string dense;
    std::ranges::copy_if(text, std::back_inserter(dense), [](char c) { return !is_blank(c); });
    const auto padding = std::min(dense.find('='), dense.size());
    const auto is_digit = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    };
    const std::string_view end = std::string_view(dense).substr(padding);
    if (dense.size() % 4 != 0 || (!end.empty() && end != "=" && end != "==") ||
        !std::ranges::all_of(std::string_view(dense).substr(0, padding), is_digit)) {
        return {};
    }
    std::string bytes(dense.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(dense.data()), static_cast<int>(dense.size()));
    if (size < 0) return {};
    bytes.resize(static_cast<std::size_t>(size) - end.size());
    return bytes;
}

/// " keydata=…" with a space at least every 72 characters.
std::string print_keydata(std::string_view key) {
    std::string dense((key.size() + 2) / 3 * 4 + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(dense.data()), reinterpret_cast<const unsigned char*>(key.data()),
                    static_cast<int>(key.size()));
    dense.pop_back();
    std::string out = " keydata=";
    constexpr std::size_t word = 72;
    for (std::size_t at = 0; at < dense.size(); at += word) out.append(" ").append(dense, at, word);
    return out;
}

std::string print_field(const Header& header, bool with_preference) {
    const std::string attribute = "addr=" + header.addr.addr_spec();
    // Nobody would decode this value in encoded words.
    const bool is_plain = std::ranges::all_of(attribute, [](char c) { return c >= ' ' && c <= '~'; });
    if (!is_plain || attribute.find("=?") != std::string::npos) return {};
    return attribute + ';' + (with_preference && header.mutual ? " prefer-encrypt=mutual;" : "") +
           (with_preference && !header.mark.empty() ? " _coigate=" + header.mark + ';' : "") +
           print_keydata(header.key);
}

/// The fingerprint of the key that Autocrypt alone would use.
const openpgp::Fingerprint& autocrypt_fingerprint(const Peer& peer) {
    return peer.key.empty() ? peer.gossip_fingerprint : peer.fingerprint;
}

Change change(const openpgp::Fingerprint& before, const openpgp::Fingerprint& after) {
    if (before == after) return Change::nothing;
    return before.empty() ? Change::learned : Change::replaced;
}

void note_revoked(Peer& peer, const openpgp::KeyInfo& info) {
    if (info.revoked && !is_revoked(peer, info.fingerprint) && peer.revoked.size() < most_revoked)
        peer.revoked.push_back(info.fingerprint);
}

void drop_offer(Peer& peer, const openpgp::Fingerprint& fingerprint) {
    if (peer.offered == fingerprint) peer.offered.clear(), peer.offered_key.clear();
}

}  // namespace

std::optional<Header> parse(std::string_view value) {
    if (value.size() > most_field_bytes) return std::nullopt;
    std::optional<Address> addr;
    bool mutual = false;
    std::string mark;
    while (!value.empty()) {
        const auto attribute = next_attribute(value);
        if (attribute.empty()) continue;
        const auto equals = attribute.find('=');
        const auto name = lower(trimmed(attribute.substr(0, equals)));
        if (name == "_coigate" && equals != std::string_view::npos) {
            const auto content = trimmed(attribute.substr(equals + 1));
            if (content.find_first_not_of("0123456789abcdef") == content.npos) mark = content;
        }
        if (name.starts_with('_')) continue;  // not critical
        if (equals == std::string_view::npos) return std::nullopt;
        const auto content = trimmed(attribute.substr(equals + 1));
        if (name == "addr" && !addr) {
            const auto parsed = parse_addr_spec(content);
            if (!parsed) return std::nullopt;
            addr = *parsed;
        } else if (name == "prefer-encrypt") {
            mutual = content == "mutual";  // any other value is nopreference
        } else if (name == "keydata") {
            // It must be the last attribute; a `;` after it is accepted.
            std::string key = decode_keydata(content);
            if (!addr || key.empty() || !trimmed(value).empty()) return std::nullopt;
            return Header{std::move(*addr), mutual, std::move(key), std::move(mark)};
        } else {
            return std::nullopt;  // critical and unknown, or repeated
        }
    }
    return std::nullopt;
}

std::string print(const Header& header) { return print_field(header, true); }
std::string print_gossip(const Header& header) { return print_field(header, false); }

std::optional<Header> of_sender(const std::vector<Field>& fields, const std::vector<Address>& from) {
    if (from.size() != 1) return std::nullopt;
    std::optional<Header> found;
    for (const auto& field : fields) {
        if (field.name != "autocrypt") continue;
        auto header = parse(field.value);
        if (!header || header->addr.canonical() != from.front().canonical()) continue;
        if (found) return std::nullopt;
        found = std::move(header);
    }
    return found;
}

std::vector<Header> of_recipients(const std::vector<Header>& gossip, const Message& mail) {
    std::vector<std::string> recipients;
    for (const auto* list : {&mail.to, &mail.cc, &mail.reply_to}) {
        for (const auto& address : *list) recipients.push_back(address.canonical());
    }
    std::vector<Header> out;
    std::ranges::copy_if(gossip, std::back_inserter(out), [&](const Header& header) {
        return std::ranges::find(recipients, header.addr.canonical()) != recipients.end();
    });
    return out;
}

std::chrono::sys_seconds effective_date(std::optional<std::chrono::sys_seconds> date, std::chrono::sys_seconds now) {
    return date ? std::min(*date, now) : now;
}

Change update(Peer& peer, const Seen& seen) {
    if (seen.is_report) return Change::nothing;
    if (peer.autocrypt_timestamp && seen.effective_date < *peer.autocrypt_timestamp) return Change::nothing;
    if (seen.info && !seen.info->can_encrypt && !seen.info->revoked) return Change::nothing;
    const bool is_of_another = seen.info && !peer.verified.empty() && seen.info->fingerprint != peer.verified;
    if (is_of_another || (seen.info && is_revoked(peer, seen.info->fingerprint))) return Change::nothing;
    if (!peer.last_seen || seen.effective_date > *peer.last_seen) peer.last_seen = seen.effective_date;
    if (!seen.header || !seen.info) return Change::nothing;
    const openpgp::Fingerprint before = autocrypt_fingerprint(peer);
    peer.autocrypt_timestamp = seen.effective_date;
    peer.key = seen.header->key;
    peer.fingerprint = seen.info->fingerprint;
    peer.mutual = seen.header->mutual;
    if (!peer.verified.empty()) peer.verified_key = peer.key;
    note_revoked(peer, *seen.info);
    drop_offer(peer, peer.fingerprint);
    return change(before, peer.fingerprint);
}

void renew(Peer& peer, const std::string& merged_with, const std::string& copy, const openpgp::KeyInfo& info) {
    for (const auto [fingerprint, key] :
         {std::pair{&peer.verified, &peer.verified_key}, std::pair{&peer.fingerprint, &peer.key},
          std::pair{&peer.offered, &peer.offered_key}}) {
        if (!key->empty() && *fingerprint == info.fingerprint && *key == merged_with) {
            *key = copy;
            note_revoked(peer, info);
        }
    }
}

Change offer(Peer& peer, const std::string& key, const openpgp::KeyInfo& info) {
    if (is_revoked(peer, info.fingerprint) || info.fingerprint == peer.offered) return Change::nothing;
    peer.offered = info.fingerprint;
    peer.offered_key = key;
    return Change::offered;
}

bool accept(Peer& peer, const openpgp::Fingerprint& fingerprint) {
    if (fingerprint.empty() || fingerprint != peer.offered) return false;
    peer.verified.clear();
    peer.verified_key.clear();
    peer.fingerprint = std::exchange(peer.offered, {});
    peer.key = std::exchange(peer.offered_key, {});
    return true;
}

Change update_gossip(Peer& peer, const Header& gossip, const openpgp::KeyInfo& info,
                     std::chrono::sys_seconds effective_date) {
    if (peer.gossip_timestamp && *peer.gossip_timestamp > effective_date) return Change::nothing;
    const openpgp::Fingerprint before = autocrypt_fingerprint(peer);
    peer.gossip_timestamp = effective_date;
    peer.gossip_key = gossip.key;
    peer.gossip_fingerprint = info.fingerprint;
    return change(before, autocrypt_fingerprint(peer));
}

bool verify(Peer& peer, const openpgp::Fingerprint& fingerprint) {
    if (fingerprint.empty() || is_revoked(peer, fingerprint)) return false;
    if (fingerprint == peer.verified) return true;
    if (!peer.key.empty() && fingerprint == peer.fingerprint) {
        peer.verified_key = peer.key;
    } else if (!peer.gossip_key.empty() && fingerprint == peer.gossip_fingerprint) {
        peer.verified_key = peer.gossip_key;
    } else {
        return false;
    }
    peer.verified = fingerprint;
    return true;
}

void verify(Peer& peer, const Seen& seen, const std::string& merged_with) {
    renew(peer, merged_with, seen.header->key, *seen.info);
    const std::string held = copy_of(peer, seen.info->fingerprint);
    peer.key = peer.verified_key = held.empty() ? seen.header->key : held;
    peer.fingerprint = peer.verified = seen.info->fingerprint;
    peer.mutual = seen.header->mutual;
    peer.autocrypt_timestamp = std::max(peer.autocrypt_timestamp.value_or(seen.effective_date), seen.effective_date);
    peer.last_seen = std::max(peer.last_seen.value_or(seen.effective_date), seen.effective_date);
    drop_offer(peer, peer.fingerprint);
}

Peer usable(Peer peer, const std::optional<openpgp::KeyInfo>& key, const std::optional<openpgp::KeyInfo>& gossip) {
    const auto is_usable = [](const std::optional<openpgp::KeyInfo>& info) {
        return info && info->can_encrypt && !info->expired && !info->revoked;
    };
    if (!is_usable(key)) peer.key.clear(), peer.fingerprint.clear();
    if (!is_usable(gossip)) peer.gossip_key.clear(), peer.gossip_fingerprint.clear();
    return peer;
}

const std::string& key_of(const Peer& peer) {
    if (!peer.verified.empty()) return peer.verified_key;
    return peer.key.empty() ? peer.gossip_key : peer.key;
}

const openpgp::Fingerprint& fingerprint_of(const Peer& peer) {
    return peer.verified.empty() ? autocrypt_fingerprint(peer) : peer.verified;
}

const openpgp::Fingerprint& counted(const Peer& peer) {
    return peer.verified.empty() ? peer.fingerprint : peer.verified;
}

const std::string& counted_key(const Peer& peer) { return peer.verified.empty() ? peer.key : peer.verified_key; }

const std::string& copy_of(const Peer& peer, const openpgp::Fingerprint& fingerprint) {
    static const std::string none;
    if (fingerprint.empty()) return none;
    if (fingerprint == peer.verified) return peer.verified_key;
    if (fingerprint == peer.fingerprint) return peer.key;
    return fingerprint == peer.offered ? peer.offered_key : none;
}

bool is_revoked(const Peer& peer, const openpgp::Fingerprint& fingerprint) {
    return std::ranges::find(peer.revoked, fingerprint) != peer.revoked.end();
}

bool is_conflicting(const Peer& peer) { return !peer.offered.empty(); }

Recommendation recommend(const Peer& peer, bool own_mutual, bool reply_to_encrypted) {
    if (key_of(peer).empty()) return Recommendation::disable;
    if (!peer.verified.empty() || reply_to_encrypted) return Recommendation::encrypt;
    const bool is_stale =
        peer.last_seen && peer.autocrypt_timestamp && *peer.last_seen - *peer.autocrypt_timestamp > stale;
    if (peer.key.empty() || is_stale) return Recommendation::discourage;
    return peer.mutual && own_mutual ? Recommendation::encrypt : Recommendation::available;
}

Recommendation recommend(const std::vector<Recommendation>& each) {
    const auto any = [&](Recommendation one) { return std::ranges::find(each, one) != each.end(); };
    if (each.empty() || any(Recommendation::disable)) return Recommendation::disable;
    if (std::ranges::all_of(each, [](auto one) { return one == Recommendation::encrypt; }))
        return Recommendation::encrypt;
    return any(Recommendation::discourage) ? Recommendation::discourage : Recommendation::available;
}

}  // namespace coi::autocrypt
