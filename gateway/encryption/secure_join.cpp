// Mails, commits and state of the handshakes; see secure_join.h.

#include "gateway/encryption/secure_join.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/log.h"
#include "gateway/model/relays.h"

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

/// The user has the invite from its maker: all of its addresses are theirs.
Contact inviter(AccountId account, const securejoin::Invite& invite) {
    Contact contact = recipient(account, invite.address);
    contact.relays.bound = true;
    contact.relays.all.push_back({{"", invite.address.local, invite.address.domain}});
    for (const auto& address : invite.relays) contact.relays.all.push_back({address});
    return contact;
}

/// A step that came from any address of the invite is one of the address that it names first.
IncomingMail as_inviters(IncomingMail mail, const coi::Address& address) {
    const bool is_other = mail.mail.from.front().canonical() != address.canonical();
    mail.mail.from = {address};
    if (mail.key_update) mail.key_update->contact = address.canonical();
    if (mail.key_update && is_other) mail.key_update->author.by_server = false;  // said of the other address
    if (mail.key_update && mail.key_update->seen.header) mail.key_update->seen.header->addr = address;
    return mail;
}

DeliveryResult away() { return {DeliveryResult::Kind::busy, "the store is not available"}; }
DeliveryResult already_answered() { return {DeliveryResult::Kind::silent, "it was answered before"}; }

}  // namespace

/// What to do about a handshake mail.
struct SecureJoin::Decision {
    securejoin::Outcome outcome = securejoin::Refused::unknown_invite;
    std::optional<securejoin::Offer> offer{};      // the invite of ours that the mail refers to
    std::optional<securejoin::Joining> joining{};  // or the contact's invite
    coi::openpgp::Fingerprint sender_key{};
};

SecureJoin::SecureJoin(Directory& directory, Store& store, Workers& workers, OpenPgp& openpgp, queue::Outlet& mail,
                       UserNotices& notices, Settings settings, Clock now)
    : directory_(directory),
      store_(store),
      workers_(workers),
      openpgp_(openpgp),
      mail_(mail),
      notices_(notices),
      settings_(settings),
      now_(std::move(now)) {}

