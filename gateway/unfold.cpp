// Opening, and learning; see unfold.h.

#include "gateway/unfold.h"

#include <algorithm>
#include <ranges>

namespace gateway {
namespace {

using coi::openpgp::Signature;
constexpr std::size_t most_gossip = 20;

Unread reason(const coi::Error& error) {
    switch (error.kind) {
        case coi::ErrorKind::auth:
            return Unread::another_key;
        case coi::ErrorKind::refused:
            return Unread::changed;
        case coi::ErrorKind::forbidden:
            return Unread::forged;
        case coi::ErrorKind::timeout:
            return Unread::costly;
        case coi::ErrorKind::closed:
            return Unread::busy;
        default:
            return Unread::broken;
    }
}

/// Of the one or several Autocrypt fields of a mail.
std::optional<coi::autocrypt::Header> outer_header(const coi::Message& mail) {
    std::vector<coi::Field> fields;
    for (const auto line : std::views::split(mail.header("autocrypt"), '\n'))
        fields.push_back({"autocrypt", std::string(line.begin(), line.end())});
    return coi::autocrypt::of_sender(fields, mail.from);
}

/// What is held of that key already; "" if nothing.
const std::string& known_copy(const coi::autocrypt::Peer& sender, const coi::openpgp::Fingerprint& fingerprint) {
    static const std::string none;
    if (fingerprint == sender.verified) return sender.verified_key;
    return fingerprint == sender.fingerprint ? sender.key : none;
}

/// A header's key, if the header is the mail's sender's and its key is usable. One that we use and that is revoked now
/// counts as well, or we would go on; a copy of it from before does not make it good again. The copy that we have,
/// which most mail brings, is not looked into again.
std::optional<coi::openpgp::KeyInfo> usable(const std::optional<coi::autocrypt::Header>& header,
                                            const coi::Message& mail, const coi::autocrypt::Peer& sender,
                                            std::chrono::sys_seconds now) {
    if (!header || mail.from.size() != 1 || header->addr.canonical() != mail.from.front().canonical())
        return std::nullopt;
    if (header->key == sender.key) return coi::openpgp::KeyInfo{.fingerprint = sender.fingerprint, .can_encrypt = true};
    const auto info = coi::openpgp::inspect(header->key, now);
    if (!info || info->is_secret) return std::nullopt;
    const std::string& known = known_copy(sender, info->fingerprint);
    if (info->revoked && !known.empty()) return *info;
    if (!info->can_encrypt) return std::nullopt;
    if (known.empty()) return *info;
    const auto before = coi::openpgp::inspect(known, now);
    return before && before->revoked ? std::nullopt : std::optional(*info);
}

void add(std::vector<std::string>& keys, const std::string& key) {
    if (!key.empty() && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
}

std::vector<std::string> known_keys(const coi::autocrypt::Peer& sender) {
    std::vector<std::string> keys;
    for (const auto* key : {&sender.verified_key, &sender.key, &sender.gossip_key}) add(keys, *key);
    return keys;
}

/// Decrypts; a first mail brings the key of its own signature inside.
coi::Result<coi::pgp_mime::Opened> open(const std::string& bytes, const coi::pgp_mime::Found& found,
                                        const coi::Secret& own, const coi::autocrypt::Peer& sender,
                                        const coi::Limits& limits, std::chrono::sys_seconds now) {
    auto signers = known_keys(sender);
    auto opened = coi::pgp_mime::open(bytes, found, own, signers, limits);
    if (!opened || opened->protection.signature != Signature::unknown) return opened;
    if (!usable(opened->autocrypt, opened->mail, sender, now)) return opened;
    add(signers, opened->autocrypt->key);
    return coi::pgp_mime::open(bytes, found, own, signers, limits);
}

void open_into(Unfolded& out, std::optional<coi::autocrypt::Header>& brought, const std::string& bytes,
               const std::optional<keys::Own>& own, const coi::autocrypt::Peer& sender, const coi::Limits& limits,
               std::chrono::sys_seconds now) {
    const auto found = coi::pgp_mime::find(bytes, limits);
    if (!found || found->shape != coi::pgp_mime::Shape::encrypted) {
        const auto unread = found && found->shape == coi::pgp_mime::Shape::foreign ? Unread::foreign : Unread::mixed;
        out.unread = found ? unread : Unread::broken;
        return;
    }
    if (!own) {
        out.unread = Unread::another_key;
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

/// A key that comes with the mail itself proves nothing of one that everybody could write.
void check_signature(Unfolded& out, const std::string& bytes, const std::optional<keys::Own>& own,
                     const coi::autocrypt::Peer& sender, const coi::Limits& limits) {
    auto checked = coi::pgp_mime::check_signed(bytes, std::move(out.mail), known_keys(sender), own ? own->fingerprint : "", limits);
    out.mail = std::move(checked.mail);
    out.protection = std::move(checked.protection);
    const bool good = out.protection.signature == Signature::good;
    out.is_unverified = good && !sender.verified.empty() && out.protection.signer != sender.verified;
}

std::vector<std::pair<coi::autocrypt::Header, coi::openpgp::KeyInfo>> gossip_of(const Unfolded& out,
                                                                                std::chrono::sys_seconds now) {
    std::vector<std::pair<coi::autocrypt::Header, coi::openpgp::KeyInfo>> known;
    const auto is_reader = [&out](const std::string& canonical) {
        const auto same = [&canonical](const coi::Address& address) { return address.canonical() == canonical; };
        return std::ranges::any_of(out.mail.to, same) || std::ranges::any_of(out.mail.cc, same);
    };
    for (const auto& header : out.protection.gossip) {
        if (known.size() == most_gossip) break;
        if (!is_reader(header.addr.canonical())) continue;  // [Autocrypt §"Updating peer state from gossip"]
        if (const auto info = coi::openpgp::inspect(header.key, now); info && info->can_encrypt)
            known.emplace_back(header, *info);
    }
    return known;
}

}  // namespace

Unfolded unfold(const std::string& bytes, coi::Message mail, const std::optional<keys::Own>& own,
                const coi::autocrypt::Peer& sender, const coi::Limits& limits, std::chrono::sys_seconds now) {
    Unfolded out;
    out.mail = std::move(mail);
    auto brought = outer_header(out.mail);
    if (out.mail.encrypted) open_into(out, brought, bytes, own, sender, limits, now);
    const bool proven = out.protection.encrypted && out.protection.signature == Signature::good;
    if (out.mail.from.size() != 1 || out.unread != Unread::no || (out.protection.encrypted && !proven)) return out;
    Lesson lesson;
    lesson.contact = out.mail.from.front().canonical();
    out.is_unverified = proven && !sender.verified.empty() && out.protection.signer != sender.verified;
    out.is_other_key = proven && !sender.fingerprint.empty() && out.protection.signer != sender.fingerprint &&
                       out.protection.signer != sender.verified;
    auto info = usable(brought, out.mail, sender, now);
    // What an encrypted mail brings counts if it is the key that signed it: its outside is nobody's word.
    if (proven && info && info->fingerprint != out.protection.signer) info.reset();
    if (!info) brought.reset();
    lesson.seen = {std::min(out.mail.date.value_or(now), now), std::move(brought), std::move(info),
                   out.mail.mdn.has_value() || out.mail.dsn.has_value()};
    if (proven) lesson.gossip = gossip_of(out, now);
    out.lesson = std::move(lesson);
    if (out.mail.is_signed && !out.protection.encrypted) check_signature(out, bytes, own, sender, limits);
    return out;
}

std::pair<coi::autocrypt::Change, coi::autocrypt::Peer> learn(Database& db, AccountId account, const Lesson& lesson) {
    const auto before = keys::peer(db, account, lesson.contact);
    auto peer = before;
    const auto change = coi::autocrypt::update(peer, lesson.seen);
    if (peer != before) keys::save(db, account, lesson.contact, peer);
    for (const auto& [header, info] : lesson.gossip) {
        const std::string reader = header.addr.canonical();
        auto other = keys::peer(db, account, reader);
        const auto was = other;
        coi::autocrypt::update_gossip(other, header, info, lesson.seen.effective_date);
        if (other != was) keys::save(db, account, reader, other);
    }
    return {change, std::move(peer)};
}

}  // namespace gateway
