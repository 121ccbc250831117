// Linking: fields, rate limit, check, commit, answer, in this order; see registrar.h. Callbacks after the end of the
// registrar are dropped.

#include "gateway/service/registrar.h"

#include <algorithm>
#include <set>
#include <utility>

#include "gateway/accounts/blocking.h"
#include "gateway/accounts/damaged_account.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "xmpp/xep/iq.h"

namespace gateway {

using account_forms::MailSettings;
using account_forms::settings_words;
using account_forms::take_words;

namespace {

constexpr std::size_t most_checks = 50;         // at once, for all users
constexpr std::size_t longest_language = 35;    // [RFC 5646 §4.4.1]
constexpr std::size_t longest_password = 4096;  // bytes; OAuth tokens are long

std::string domain_of(const std::string& jid) { return xmpp::JID(jid).server(); }

/// Whether `jid` is a user (not a server) of `domain`.
bool is_user_of(const std::string& jid, const std::string& domain) {
    const xmpp::JID user(jid);
    return !user.username().empty() && !domain.empty() && user.server() == domain_of(domain);
}

std::string trim(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// What is said beside the removal of an account: nothing that its user wrote vanishes in silence.
std::string dropped(std::int64_t unsent, const std::string& lang) {
    if (unsent == 0) return "";
    return " " + say(lang, "Messages of yours that were not sent yet, and are dropped: {1}", {std::to_string(unsent)});
}

CommandResult bad_server(const std::string& server, const std::string& lang) {
    return {say(lang, "“{1}” is no server. Write its name and port, for example imap.example.org:993.", {server}),
            "modify", "not-acceptable"};
}

/// Parses the servers that were typed; a failed result if they are none.
std::optional<CommandResult> add_servers(LinkRequest& request, const LinkForm& form, const std::string& lang) {
    if (!form.imap_server.empty()) {
        request.imap = parse_endpoint(form.imap_server, form.imap_security);
        if (!request.imap) return bad_server(form.imap_server, lang);
    }
    if (!form.smtp_server.empty()) {
        request.smtp = parse_endpoint(form.smtp_server, form.smtp_security);
        if (!request.smtp) return bad_server(form.smtp_server, lang);
    }
    return std::nullopt;
}

/// Whether a working login proves that a parked mailbox belongs to this user: it must be at the same server as before,
/// or at the one that the address' domain names, and with the same user name. Anybody may run a server of their own, or
/// have another account at a large provider.
bool is_its_user(const LinkRequest& request, const Account& parked) {
    const bool there = !request.imap || request.imap->host == parked.login.imap.host;
    const bool by_name = request.username.empty() || request.username == parked.login.username ||
                         request.username == parked.address.addr_spec();
    return there && by_name;
}

/// A change of password may omit what is already known.
void add_known(LinkRequest& request, const Account& known) {
    if (known.address.canonical() != request.address.canonical()) return;
    if (!request.imap) request.imap = known.login.imap;
    if (!request.smtp) request.smtp = known.login.smtp;
    if (request.username.empty()) request.username = known.login.username;
}

}  // namespace

Registrar::Registrar(Directory& directory, RelayAccounts& relay_accounts, LinkedMailboxes& mailboxes,
                     LinkObserver& observer, ServiceSettings settings, RateLimit::Now now)
    : directory_(directory),
      relay_accounts_(relay_accounts),
      mailboxes_(mailboxes),
      observer_(observer),
      settings_(std::move(settings)),
      now_(std::move(now)) {}

bool Registrar::may_link(const std::string& jid) const {
    return std::ranges::any_of(settings_.register_domains, [&](const auto& domain) { return is_user_of(jid, domain); });
}

bool Registrar::may_use(const std::string& jid) const {
    return may_link(jid) || is_user_of(jid, settings_.relay_domain) || directory_.of_user(jid) != nullptr;
}

bool Registrar::is_relay_user(const std::string& jid) const { return is_user_of(jid, settings_.relay_domain); }

CommandResult Registrar::not_allowed(const std::string& jid, const std::string& lang) const {
    const auto relay = is_relay_user(jid) ? relay_address_of(xmpp::JID(jid)) : std::nullopt;
    if (relay) {
        return {say(lang,
                    "There is nothing to register here: mail users reach you at {1}, and you write to them as contacts "
                    "of this gateway.",
                    {relay->addr_spec()}),
                "cancel", "not-allowed"};
    }
    return {say(lang, "Users of your server cannot link a mailbox here."), "cancel", "not-allowed"};
}

std::optional<CommandResult> Registrar::damage(const std::string& jid, const std::string& lang) const {
    const Account* damaged = damaged_account(directory_, jid);
    if (!damaged) return std::nullopt;
    return CommandResult{damaged_words(*damaged, settings_.component, lang), "cancel", "internal-server-error"};
}

CommandResult Registrar::store_trouble(const std::string& lang) const {
    return {say(lang, "The gateway cannot store anything at the moment. Please try again in a few minutes."), "wait",
            "resource-constraint"};
}

std::string Registrar::language(const xmpp::Tag& stanza, const std::string& jid) {
    auto lang = xmpp::language_of(stanza).substr(0, longest_language);
    if (const Account* account = directory_.of_user(jid)) directory_.note_language(account->id, lang);
    return directory_.language(jid, lang);
}

/// Why no login may be checked for this user now; counts the attempt if there is no reason.
std::optional<CommandResult> Registrar::refusal(const std::string& jid, const std::string& lang) {
    if (busy_.contains(jid)) {
        return CommandResult{say(lang, "Your login is being checked already. Please wait for the answer."), "wait",
                             "resource-constraint"};
    }
    if (busy_.size() >= most_checks) {
        return CommandResult{
            say(lang, "Many people are linking their mailboxes just now. Please try again in a minute."), "wait",
            "resource-constraint"};
    }
    if (!attempts_.take(jid, now())) {
        return CommandResult{say(lang, "These were too many attempts. Please try again in ten minutes."), "wait",
                             "policy-violation"};
    }
    return std::nullopt;
}

void Registrar::link(const std::string& jid, const LinkForm& form, const std::string& lang, Done done) {
    if (!may_link(jid)) return done(not_allowed(jid, lang));
    const Account* known = mailbox(jid);
    LinkRequest request;
    // [XEP-0077 §3.3] a change of password names no address; COMPAT: clients without forms put the address into
    // `username`.
    std::string email = trim(form.email), username = trim(form.username);
    if (email.empty() && username.find('@') != username.npos) email = std::exchange(username, "");
    if (email.empty() && known && !form.complete) email = known->address.addr_spec();
    const auto address = address_typed(email, settings_.component);
    if (!address) {
        return done({email.empty() ? say(lang, "Please give your mail address.")
                                   : say(lang, "“{1}” is no mail address.", {email}),
                     "modify", "not-acceptable"});
    }
    if (form.password.empty() || form.password.size() > longest_password) {
        return done({say(lang, "Please give the password of your mailbox."), "modify", "not-acceptable"});
    }
    request.address = *address;
    request.password = form.password;
    request.username = username;
    request.oauth = form.oauth;
    if (auto ending = add_servers(request, form, lang)) return done(*ending);
    if (known && !form.complete) add_known(request, *known);
    if (auto ending = refusal(jid, lang)) return done(*ending);
    const auto check = std::make_shared<Check>(lang, done);
    busy_[jid] = check;
    mailboxes_.check(request, lang, [self = weak_from_this(), check, jid, request, lang, done](LinkOutcome outcome) {
        const auto registrar = self.lock();
        if (!registrar || !check->done) return;  // cancelled
        check->done = nullptr;
        registrar->busy_.erase(jid);
        if (!outcome.login) return done({outcome.words, "modify", "not-acceptable"});  // [XEP-0100 §4.1.2]
        registrar->store(jid, request, std::move(outcome), lang, done);
    });
}

bool Registrar::cancel_link(const std::string& jid) {
    auto found = busy_.extract(jid);
    if (found.empty()) return false;
    const auto check = found.mapped();
    const Done done = std::exchange(check->done, nullptr);
    CommandResult ending{say(check->lang, "The mailbox was not linked: you have cancelled it."), "cancel",
                         "not-allowed"};
    ending.cancelled = true;
    done(ending);
    return true;
}

void Registrar::store(const std::string& jid, const LinkRequest& request, LinkOutcome outcome, const std::string& lang,
                      Done done) {
    const Account* known = mailbox(jid);
    // A parked or damaged mailbox becomes active again with its password, unless it is damaged as a whole.
    if (!known) known = directory_.at_rest(jid, Account::Kind::mailbox);
    const bool same = known && !known->damaged && known->address.canonical() == request.address.canonical() &&
                      (!known->parked || is_its_user(request, *known));
    const bool fresh = !same || known->parked;
    Account account = same ? *known : Account{};         // contacts, cursors and settings stay
    if (!same) account.key_holder = KeyHolder::unknown;  // until the mailbox was searched for a key
    account.kind = Account::Kind::mailbox;
    account.jid = jid;
    account.address = request.address;
    account.login = std::move(*outcome.login);
    account.parked = account.login_lost = false;
    if (known) std::tie(account.lang, account.lang_source) = std::tie(known->lang, known->lang_source);
    if (!lang.empty() && account.lang_source == Account::LanguageSource::stanza) account.lang = lang;
    if (!known || same) return save(std::move(account), std::move(outcome.start), fresh, lang, std::move(done));
    // Another mailbox: the data of the old one is deleted.
    remove(known->id, [self = weak_from_this(), account, start = outcome.start, lang, done](
                          const Store::Failure& failure, std::int64_t unsent) {
        const auto registrar = self.lock();
        if (!registrar) return;
        if (failure) return done(registrar->store_trouble(lang));
        registrar->save(account, start, true, lang, [unsent, lang, done](CommandResult result) {
            result.words += dropped(unsent, lang);
            done(std::move(result));
        });
    });
}

/// Deletes an account and tells how many messages of its user were not sent yet.
void Registrar::remove(AccountId id, std::function<void(Store::Failure, std::int64_t unsent)> done) {
    directory_.begin_removal(id);  // so that the number is true
    directory_.count_unsent(
        id, [self = weak_from_this(), id, done = std::move(done)](Store::Failure failure, std::int64_t unsent) {
            const auto registrar = self.lock();
            if (!registrar) return;
            if (failure) unsent = 0;  // the removal fails, too, and ends what was begun
            registrar->directory_.remove(id, [unsent, done](Store::Failure why) { done(std::move(why), unsent); });
        });
}

void Registrar::save(Account account, std::vector<Cursor> start, bool fresh, const std::string& lang, Done done) {
    const std::string jid = account.jid, address = account.address.addr_spec();
    directory_.save(
        std::move(account), std::move(start),
        [self = weak_from_this(), jid, address, fresh, lang, done](Store::Failure failure, AccountId) {
            const auto registrar = self.lock();
            if (!registrar) return;
            if (failure) return done(registrar->store_trouble(lang));
            done({fresh ? say(lang,
                              "{1} is linked. To write to someone, tell me their mail address: contact bob@example.org",
                              {address})
                        : say(lang, "The login of {1} is changed.", {address})});
            if (!fresh) return;
            blocking::linked(registrar->directory_, jid);
            registrar->observer_.linked(jid);
        });
}

void Registrar::unlink(const std::string& jid, const std::string& lang, Done done) {
    cancel_link(jid);  // else a running check would link the mailbox after the unlinking
    std::vector<AccountId> accounts;
    std::set<std::string> subscribed;
    for (const Account* account :
         {directory_.mailbox_of(jid), directory_.relay_of(jid), directory_.at_rest(jid, Account::Kind::mailbox)}) {
        if (!account) continue;
        accounts.push_back(account->id);
        for (const Contact* contact : directory_.contacts(account->id)) {
            if (!contact->subscribed) continue;
            for (auto& known : jids_of(*contact, settings_.component)) subscribed.insert(std::move(known));
        }
    }
    if (accounts.empty()) {
        return done({say(lang, "You have not linked a mailbox. Write “link” to see how."), "auth",
                     "registration-required"});  // [XEP-0077 §3.2]
    }
    struct Progress {
        std::size_t left;
        bool failed = false;
        std::int64_t unsent = 0;
    };
    auto progress = std::make_shared<Progress>(Progress{accounts.size()});
    const std::vector<std::string> contacts(subscribed.begin(), subscribed.end());
    for (const AccountId id : accounts) {
        remove(id, [self = weak_from_this(), progress, jid, contacts, lang, done](const Store::Failure& failure,
                                                                                  std::int64_t unsent) {
            progress->failed = progress->failed || failure;
            progress->unsent += unsent;
            const auto registrar = self.lock();
            if (--progress->left > 0 || !registrar) return;
            if (progress->failed) return done(registrar->store_trouble(lang));
            done({say(lang, "Your mailbox is unlinked, and everything stored of you is deleted.") +
                  dropped(progress->unsent, lang)});
            registrar->observer_.unlinked(jid, contacts);
        });
    }
}

/// A relay user's account is made if there is none yet.
void Registrar::with_account(const std::string& jid, const std::string& lang, const Done& done,
                             std::function<void(Registrar&, const Account&)> go_on) {
    if (const Account* known = directory_.of_user(jid)) return go_on(*this, *known);
    if (auto ending = damage(jid, lang)) return done(std::move(*ending));
    if (!is_relay_user(jid))
        return done(
            {say(lang, "You have not linked a mailbox. Write “link” to see how."), "auth", "registration-required"});
    relay_accounts_.get(jid, lang,
                        [self = weak_from_this(), lang, done, go_on = std::move(go_on)](const Account* made) {
                            const auto registrar = self.lock();
                            if (!registrar) return;
                            if (!made) return done(registrar->store_trouble(lang));
                            go_on(*registrar, *made);
                        });
}

void Registrar::change(const std::string& jid, const MailSettings& wanted, const std::string& lang, Done done) {
    with_account(jid, lang, done, [wanted, lang, done](Registrar& self, const Account& account) {
        self.change(account, wanted, lang, done);
    });
}

void Registrar::choose_language(const std::string& jid, const std::string& chosen, const std::string& lang, Done done) {
    with_account(jid, lang, done, [chosen, lang, done](Registrar& self, const Account& account) {
        const auto set = [&chosen](Account& changed) {
            using Source = Account::LanguageSource;
            changed.lang_source = chosen.empty() ? Source::stanza : Source::chosen;
            if (!chosen.empty()) changed.lang = chosen;
        };
        self.directory_.change(account.id, set,
                               [weak = self.weak_from_this(), chosen, lang, done](const Store::Failure& failure) {
                                   const auto registrar = weak.lock();
                                   if (!registrar) return;
                                   if (failure) return done(registrar->store_trouble(lang));
                                   done({chosen.empty() ? say(lang, "I write in the language of your client.")
                                                        : say(chosen, "I write to you in English.")});
                               });
    });
}

void Registrar::note_word_language(const std::string& jid, const std::string& lang) {
    const Account* account = directory_.of_user(jid);
    if (account) directory_.note_language(account->id, lang, Account::LanguageSource::word);
}

void Registrar::change(const Account& known, const MailSettings& wanted, const std::string& lang, Done done) {
    const bool relayed = known.kind == Account::Kind::relay;
    const auto set = [wanted](Account& account) {
        account.take = wanted.take;
        account.sent_copy = wanted.sent_copy;
        account.marks_read = wanted.marks_read;
    };
    directory_.change(known.id, set,
                      [self = weak_from_this(), wanted, relayed, lang, done](const Store::Failure& failure) {
                          const auto registrar = self.lock();
                          if (!registrar) return;
                          if (failure) return done(registrar->store_trouble(lang));
                          done({say(lang, "The settings are changed.") + "\n" + settings_words(wanted, relayed, lang)});
                      });
}

std::string Registrar::settings_of(const std::string& jid, const std::string& lang) const {
    const Account* account = directory_.of_user(jid);
    if (!account) return status(jid, lang);
    const bool relayed = account->kind == Account::Kind::relay;
    return settings_words(account_forms::settings_of(*account), relayed, lang) + "\n" +
           say(lang, "Write: mail chats, mail contacts or mail all.") + "\n" +
           (relayed ? "" : say(lang, "Write: mail read on or mail read off.") + "\n") +
           say(lang, "Write: language en, language de or language auto.");
}

std::string Registrar::status(const std::string& jid, const std::string& lang) const {
    std::string words;
    const auto line = [&](const std::string& text) { words += (words.empty() ? "" : "\n") + text; };
    if (const Account* linked = directory_.mailbox_of(jid)) {
        line(say(lang, "Linked mailbox: {1}", {linked->address.addr_spec()}));
        if (const auto health = mailboxes_.health(*linked, lang); !health.empty()) line(health);
    } else if (const auto ending = damage(jid, lang)) {
        line(ending->words);
    } else {
        if (may_link(jid)) line(say(lang, "You have not linked a mailbox. Write “link” to see how."));
        const auto relay = is_relay_user(jid) ? relay_address_of(xmpp::JID(jid)) : std::nullopt;
        if (relay) line(say(lang, "Mail users reach you at {1}.", {relay->addr_spec()}));
    }
    if (const Account* account = directory_.of_user(jid)) line(take_words(account->take, lang));
    return words.empty() ? say(lang, "Users of your server cannot link a mailbox here.") : words;
}

}  // namespace gateway
