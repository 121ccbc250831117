// Mails, commits and state of the handshakes; see secure_join.h.

#include "gateway/encryption/secure_join.h"

#include <algorithm>
#include <utility>

#include "gateway/log.h"
#include "gateway/store/contacts.h"

namespace gateway {
namespace {

namespace securejoin = coi::securejoin;

constexpr std::size_t most_offers = 20;  // per account; the oldest is removed

/// Why a step was rejected, in English, for an SMTP reply.
const char* reason(securejoin::Refused refused) {
    switch (refused) {
        case securejoin::Refused::unknown_invite:
            return "this invite is not known, or no longer";
        case securejoin::Refused::expired:
            return "this invite has expired";
        case securejoin::Refused::used:
            return "this invite was used by somebody else";
        case securejoin::Refused::no_key:
            return "it brings no key to answer to";
        case securejoin::Refused::unprotected:
            return "this step has to be encrypted and signed";
        case securejoin::Refused::wrong_key:
            return "it is signed with another key than it speaks of";
        case securejoin::Refused::wrong_sender:
            return "it is not from the one who made the invite";
        case securejoin::Refused::not_for_us:
            return "it was not encrypted for this address by its sender";
        case securejoin::Refused::out_of_order:
            return "nobody waits for this step";
    }
    return "";
}

/// The key with this fingerprint, if the mail brings it; else "".
std::string key_of(const IncomingMail& arrival, const coi::openpgp::Fingerprint& wanted) {
    if (!arrival.key_update || wanted.empty()) return {};
    const auto& seen = arrival.key_update->seen;
    return seen.header && seen.info && seen.info->fingerprint == wanted ? seen.header->key : std::string();
}

/// The contact that an answer goes to, known already or not.
Contact recipient(AccountId account, const coi::Address& address) {
    Contact contact;
    contact.account = account;
    contact.canonical = address.canonical();
    contact.address = address;
    contact.dialect = Dialect::chatmail;
    return contact;
}

/// The present state of this invite in the store: another mail may have changed it.
template <class Kept>
std::optional<Kept> again(const std::vector<Kept>& kept, const securejoin::Invite& invite) {
    for (const auto& one : kept) {
        if (one.invite == invite) return one;
    }
    return std::nullopt;
}

/// Marks the invite as used by that key; false if another one has used it meanwhile.
bool use(Database& db, AccountId id, const securejoin::Invite& invite, const coi::openpgp::Fingerprint& by) {
    auto offer = again(keys::offers(db, id), invite);
    if (!offer || (!offer->used_by.empty() && offer->used_by != by)) return false;
    offer->used_by = by;
    keys::save(db, id, *offer);
    return true;
}

bool answered(Database& db, AccountId id, const securejoin::Invite& invite) {
    auto joining = again(keys::joinings(db, id, invite.address.canonical()), invite);
    if (!joining || joining->answered) return false;
    joining->answered = true;
    keys::save(db, id, *joining);
    return true;
}

}  // namespace

/// What to do about a handshake mail.
struct SecureJoin::Decision {
    securejoin::Outcome outcome = securejoin::Refused::unknown_invite;
    std::optional<securejoin::Offer> offer{};      // the invite of ours that the mail refers to
    std::optional<securejoin::Joining> joining{};  // or the contact's invite
    coi::openpgp::Fingerprint sender_key{};
};

SecureJoin::SecureJoin(Directory& directory, Store& store, Workers& workers, OpenPgp& openpgp, Settings settings,
                       Calls calls)
    : directory_(directory),
      store_(store),
      workers_(workers),
      openpgp_(openpgp),
      settings_(settings),
      calls_(std::move(calls)) {}

void SecureJoin::take(const Account& account, const IncomingMail& arrival, Done done) {
    if (account.key_holder != KeyHolder::coigate)
        return done({DeliveryResult::Kind::declined, "the key of this address is held by another program"});
    const coi::Address& from = arrival.mail.from.front();
    if (from.canonical() == account.address.canonical())
        return done({DeliveryResult::Kind::silent, "the account's own mail"});
    auto mail = std::make_shared<const IncomingMail>(arrival);
    store_.ask<keys::Handshakes>(
        [id = account.id, contact = from.canonical()](Database& db) { return keys::handshakes(db, id, contact); },
        [this, id = account.id, mail, done = std::move(done)](const Store::Failure& failure, keys::Handshakes known) {
            if (failure) return done({DeliveryResult::Kind::busy, "the store is not available"});
            workers_.ask<Decision>(
                Line::foreign(mail->mail.from.front().domain),
                [mail, known = std::move(known), at = now()] { return decide(*mail, known, at); },
                [this, id, mail, done](const Decision& decision) { act(id, *mail, decision, done); });
        });
}

SecureJoin::Decision SecureJoin::decide(const IncomingMail& mail, const keys::Handshakes& known,
                                        std::chrono::sys_seconds now) {
    const auto arrival = securejoin::arrival(mail.mail, mail.protection, now);
    const auto step = securejoin::step_of(mail.mail);
    if (step == securejoin::Step::request || step == securejoin::Step::request_with_auth) {
        const auto* offer = securejoin::offer_of(known.offers, mail.mail);
        if (!offer) return {};
        return {securejoin::inviter_step(*offer, arrival, now), *offer, std::nullopt, arrival.sender_key};
    }
    Decision last{securejoin::Refused::out_of_order};
    for (const auto& joining : known.joinings) {
        last = {securejoin::joiner_step(joining, arrival, known.own, now), std::nullopt, joining, arrival.sender_key};
        if (!std::holds_alternative<securejoin::Refused>(last.outcome)) break;
    }
    return last;
}

void SecureJoin::act(AccountId id, const IncomingMail& arrival, const Decision& decision, const Done& done) {
    const Account* account = directory_.find(id);
    if (!account) return done({DeliveryResult::Kind::declined, "the account is gone"});
    if (const auto* refused = std::get_if<securejoin::Refused>(&decision.outcome)) {
        log::info("a mail of an invite to {} was not followed: {}", account->jid, reason(*refused));
        const bool late = *refused == securejoin::Refused::out_of_order;  // a copy, or expired: harmless
        return done({late ? DeliveryResult::Kind::silent : DeliveryResult::Kind::declined, reason(*refused)});
    }
    if (std::holds_alternative<securejoin::Confirmed>(decision.outcome))
        return confirm(*account, arrival, *decision.joining, done);
    const coi::Address& from = arrival.mail.from.front();
    if (!may_answer(id, from.canonical()))
        return done({DeliveryResult::Kind::declined, "too many requests; please try again later"});
    if (const auto* verified = std::get_if<securejoin::Verified>(&decision.outcome))
        return verify(*account, arrival, decision, *verified, done);
    OutgoingMail letter;
    letter.mail = std::get<securejoin::Reply>(decision.outcome).mail;
    letter.with_gossip = true;
    letter.to_key = key_of(arrival, decision.sender_key);
    if (letter.to_key.empty()) return done({DeliveryResult::Kind::declined, reason(securejoin::Refused::no_key)});
    send(
        *account, recipient(id, from), std::move(letter), [](Database&) { return true; },
        [done](Sent sent) {
            done(sent == Sent::away ? DeliveryResult{DeliveryResult::Kind::busy, "the store is not available"}
                                    : DeliveryResult{DeliveryResult::Kind::taken, ""});
        });
}

/// A step that verifies a key, and its result.
struct SecureJoin::Verification {
    securejoin::Invite invite;
    bool as_inviter = false;
    PeerKeyUpdate key_update{};
    coi::autocrypt::Peer peer{};           // the new state
    std::optional<trust::KeyNews> news{};  // of a key that replaced another, or waits

