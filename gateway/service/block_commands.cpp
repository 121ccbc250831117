// The commands about blocking: block, unblock, and whom the user has blocked.

#include <ranges>
#include <utility>

#include "gateway/accounts/blocking.h"
#include "gateway/localization.h"
#include "gateway/service/answer_lines.h"
#include "gateway/service/privacy_commands.h"

namespace gateway {
namespace {

std::string how_to_unblock(const std::string& who, const std::string& lang) {
    return say(lang, "To undo it, write: unblock {1}", {who});
}

std::string blocked_words(const Account& account, const std::string& who, const std::string& lang) {
    AnswerLines lines;
    lines.add(say(lang, "{1} is blocked: nothing that they write is shown here any more.", {who}));
    lines.add(account.kind == Account::Kind::mailbox
                  ? say(lang, "Their mail stays in your mailbox, and they do not learn of it.")
                  : say(lang, "Their mail is not accepted, and they are not told why."));
    lines.add(how_to_unblock(who, lang));
    return lines.take();
}

}  // namespace

void PrivacyCommands::block(const Asker& asker, const std::string& contact, bool blocked, Done done) {
    with_contact(asker, contact, done,
                 [self = shared_from_this(), asker, blocked, done](const Account& account, const Contact& met) {
                     const std::string who = met.address.addr_spec();
                     if (blocked && met.canonical == account.address.canonical())
                         return done(self->wrong(say(asker.lang, "This is your own address.")));
                     if (!blocked && !blocking::is_blocked(self->registrar_.directory(), account.id, met.canonical))
                         return done(self->wrong(say(asker.lang, "{1} is not blocked.", {who})));
                     blocking::set(self->registrar_.directory(), account, met.address, blocked,
                                   [self, asker, blocked, who, met, done](const Store::Failure& failure) {
                                       Directory& directory = self->registrar_.directory();
                                       const Account* still = directory.find(met.account);
                                       if (failure || !still) return done(self->trouble(asker.lang));
                                       if (const Contact* now = directory.contact(still->id, met.canonical))
                                           self->observer_.profile_changed(*now);
                                       done({blocked ? blocked_words(*still, who, asker.lang)
                                                     : say(asker.lang, "{1} is no longer blocked.", {who})});
                                   });
                 });
}

std::vector<coi::Address> PrivacyCommands::blocked_by(const std::string& jid) const {
    const Account* account = registrar_.directory().of_user(jid);
    return account ? blocking::blocked_at(registrar_.directory(), account->id) : std::vector<coi::Address>{};
}

void PrivacyCommands::blocked(const Asker& asker, Done done) {
    constexpr std::size_t most = 200;
    const auto all = blocked_by(asker.jid);
    if (all.empty()) return done({say(asker.lang, "You have blocked nobody.")});
    AnswerLines lines;
    lines.add(say(asker.lang, "You have blocked:"));
    for (const auto& address : all | std::views::take(most)) lines.add(address.addr_spec());
    if (all.size() > most) lines.add(say(asker.lang, "And others: {1}", {std::to_string(all.size() - most)}));
    lines.add(how_to_unblock(say(asker.lang, "ADDRESS"), asker.lang));
    done({lines.take()});
}

}  // namespace gateway
