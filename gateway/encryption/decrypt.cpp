// Decryption and key updates; see decrypt.h.

#include "gateway/encryption/decrypt.h"

#include <algorithm>
#include <ranges>

namespace gateway {
namespace {

using coi::openpgp::Signature;
constexpr std::size_t most_gossip = 20;                         // per mail
constexpr coi::ParseOptions options{.keep_attachments = true};  // up to gateway/pipeline/attachments

DecryptFailure reason(const coi::Error& error) {
    switch (error.kind) {
        case coi::ErrorKind::auth:
            return DecryptFailure::another_key;
        case coi::ErrorKind::refused:
            return DecryptFailure::changed;
        case coi::ErrorKind::forbidden:
            return DecryptFailure::forged;
        case coi::ErrorKind::timeout:
            return DecryptFailure::costly;
        case coi::ErrorKind::closed:
            return DecryptFailure::busy;
        default:
            return DecryptFailure::broken;
    }
}

/// The valid one of the mail's Autocrypt headers.
std::optional<coi::autocrypt::Header> outer_header(const coi::Message& mail) {
    std::vector<coi::Field> fields;
    for (const auto line : std::views::split(mail.header("autocrypt"), '\n'))
        fields.push_back({"autocrypt", std::string(line.begin(), line.end())});
    return coi::autocrypt::of_sender(fields, mail.from);
}

/// The sender's key from a mail, merged with the stored copy.
struct Brought {
    coi::autocrypt::Header header;
    coi::openpgp::KeyInfo info;
    std::string merged_with{};
};

/// The key of a header, if the header belongs to the mail's sender and the key is usable. A key in use that is now
/// revoked is returned too, because otherwise its use would continue. If the header has exactly the stored copy, as
/// most mail does, it is not inspected again.
std::optional<Brought> usable(const std::optional<coi::autocrypt::Header>& header, const coi::Message& mail,
                              const coi::autocrypt::Peer& sender, std::chrono::sys_seconds now) {
    if (!header || mail.from.size() != 1 || header->addr.canonical() != mail.from.front().canonical())
        return std::nullopt;
    if (header->key == coi::autocrypt::counted_key(sender)) {
        const auto& counted = coi::autocrypt::counted(sender);
        return Brought{*header, {.fingerprint = counted, .can_encrypt = true}, header->key};
    }
    const auto info = coi::openpgp::inspect(header->key, now);
    if (!info || info->is_secret) return std::nullopt;
    const std::string& known = coi::autocrypt::copy_of(sender, info->fingerprint);
    if (known.empty()) {
        const bool is_good = info->can_encrypt && !coi::autocrypt::is_revoked(sender, info->fingerprint);
        return is_good ? std::optional(Brought{*header, *info}) : std::nullopt;
    }
    auto whole = coi::openpgp::merge(known, header->key);
    if (!whole) return std::nullopt;
    const auto merged = coi::openpgp::inspect(*whole, now);
    if (!merged || (!merged->can_encrypt && !merged->revoked)) return std::nullopt;
    Brought brought{*header, *merged, known};
    brought.header.key = std::move(*whole);
    return brought;
}

void add(std::vector<std::string>& keys, const std::string& key) {
    if (!key.empty() && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
}

/// The keys for checking a signature. Keys from gossip are not among them: gossip proves no author.
std::vector<std::string> known_keys(const coi::autocrypt::Peer& sender) {
    std::vector<std::string> keys;
    for (const auto* key : {&coi::autocrypt::counted_key(sender), &sender.offered_key}) add(keys, *key);
    return keys;
}

/// Decrypts. A first mail, or one with a new key, contains the key of its own signature inside.
coi::Result<coi::pgp_mime::Opened> open(const std::string& bytes, const coi::pgp_mime::Found& found,
                                        const coi::Secret& own, const coi::autocrypt::Peer& sender,
                                        const coi::Limits& limits, std::chrono::sys_seconds now) {
    auto signers = known_keys(sender);
    auto opened = coi::pgp_mime::open(bytes, found, own, signers, limits, options);
    if (!opened || opened->protection.signature != Signature::unknown) return opened;
    const auto brought = usable(opened->autocrypt, opened->mail, sender, now);
    if (!brought) return opened;
    add(signers, brought->header.key);
    return coi::pgp_mime::open(bytes, found, own, signers, limits, options);
}

void open_into(Decrypted& out, std::optional<coi::autocrypt::Header>& brought, const std::string& bytes,
               const std::optional<keys::Own>& own, const coi::autocrypt::Peer& sender, const coi::Limits& limits,
               std::chrono::sys_seconds now) {
    const auto found = coi::pgp_mime::find(bytes, limits);
    if (!found || found->shape != coi::pgp_mime::Shape::encrypted) {
        const auto unread =
            found && found->shape == coi::pgp_mime::Shape::foreign ? DecryptFailure::foreign : DecryptFailure::mixed;
        out.unread = found ? unread : DecryptFailure::broken;
        return;
    }
    if (!own) {
        out.unread = DecryptFailure::another_key;
        return;
    }
    auto opened = open(bytes, *found, own->secret, sender, limits, now);
    if (!opened) {
        out.unread = reason(opened.error());
        return;
    }
    out.mail = std::move(opened->mail);
    out.protection = std::move(opened->protection);
    brought = std::move(opened->autocrypt);
}

/// Checks the signature of an unencrypted mail only with known keys: a key inside such a mail proves nothing, because
/// anybody could have written it.
void check_signature(Decrypted& out, const std::string& bytes, const std::optional<keys::Own>& own,
                     const coi::autocrypt::Peer& sender, const coi::Limits& limits) {
    const coi::openpgp::Fingerprint reader = own ? own->fingerprint : "";
    auto checked = coi::pgp_mime::check_signed(bytes, std::move(out.mail), known_keys(sender), reader, limits, options);
    out.mail = std::move(checked.mail);
    out.protection = std::move(checked.protection);
}

std::vector<std::pair<coi::autocrypt::Header, coi::openpgp::KeyInfo>> gossip_of(const Decrypted& out,
                                                                                std::chrono::sys_seconds now) {
    std::vector<std::pair<coi::autocrypt::Header, coi::openpgp::KeyInfo>> known;
    const auto is_reader = [&out](const std::string& canonical) {
        const auto same = [&canonical](const coi::Address& address) { return address.canonical() == canonical; };
        return std::ranges::any_of(out.mail.to, same) || std::ranges::any_of(out.mail.cc, same);
    };
    for (const auto& header : out.protection.gossip) {
        if (known.size() == most_gossip) break;
        if (!is_reader(header.addr.canonical()))
            continue;  // [Autocrypt §"Updating Autocrypt Peer State from Key Gossip"]
        if (const auto info = coi::openpgp::inspect(header.key, now); info && info->can_encrypt)
            known.emplace_back(header, *info);
    }
    return known;
}

/// The key update from this mail; nullopt if nothing may be learnt from it.
std::optional<PeerKeyUpdate> key_update_of(const Decrypted& out, const std::optional<coi::autocrypt::Header>& header,
                                           const coi::autocrypt::Peer& sender, std::chrono::sys_seconds now) {
    const bool is_whole = out.protection.encrypted && out.protection.signature == Signature::good;
    if (out.mail.from.size() != 1 || out.unread != DecryptFailure::no || (out.protection.encrypted && !is_whole))
        return std::nullopt;
    PeerKeyUpdate key_update;
    key_update.contact = out.mail.from.front().canonical();
    auto brought = usable(header, out.mail, sender, now);
    // The key in an encrypted mail counts only if it signed the mail: anybody could have set the outer header.
    if (is_whole && brought && brought->info.fingerprint != out.protection.signer) brought.reset();
    key_update.seen.effective_date = std::min(out.mail.date.value_or(now), now);
    key_update.seen.is_report = out.mail.mdn.has_value() || out.mail.dsn.has_value();
    if (brought) {
        key_update.merged_with = std::move(brought->merged_with);
        key_update.seen.header = std::move(brought->header);
        key_update.seen.info = std::move(brought->info);
    }
    if (is_whole) key_update.gossip = gossip_of(out, now);
    return key_update;
}

}  // namespace

Decrypted decrypt(const std::string& bytes, coi::Message mail, const std::optional<keys::Own>& own,
                  const coi::autocrypt::Peer& sender, const coi::Limits& limits, std::chrono::sys_seconds now) {
    Decrypted out;
    out.mail = std::move(mail);
    out.counted = coi::autocrypt::counted(sender);
    auto brought = outer_header(out.mail);
    if (out.mail.encrypted) open_into(out, brought, bytes, own, sender, limits, now);
    out.key_update = key_update_of(out, brought, sender, now);
    if (out.key_update && out.mail.is_signed && !out.protection.encrypted)
        check_signature(out, bytes, own, sender, limits);
    out.author = {out.protection.encrypted, out.protection.signature, out.protection.signer, false};
    if (out.key_update) out.key_update->author = out.author;
    // A reader has the words, too, and could send them to the account under other outer fields.
    out.is_own_key = own && out.author.encrypted && out.author.is_signed() && out.author.signer == own->fingerprint &&
                     out.protection.names_readers;
    return out;
}

}  // namespace gateway
