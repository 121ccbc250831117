// The rules of SecureJoin; see securejoin_state.h.

#include "coi/crypt/securejoin_state.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cctype>

namespace coi::securejoin {
namespace {

/// Compares in constant time; an empty secret equals none.
bool is_same(std::string_view given, std::string_view secret) {
    return !secret.empty() && given.size() == secret.size() &&
           CRYPTO_memcmp(given.data(), secret.data(), secret.size()) == 0;
}

/// Normalises a fingerprint with spaces or in lower case.
openpgp::Fingerprint fingerprint_field(const Message& mail) {
    openpgp::Fingerprint out;
    for (const unsigned char c : mail.header("secure-join-fingerprint")) {
        if (std::isxdigit(c)) out += static_cast<char>(std::toupper(c));
    }
    return out;
}

/// Whether the mail was encrypted to us by its sender on purpose, with a good signature; else the reason.
std::optional<Refused> lack_of_protection(const Arrival& arrival, const openpgp::Fingerprint& own) {
    const auto& protection = arrival.protection;
    if (!protection.encrypted || protection.signature != openpgp::Signature::good || protection.signer.empty())
        return Refused::unprotected;
    if (std::ranges::find(arrival.gossiped, own) == arrival.gossiped.end()) return Refused::not_for_us;
    return std::nullopt;
}

Outcome request_arrives(const Offer& ours, const Arrival& arrival) {
    if (!is_same(arrival.mail.header("secure-join-invitenumber"), ours.invite.invite_number))
        return Refused::unknown_invite;
    if (arrival.sender_key.empty()) return Refused::no_key;
    if (!ours.used_by.empty() && ours.used_by != arrival.sender_key) return Refused::used;
    return Reply{auth_required()};
}

Outcome secret_arrives(const Offer& ours, const Arrival& arrival) {
    if (const auto lack = lack_of_protection(arrival, ours.invite.fingerprint)) return *lack;
    if (!is_same(arrival.mail.header("secure-join-auth"), ours.invite.auth)) return Refused::unknown_invite;
    const auto& signer = arrival.protection.signer;
    if (fingerprint_field(arrival.mail) != signer || arrival.sender_key != signer) return Refused::wrong_key;
    // The same key again: the confirmation may have been lost. It verifies nothing, because it may be a replay.
    if (ours.used_by == signer) return Reply{contact_confirm()};
    if (!ours.used_by.empty()) return Refused::used;
    return Verified{signer, contact_confirm()};
}

}  // namespace

Arrival arrival(const Message& mail, const pgp_mime::Protection& protection, std::chrono::sys_seconds now) {
    const auto fingerprint = [&](const autocrypt::Header& header) {
        const auto info = openpgp::inspect(header.key, now);
        return info ? info->fingerprint : openpgp::Fingerprint();
    };
    Arrival out{mail, protection, {}, {}};
    if (const auto sender = autocrypt::of_sender({{"autocrypt", mail.header("autocrypt")}}, mail.from))
        out.sender_key = fingerprint(*sender);
    for (const auto& header : protection.gossip) {
        if (auto found = fingerprint(header); !found.empty()) out.gossiped.push_back(std::move(found));
    }
    return out;
}

const Offer* offer_of(std::span<const Offer> offers, const Message& mail) {
    const auto found = std::ranges::find_if(offers, [&](const Offer& offer) {
        return is_same(mail.header("secure-join-invitenumber"), offer.invite.invite_number) ||
               is_same(mail.header("secure-join-auth"), offer.invite.auth);
    });
    return found == offers.end() ? nullptr : &*found;
}

Outcome inviter_step(const Offer& ours, const Arrival& arrival, std::chrono::sys_seconds now) {
    if (now >= ours.expires) return Refused::expired;
    if (arrival.mail.from.size() != 1) return Refused::wrong_sender;
    switch (step_of(arrival.mail).value_or(Step::other)) {
        case Step::request:
            return request_arrives(ours, arrival);
        case Step::request_with_auth:
            return secret_arrives(ours, arrival);
        default:
            return Refused::out_of_order;
    }
}

Outcome joiner_step(const Joining& joining, const Arrival& arrival, const openpgp::Fingerprint& own,
                    std::chrono::sys_seconds now) {
    if (now >= joining.expires) return Refused::expired;
    const auto step = step_of(arrival.mail).value_or(Step::other);
    if (step != (joining.answered ? Step::contact_confirm : Step::auth_required)) return Refused::out_of_order;
    if (const auto lack = lack_of_protection(arrival, own)) return *lack;
    if (arrival.protection.signer != joining.invite.fingerprint) return Refused::wrong_key;
    const auto& from = arrival.mail.from;
    if (from.size() != 1 || !names(joining.invite, from.front())) return Refused::wrong_sender;
    if (joining.answered) return Confirmed{};
    return Verified{joining.invite.fingerprint, request_with_auth(joining.invite, own)};
}

}  // namespace coi::securejoin
