// See opening.h.

#include "gateway/encryption/opening.h"

#include "coi/crypt/confined.h"
#include "gateway/log.h"

namespace gateway {
namespace {

Decrypted busy(const coi::Message& mail) { return {.mail = mail, .unread = DecryptFailure::busy}; }

Decrypted open_now(const std::shared_ptr<const std::string>& bytes, const coi::Message& mail, const keys::Both& known,
                   const coi::Limits& limits) {
    static const std::string none;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto unfolded = decrypt(bytes ? *bytes : none, mail, known, limits, now);
    // A process that was killed in the middle says nothing about the mail.
    const auto* const confined = coi::Confined::current();
    return confined != nullptr && !confined->works() ? busy(mail) : std::move(unfolded);
}

std::string name_of(AccountId account) { return std::to_string(static_cast<std::int64_t>(account)); }

}  // namespace

/// The worker line of an incoming mail. Incoming mail has a line separate from the account's own work, and strangers'
/// mail one separate from contacts' mail. After some mails that were too costly, the account shares one line with all
/// such accounts: an attacker who sends costly mail to many accounts delays only these, and no mail is refused because
/// of others' mail.
Line Opening::line_of(AccountId account, const std::string& from, bool is_known) const {
    const std::string strand = "in " + name_of(account) + " " + from;
    if (!costly_.is_left(name_of(account), RateLimit::Clock::now())) return Line::foreign("costly", strand);
    Line line(account, strand);
    line.owner += " in";
    line.is_foreign = !is_known;
    return line;
}

void Opening::open(const Account& account, std::shared_ptr<const std::string> bytes, coi::Message mail,
                   std::function<void(Decrypted)> done) {
    const std::string from = mail.from.size() == 1 ? mail.from.front().canonical() : "";
    const Contact* contact = directory_.contact(account.id, from);
    const bool teaches = !mail.header("autocrypt").empty() || (contact && contact->privacy.has_key);
    if ((!mail.encrypted && !mail.is_signed && !teaches) || from.empty()) return done({.mail = std::move(mail)});
    ++waiting_;
    begin({account.id, from, line_of(account.id, from, contact != nullptr), std::move(bytes), std::move(mail),
           std::move(done)});
}

void Opening::begin(Letter letter) {
    std::vector<coi::Address> others;
    constexpr std::size_t most = 4;  // keys tried: anybody can list anybody. Others are found by who has signed
    if (!is_own(letter)) {
        for (const Contact* other : directory_.listing(letter.account, letter.from)) {
            if (others.size() < most) others.push_back(other->address);
        }
    }
    const AccountId account = letter.account;
    const std::string from = letter.from;
    keys::both(store_, account, from, std::move(others),
               [self = shared_from_this(), letter = std::move(letter)](const Store::Failure& failure,
                                                                       keys::Both known) mutable {
                   if (failure) return self->finish(letter, busy(letter.mail));
                   self->read(std::move(letter), std::move(known), {});
               });
}

/// The account's own address is nobody else's, whatever keys list it.
bool Opening::is_own(const Letter& letter) const {
    const Account* account = directory_.find(letter.account);
    return account != nullptr && account->address.canonical() == letter.from;
}

/// `first`: how the mail was read without `known.others`; nullopt: it was not read yet.
void Opening::read(Letter letter, keys::Both known, std::optional<Decrypted> first) {
    Line line = letter.line;
    const auto shared = std::make_shared<const keys::Both>(std::move(known));
    workers_.ask<Decrypted>(
        std::move(line),
        [bytes = letter.bytes, mail = letter.mail, shared, limits = limits_, stopping = stopping_] {
            return *stopping ? busy(mail) : open_now(bytes, mail, *shared, limits);
        },
        [self = shared_from_this(), letter = std::move(letter), shared,
         first = std::move(first)](Decrypted unfolded) mutable {
            if (first && !unfolded.is_relayed) return self->finish(letter, std::move(*first));
            const bool is_by_another =
                unfolded.author.encrypted && unfolded.author.is_signed() && unfolded.author.signer != unfolded.counted;
            if (!is_by_another || unfolded.is_relayed || self->is_own(letter))
                return self->finish(letter, std::move(unfolded));
            self->look_for_holder(std::move(letter), *shared, std::move(unfolded));
        });
}

/// The mail may be a contact's from an address that their key lists only since this mail.
void Opening::look_for_holder(Letter letter, keys::Both known, Decrypted unfolded) {
    const AccountId account = letter.account;
    const coi::openpgp::Fingerprint signer = unfolded.author.signer;
    keys::holders(
        store_, account, signer,
        [self = shared_from_this(), letter = std::move(letter), known = std::move(known),
         unfolded = std::move(unfolded)](const Store::Failure& failure, std::vector<keys::Person> holders) mutable {
            known.others.clear();
            for (auto& holder : holders) {
                const Contact* contact = self->directory_.contact(letter.account, holder.address.canonical());
                if (contact == nullptr || contact->canonical == letter.from) continue;
                holder.address = contact->address;
                known.others.push_back(std::move(holder));
            }
            if (failure || known.others.empty()) return self->finish(letter, std::move(unfolded));
            self->read(std::move(letter), std::move(known), std::move(unfolded));
        });
}

void Opening::finish(const Letter& letter, Decrypted unfolded) {
    --waiting_;
    if (unfolded.unread == DecryptFailure::costly) {
        log::warn("an encrypted mail to account {} was given up: its OpenPGP data takes too long",
                  static_cast<std::int64_t>(letter.account));
        costly_.take(name_of(letter.account), RateLimit::Clock::now());
    }
    letter.done(std::move(unfolded));
}

}  // namespace gateway
