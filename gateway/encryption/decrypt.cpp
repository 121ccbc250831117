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

/// What is known of the keys of the one whose mail it is.
struct Sender {
    const coi::autocrypt::Peer& peer;
    const coi::openpgp::Fingerprint& listed_by;  // the key whose list of addresses is known
};

std::string from_of(const coi::Message& mail) {
    return mail.from.size() == 1 ? mail.from.front().canonical() : std::string();
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
std::optional<Brought> usable(const std::optional<coi::autocrypt::Header>& header, const std::string& from,
                              const Sender& sender, std::chrono::sys_seconds now) {
    if (!header || from.empty() || header->addr.canonical() != from) return std::nullopt;
    const auto& counted = coi::autocrypt::counted(sender.peer);
    const bool is_read = counted == sender.listed_by || header->key.find("relays@") == std::string::npos;
    if (header->key == coi::autocrypt::counted_key(sender.peer) && is_read)
        return Brought{*header, {.fingerprint = counted, .can_encrypt = true}, header->key};
    const auto info = coi::openpgp::inspect(header->key, now);
    if (!info || info->is_secret) return std::nullopt;
    const std::string& known = coi::autocrypt::copy_of(sender.peer, info->fingerprint);
    if (known.empty()) {
        const bool is_good = info->can_encrypt && !coi::autocrypt::is_revoked(sender.peer, info->fingerprint);
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
std::vector<std::string> known_keys(const keys::Both& known) {
    std::vector<std::string> keys;
    for (const auto* key : {&coi::autocrypt::counted_key(known.peer), &known.peer.offered_key}) add(keys, *key);
    for (const auto& other : known.others) add(keys, coi::autocrypt::counted_key(other.peer));
    return keys;
}

/// Decrypts. A first mail, or one with a new key, contains the key of its own signature inside.
coi::Result<coi::pgp_mime::Opened> open(const std::string& bytes, const coi::pgp_mime::Found& found,
                                        const keys::Both& known, const coi::Limits& limits,
                                        std::chrono::sys_seconds now) {
    auto signers = known_keys(known);
    auto opened = coi::pgp_mime::open(bytes, found, known.own->secret, signers, limits, options);
    if (!opened || opened->protection.signature != Signature::unknown) return opened;
    const auto brought = usable(opened->autocrypt, from_of(opened->mail), {known.peer, known.listed_by}, now);
    if (!brought) return opened;
    add(signers, brought->header.key);
    return coi::pgp_mime::open(bytes, found, known.own->secret, signers, limits, options);
}

void open_into(Decrypted& out, std::optional<coi::autocrypt::Header>& brought, const std::string& bytes,
               const keys::Both& known, const coi::Limits& limits, std::chrono::sys_seconds now) {
    const auto found = coi::pgp_mime::find(bytes, limits);
    if (!found || found->shape != coi::pgp_mime::Shape::encrypted) {
        const auto unread =
            found && found->shape == coi::pgp_mime::Shape::foreign ? DecryptFailure::foreign : DecryptFailure::mixed;
        out.unread = found ? unread : DecryptFailure::broken;
        return;
    }
    if (!known.own) {
        out.unread = DecryptFailure::another_key;
        return;
    }
    auto opened = open(bytes, *found, known, limits, now);
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
void check_signature(Decrypted& out, const std::string& bytes, const keys::Both& known, const coi::Limits& limits) {
    const coi::openpgp::Fingerprint reader = known.own ? known.own->fingerprint : "";
    keys::Both senders{.peer = known.peer};
    auto checked =
        coi::pgp_mime::check_signed(bytes, std::move(out.mail), known_keys(senders), reader, limits, options);
    out.mail = std::move(checked.mail);
    out.protection = std::move(checked.protection);
}

bool is_whole(const Decrypted& out) { return out.protection.encrypted && out.protection.signature == Signature::good; }

/// Whose mail it is: the one of From, else another contact whose counted key has signed it and lists that address.
/// nullptr: the one of From.
const keys::Person* person_of(const Decrypted& out, const std::optional<coi::autocrypt::Header>& header,
                              const keys::Both& known, std::chrono::sys_seconds now) {
    const std::string from = from_of(out.mail);
    const auto& signer = out.protection.signer;
    if (!is_whole(out) || from.empty() || signer == coi::autocrypt::counted(known.peer)) return nullptr;
    for (const auto& other : known.others) {
        if (signer != coi::autocrypt::counted(other.peer)) continue;
        // The newest list counts, and the mail may bring it.
        const auto brought = usable(header, from, {other.peer, other.listed_by}, now);
        const auto& info = brought ? brought->info : coi::openpgp::KeyInfo{};
        const bool is_newer = info.fingerprint == signer && info.relays;
        const auto lists = [&info](const std::string& canonical) {
            return std::ranges::any_of(*info.relays, [&](const auto& each) { return each.canonical() == canonical; });
        };
        // Somebody else may have sent this key as theirs; its owner does not list them.
        if (!other.is_holder && !(is_newer && lists(other.address.canonical()))) continue;
        if (is_newer ? lists(from) : other.lists_sender) return &other;
    }
    return nullptr;
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
                                           const coi::Address* person, const Sender& sender,
                                           std::chrono::sys_seconds now) {
    if (out.mail.from.size() != 1 || out.unread != DecryptFailure::no) return std::nullopt;
    PeerKeyUpdate key_update;
    key_update.from = from_of(out.mail);
    key_update.contact = person ? person->canonical() : key_update.from;
    auto brought = usable(header, key_update.from, sender, now);
    if (brought && person) brought->header.addr = *person;
    // The key in an encrypted mail counts only if it signed the mail: anybody could have set the outer header.
    if (is_whole(out) && brought && brought->info.fingerprint != out.protection.signer) brought.reset();
    if (out.protection.encrypted && !is_whole(out)) {
        // Chatmail programs send their new key unsigned, in a report of nothing. A newer copy of the key that counts
        // already is its owner's, whoever sends it.
        const bool is_copy = brought && brought->info.fingerprint == coi::autocrypt::counted(sender.peer);
        if (!is_copy || out.protection.signature != Signature::none || !out.mail.mdn) return std::nullopt;
    }
    key_update.seen.effective_date = std::min(out.mail.date.value_or(now), now);
    key_update.seen.is_report = out.mail.mdn.has_value() || out.mail.dsn.has_value();
    if (brought) {
        key_update.merged_with = std::move(brought->merged_with);
        key_update.seen.header = std::move(brought->header);
        key_update.seen.info = std::move(brought->info);
    }
    if (is_whole(out)) key_update.gossip = gossip_of(out, now);
    return key_update;
}

}  // namespace

Decrypted decrypt(const std::string& bytes, coi::Message mail, const keys::Both& known, const coi::Limits& limits,
                  std::chrono::sys_seconds now) {
    Decrypted out;
    out.mail = std::move(mail);
    auto brought = outer_header(out.mail);
    if (out.mail.encrypted) open_into(out, brought, bytes, known, limits, now);
    const keys::Person* person = person_of(out, brought, known, now);
    const Sender sender{person ? person->peer : known.peer, person ? person->listed_by : known.listed_by};
    out.counted = coi::autocrypt::counted(sender.peer);
    out.key_update = key_update_of(out, brought, person ? &person->address : nullptr, sender, now);
    if (person) {
        out.is_relayed = true;
        out.mail.from.front().local = person->address.local;
        out.mail.from.front().domain = person->address.domain;
    }
    if (out.key_update && out.mail.is_signed && !out.protection.encrypted) check_signature(out, bytes, known, limits);
    out.author = {out.protection.encrypted, out.protection.signature, out.protection.signer, false};
    if (out.key_update) out.key_update->author = out.author;
    // A reader has the words, too, and could send them to the account under other outer fields.
    out.is_own_key = known.own && out.author.encrypted && out.author.is_signed() &&
                     out.author.signer == known.own->fingerprint && out.protection.names_readers;
    return out;
}

}  // namespace gateway