void SecureJoin::take(const Account& account, const IncomingMail& arrival, Done done) {
    if (account.key_holder != KeyHolder::coigate)
        return done({DeliveryResult::Kind::declined, "the key of this address is held by another program"});
    const coi::Address& from = arrival.mail.from.front();
    if (from.canonical() == account.address.canonical())
        return done({DeliveryResult::Kind::silent, "the account's own mail"});
    auto mail = std::make_shared<const IncomingMail>(arrival);
    keys::handshakes(
        store_, account.id, from.canonical(),
        [this, id = account.id, mail, done = std::move(done)](const Store::Failure& failure, keys::Handshakes known) {
            if (failure) return done(away());
            workers_.ask<Decision>(
                Line::foreign(mail->mail.from.front().domain),
                [mail, known = std::move(known), at = now()] { return decide(*mail, known, at); },
                [this, id, mail, done](const Decision& decision) {
                    const bool is_inviters =
                        decision.joining && !std::holds_alternative<securejoin::Refused>(decision.outcome);
                    act(id, is_inviters ? as_inviters(*mail, decision.joining->invite.address) : *mail, decision, done);
                });
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
    write(*account, recipient(id, from), std::move(letter), [this, done](Written written) {
        if (!written.entry) return done(written.is_away ? away() : DeliveryResult{DeliveryResult::Kind::taken, ""});
        queue::put(store_, std::move(*written.entry), [this, done](const Store::Failure& failure, queue::Entry put) {
            done(failure ? away() : DeliveryResult{DeliveryResult::Kind::taken, ""});
            if (!failure) mail_.committed(std::move(put));
        });
    });
}

void SecureJoin::verify(const Account& account, const IncomingMail& arrival, const Decision& decision,
                        const securejoin::Verified& verified, const Done& done) {
    const coi::Address from = arrival.mail.from.front();
    OutgoingMail letter;
    letter.mail = verified.answer;
    letter.with_gossip = true;
    letter.to_key = key_of(arrival, verified.fingerprint);
    if (letter.to_key.empty()) return done({DeliveryResult::Kind::declined, reason(securejoin::Refused::no_key)});
    VerifyKey step;
    step.as_inviter = decision.offer.has_value();
    step.invite = step.as_inviter ? decision.offer->invite : decision.joining->invite;
    step.key_update = *arrival.key_update;
    write(account, decision.joining ? inviter(account.id, decision.joining->invite) : recipient(account.id, from),
          std::move(letter), [this, id = account.id, from, step = std::move(step), done](Written written) mutable {
              if (written.is_away) return done(away());
              if (!written.entry) return done(already_answered());
              step.answer = std::move(*written.entry);
              const bool as_inviter = step.as_inviter;
              verify_key(store_, id, std::move(step),
                         [this, id, from, as_inviter, done](const Store::Failure& failure, VerifiedKey verified) {
                             if (failure) return done(away());
                             finish(id, from, as_inviter, verified, done);
                             if (verified.is_verified) mail_.committed(std::move(verified.answer));
                         });
          });
}

void SecureJoin::finish(AccountId id, const coi::Address& from, bool as_inviter, const VerifiedKey& result,
                        const Done& done) {
    if (!result.is_verified && !result.news) return done(already_answered());
    note(id, from, result);
    const Account* account = directory_.find(id);
    if (account && result.news) notices_.other_key(*account, directory_.known_or_new(id, from), *result.news);
    if (!result.is_verified)
        return done({DeliveryResult::Kind::declined, "another key of this address is known, and its reader is asked"});
    if (account && as_inviter) notices_.verified(*account, directory_.known_or_new(id, from));
    done({DeliveryResult::Kind::taken, ""});
}

void SecureJoin::confirm(const Account& account, const IncomingMail& arrival, const securejoin::Joining& joining,
                         const Done& done) {
    keys::end_invite(
        store_, account.id, joining.invite,
        [this, id = account.id, from = arrival.mail.from.front(), done](const Store::Failure& failure, bool is_first) {
            if (failure) return done(away());
            if (!is_first) return done({DeliveryResult::Kind::silent, "it was confirmed before"});
            if (const Account* still = directory_.find(id))
                notices_.verified(*still, directory_.known_or_new(id, from));
            done({DeliveryResult::Kind::taken, ""});
        });
}

/// Updates the directory after the commit: the contact's key is known and verified; a followed invite also counts as
/// written to, in Delta Chat's dialect.
void SecureJoin::note(AccountId id, const coi::Address& address, const VerifiedKey& result) {
    if (!directory_.find(id)) return;
    directory_.change(id, address, [&](Contact& contact) {
        if (result.is_verified) contact.dialect = Dialect::chatmail;
        if (result.is_verified) contact.written_to = true;
        if (result.is_verified) contact.relays = result.relays;
        trust::note_keys(contact.privacy, result.peer);
        contact.privacy.encrypted = contact.privacy.encrypted || contact.privacy.verified;
    });
}

/// Makes an entry of the queue of a mail of the handshake.
void SecureJoin::write(const Account& account, const Contact& contact, OutgoingMail letter,
                       std::function<void(Written)> done) {
    const coi::Address& own = account.address;
    letter.mail.id = coi::mint(own.domain);
    letter.mail.from = {{"", own.local, own.domain}};  // an unproven recipient does not get the name
    letter.mail.to = {{"", contact.address.local, contact.address.domain}};
    letter.mail.date = now();
    const std::string name = letter.mail.id.value;
    openpgp_.close(account, contact, std::move(letter),
                   [this, id = account.id, contact, name, done = std::move(done)](EncryptResult closed) {
                       if (!closed.bytes.empty()) return done({entry_of(id, contact, name, std::move(closed.bytes))});
                       log::warn("a mail of an invite could not be written: {}",
                                 closed.error ? closed.error->text : "its key cannot be used");
                       done({std::nullopt, closed.error && !closed.error->permanent});
                   });
}

std::optional<queue::Entry> SecureJoin::entry_of(AccountId id, const Contact& contact, const std::string& name,
                                                 std::string bytes) const {
    const Account* account = directory_.find(id);
    if (!account) return std::nullopt;
    queue::Entry entry;
    entry.direction = queue::Direction::mail;
    entry.account = id;
    entry.contact = contact.canonical;
    entry.name = name;
    entry.lang = account->lang;
    entry.from = account->address.addr_spec();
    auto all = relays::recipients(contact, account->address);
    entry.to = std::move(all.front());
    entry.also.assign(std::next(all.begin()), all.end());
    entry.payload = std::move(bytes);
    entry.taken = entry.next = now_();
    entry.expires = entry.taken + settings_.expire;
    return entry;
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
        keys::offer(store_, id, offer, most_offers, [offer, done](const Store::Failure& failure) {
            done(failure ? std::nullopt : std::optional(offer.invite));
        });
    });
}

void SecureJoin::sweep() { keys::expire_invites(store_, now()); }

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
    write(*account, inviter(id, invite), std::move(letter),
          [this, id, joining, done = std::move(done)](Written written) {
              if (!written.entry) return done(Joined::busy);
              keys::join(
                  store_, id, joining, std::move(*written.entry),
                  [this, id, address = joining.invite.address, done](const Store::Failure& failure, queue::Entry put) {
                      done(failure ? Joined::busy : joined(id, address));
                      if (!failure) mail_.committed(std::move(put));
                  });
          });
}

SecureJoin::Joined SecureJoin::joined(AccountId id, const coi::Address& address) {
    if (!directory_.find(id)) return Joined::busy;
    directory_.change(id, address, [](Contact& contact) {
        contact.dialect = Dialect::chatmail;  // programs that make invites use it
        contact.written_to = true;
    });
    return Joined::begun;
}

}  // namespace gateway
