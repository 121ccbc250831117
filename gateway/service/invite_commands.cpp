// The commands about SecureJoin invites: make one, follow one.

#include <utility>

#include "coi/crypt/securejoin.h"
#include "gateway/accounts/blocking.h"
#include "gateway/localization.h"
#include "gateway/service/privacy_commands.h"

namespace gateway {

void PrivacyCommands::invite(const Asker& asker,
                             std::function<void(CommandResult, std::optional<coi::securejoin::Invite>)> done) {
    const Done refuse = [done](CommandResult ending) { done(std::move(ending), std::nullopt); };
    with_account(asker, refuse, [self = shared_from_this(), asker, done](const Account& account) {
        if (account.key_holder != KeyHolder::coigate) {
            return done(self->no_key(account.id, asker.lang), std::nullopt);
        }
        self->desk_.invite(account.id, [self, asker, done](std::optional<coi::securejoin::Invite> invite) {
            if (!invite) return done(self->trouble(asker.lang), std::nullopt);
            const std::string words = say(
                asker.lang,
                "With this invite somebody connects with you, and both sides have each other's keys. Give it to one "
                "person, by a way that you trust; it is good for 14 days. They open the link, or scan it as a QR "
                "code (my command “Invite” shows one). As soon as they are connected I tell you.\n{1}",
                {coi::securejoin::print_link(*invite)});
            done({words}, std::move(invite));
        });
    });
}

void PrivacyCommands::join(const Asker& asker, const std::string& text, Done done) {
    const auto invite = coi::securejoin::parse(text);
    if (!invite) {
        return done(wrong(say(asker.lang,
                              "This is no invite that I can follow. It has to be the whole invite of a person; groups "
                              "and channels cannot be joined yet.")));
    }
    with_account(asker, done, [self = shared_from_this(), asker, invite = *invite, done](const Account& account) {
        const std::string address = invite.address.addr_spec();
        if (blocking::is_blocked(self->registrar_.directory(), account.id, invite.address.canonical())) {
            return done(self->wrong(
                say(asker.lang, "You have blocked {1}. To unblock them, write to me: unblock {1}", {address})));
        }
        self->desk_.join(account.id, invite, [self, asker, address, id = account.id, done](SecureJoin::Joined joined) {
            switch (joined) {
                case SecureJoin::Joined::begun:
                    return done({say(asker.lang,
                                     "I am connecting you with {1}. As soon as their program has answered I tell you; "
                                     "it has to be online for that.",
                                     {address})});
                case SecureJoin::Joined::own:
                    return done(self->wrong(say(asker.lang, "This is your own invite: give it to somebody else.")));
                case SecureJoin::Joined::too_often:
                    return done({say(asker.lang, "These were too many invites. Please try again in an hour."), "wait",
                                 "policy-violation"});
                case SecureJoin::Joined::no_key:
                    return done(self->no_key(id, asker.lang));
                case SecureJoin::Joined::busy:
                    return done(self->trouble(asker.lang));
            }
        });
    });
}

}  // namespace gateway