    /// Runs in the commit. False: nothing is verified. The sender of a mail that uses an invite of ours only claims the
    /// address in From; an invite that the user followed names the owner of its key. Neither replaces a verified key.
    bool run(Database& db, AccountId id) {
        peer = keys::peer(db, id, key_update.contact);
        news.reset();
        const auto& info = *key_update.seen.info;
        const auto used = coi::autocrypt::fingerprint_of(peer);
        Privacy privacy = accounts::privacy(db, id, key_update.contact);
        trust::note_keys(privacy, peer);
        const auto counted = coi::autocrypt::counted(peer);
        auto proof = trust::proof_of(key_update.author, counted);
        if (!as_inviter) proof = std::max(proof, trust::Proof::invite);
        if (trust::answer(proof, trust::state_of(privacy), trust::Change::verified_key) != trust::Answer::yes) {
            if (coi::autocrypt::offer(peer, key_update.seen.header->key, info) == coi::autocrypt::Change::offered)
                keys::save(db, id, key_update.contact, peer);
            news = trust::KeyNews{used, info.fingerprint, false};
            return false;
        }
        if (coi::autocrypt::is_revoked(peer, info.fingerprint)) return false;
        if (!(as_inviter ? use(db, id, invite, info.fingerprint) : answered(db, id, invite))) return false;
        if (!counted.empty() && counted != info.fingerprint) news = trust::KeyNews{used, info.fingerprint, true};
        coi::autocrypt::verify(peer, key_update.seen, key_update.merged_with);
        keys::save(db, id, key_update.contact, peer);
        return true;
    }
};

void SecureJoin::verify(const Account& account, const IncomingMail& arrival, const Decision& decision,
                        const securejoin::Verified& verified, const Done& done) {
    const coi::Address from = arrival.mail.from.front();
    OutgoingMail letter;
    letter.mail = verified.answer;
    letter.with_gossip = true;
    letter.to_key = key_of(arrival, verified.fingerprint);
    if (letter.to_key.empty()) return done({DeliveryResult::Kind::declined, reason(securejoin::Refused::no_key)});
    const auto step = std::make_shared<Verification>();
    step->as_inviter = decision.offer.has_value();
    step->invite = step->as_inviter ? decision.offer->invite : decision.joining->invite;
    step->key_update = *arrival.key_update;
    send(
        account, recipient(account.id, from), std::move(letter),
        [id = account.id, step](Database& db) { return step->run(db, id); },
        [this, id = account.id, from, step, done](Sent sent) { finish(id, from, *step, sent, done); });
}

void SecureJoin::finish(AccountId id, const coi::Address& from, const Verification& step, Sent sent, const Done& done) {
    if (sent == Sent::away) return done({DeliveryResult::Kind::busy, "the store is not available"});
    if (sent == Sent::no && !step.news) return done({DeliveryResult::Kind::silent, "it was answered before"});
    note(id, from, step.peer, sent == Sent::yes);
    const Account* account = directory_.find(id);
    if (account && step.news) calls_.other_key(*account, directory_.known_or_new(id, from), *step.news);
    if (sent == Sent::no)
        return done({DeliveryResult::Kind::declined, "another key of this address is known, and its reader is asked"});
    if (account && step.as_inviter) calls_.verified(*account, directory_.known_or_new(id, from));
    done({DeliveryResult::Kind::taken, ""});
}

void SecureJoin::confirm(const Account& account, const IncomingMail& arrival, const securejoin::Joining& joining,
                         const Done& done) {
    store_.ask<bool>(
        [id = account.id, invite = joining.invite](Database& db) { return keys::forget(db, id, invite); },
        [this, id = account.id, from = arrival.mail.from.front(), done](const Store::Failure& failure, bool is_first) {
            if (failure) return done({DeliveryResult::Kind::busy, "the store is not available"});
            if (!is_first) return done({DeliveryResult::Kind::silent, "it was confirmed before"});
            if (const Account* still = directory_.find(id)) calls_.verified(*still, directory_.known_or_new(id, from));
            done({DeliveryResult::Kind::taken, ""});
        });
}

/// Updates the directory after the commit: the contact's key is known and verified; a followed invite also counts as
/// written to, in Delta Chat's dialect.
void SecureJoin::note(AccountId id, const coi::Address& address, const coi::autocrypt::Peer& peer, bool joined) {
    if (!directory_.find(id)) return;
    directory_.change(id, address, [&](Contact& contact) {
        if (joined) contact.dialect = Dialect::chatmail;
        if (joined) contact.written_to = true;
        trust::note_keys(contact.privacy, peer);
        contact.privacy.encrypted = contact.privacy.encrypted || contact.privacy.verified;
    });
}

void SecureJoin::send(const Account& account, const Contact& contact, OutgoingMail letter, Work work,
                      std::function<void(Sent)> done) {
    const coi::Address& own = account.address;
    letter.mail.id = coi::mint(own.domain);
    letter.mail.from = {{"", own.local, own.domain}};  // an unproven recipient does not get the name
    letter.mail.to = {{"", contact.address.local, contact.address.domain}};
    letter.mail.date = now();
    const std::string name = letter.mail.id.value;
    openpgp_.close(account, contact, std::move(letter),
                   [this, id = account.id, contact, name, work = std::move(work),
                    done = std::move(done)](EncryptResult closed) mutable {
                       if (!closed.bytes.empty())
                           return commit(id, contact, name, std::move(closed.bytes), std::move(work), std::move(done));
                       log::warn("a mail of an invite could not be written: {}",
                                 closed.error ? closed.error->text : "its key cannot be used");
                       const bool away = closed.error && !closed.error->permanent;
                       done(away ? Sent::away : Sent::no);
                   });
}

void SecureJoin::commit(AccountId id, const Contact& contact, const std::string& name, std::string bytes, Work work,
                        std::function<void(Sent)> done) {
    const Account* account = directory_.find(id);
    if (!account) return done(Sent::no);
    auto entry = std::make_shared<queue::Entry>();
    entry->direction = queue::Direction::mail;
    entry->account = id;
    entry->contact = contact.canonical;
    entry->name = name;
    entry->lang = account->lang;
    entry->from = account->address.addr_spec();
    entry->to = contact.address.addr_spec();
    entry->payload = std::move(bytes);
    entry->taken = entry->next = calls_.now();
    entry->expires = entry->taken + settings_.expire;
    store_.commit(
        [entry, work = std::move(work)](Database& db) {
            entry->id = 0;
            if (work(db)) entry->id = queue::put(db, *entry);
        },
        [this, entry, done = std::move(done)](const Store::Failure& failure) {
            if (failure) return done(Sent::away);
            if (entry->id == 0) return done(Sent::no);
            done(Sent::yes);
            calls_.committed(std::move(*entry));
        });
}

bool SecureJoin::may_answer(AccountId id, const std::string& sender) {
    const auto at = std::chrono::steady_clock::now();
    const std::string account = std::to_string(static_cast<std::int64_t>(id));
    return answers_to_sender_.take(account + " " + sender, at) && answers_of_account_.take(account, at);
}

void SecureJoin::invite(AccountId id, std::function<void(std::optional<securejoin::Invite>)> done) {
    openpgp_.own_key(id, [this, id, done = std::move(done)](const std::optional<keys::Own>& own) {
        const Account* account = directory_.find(id);
        if (!own || !account) return done(std::nullopt);
        securejoin::Offer offer{securejoin::make(own->fingerprint, account->address), now() + settings_.invites_last,
                                ""};
        store_.commit(
            [id, offer](Database& db) {
                const auto offers = keys::offers(db, id);
                if (offers.size() >= most_offers) keys::forget(db, id, offers.back().invite);
                keys::save(db, id, offer);
            },
            [offer, done](const Store::Failure& failure) {
                done(failure ? std::nullopt : std::optional(offer.invite));
            });
    });
}

void SecureJoin::sweep() {
    store_.later([at = now()](Database& db) { keys::expire_invites(db, at); });
}

void SecureJoin::join(AccountId id, const securejoin::Invite& invite, std::function<void(Joined)> done) {
    const Account* account = directory_.find(id);
    if (!account) return done(Joined::busy);
    if (invite.address.canonical() == account->address.canonical()) return done(Joined::own);
    if (account->key_holder != KeyHolder::coigate) return done(Joined::no_key);
    if (!joins_.take(std::to_string(static_cast<std::int64_t>(id)), std::chrono::steady_clock::now()))
        return done(Joined::too_often);
    OutgoingMail letter;
    letter.mail = securejoin::request(invite);
    letter.forced_clear = true;
    const securejoin::Joining joining{invite, now() + settings_.invites_last, false};
    const Work work = [id, joining](Database& db) {
        keys::save(db, id, joining);
        return true;
    };
    send(*account, recipient(id, invite.address), std::move(letter), work,
         [this, id, address = invite.address, done = std::move(done)](Sent sent) {
             if (sent != Sent::yes || !directory_.find(id)) return done(Joined::busy);
             directory_.change(id, address, [](Contact& contact) {
                 contact.dialect = Dialect::chatmail;  // programs that make invites use it
                 contact.written_to = true;
             });
             done(Joined::begun);
         });
}

}  // namespace gateway
