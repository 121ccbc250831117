// Encryption of outgoing mail, decryption of incoming mail; see openpgp.h.

#include "gateway/encryption/openpgp.h"

#include <map>
#include <random>
#include <utility>

#include "coi/mail/chat_data.h"
#include "coi/mail/quote.h"
#include "gateway/encryption/opening.h"

namespace gateway {
namespace {

using Conversation = std::pair<AccountId, std::string>;
constexpr std::size_t most_own = 1000;  // own keys kept in memory

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// The strand of one conversation and direction: its mails stay in order.
std::string strand_of(const char* way, const Conversation& conversation) {
    return way + std::to_string(static_cast<std::int64_t>(conversation.first)) + " " + conversation.second;
}

EncryptResult failed(coi::Error error) { return {"", false, policy::Refusal::none, std::move(error)}; }

coi::Error store_away(const StoreError& error) { return {coi::ErrorKind::unreachable, false, error.what(), 0, {}}; }

/// An account's key with its Autocrypt header.
struct Ready {
    keys::Own own;
    coi::autocrypt::Header header;
    std::string field;  // the header as it stands in each mail in the clear
};
using OwnKey = std::shared_ptr<const Ready>;

coi::Result<OwnKey> ready(keys::Own own, const coi::Address& address, const Seal& seal) {
    auto key = coi::openpgp::public_key(own.secret, address);
    if (!key) return key.error();
    auto made = std::make_shared<Ready>();
    made->own = std::move(own);
    made->header = {{"", address.local, address.domain}, true, std::move(*key)};
    made->header.mark = keys::mark(seal, made->header);
    made->field = coi::autocrypt::print(made->header);
    return OwnKey(made);
}

coi::Result<keys::Own> make(const coi::Address& address) {
    auto secret = coi::openpgp::generate(address, now());
    if (!secret) return secret.error();
    const auto info = coi::openpgp::inspect(secret->bytes(), now());
    if (!info) return info.error();
    return keys::Own{std::move(*secret), info->fingerprint};
}

/// The input of one encryption.
struct Closing {
    OutgoingMail letter;
    OwnKey own;  // nullptr: no key to use
    coi::autocrypt::Peer peer;
    policy::Question question;
    coi::Address to;
};

std::string field_of(const Ready& own, Policy policy) {
    if (policy != Policy::off) return own.field;
    auto header = own.header;
    header.mutual = false;
    return coi::autocrypt::print(header);
}

EncryptResult print_clear(Closing closing) {
    coi::Message mail = std::move(closing.letter.mail);
    mail.avatar.reset();                // Delta Chat ignores it, and mail servers refuse so long a field
    mail.card.reset();                  // what is told of people is for those who can keep it
    mail.headers.erase("chat-delete");  // COMPAT: Delta Chat applies it to nothing, and shows nothing of the mail
    if (closing.own) mail.headers["autocrypt"] = field_of(*closing.own, closing.question.policy);
    // The user allowed clear text for this message, but not for the subject, name and quote that came encrypted.
    if (closing.question.privacy.encrypted || closing.question.privacy.came_protected) {
        mail.subject = "Chat";
        for (auto& reader : mail.to) reader.name.clear();
        if (closing.letter.has_quote) {
            mail.text.replace(0, coi::leading_quote(mail.text), "> …\n");
            std::erase_if(mail.attachments, coi::is_h_geo);  // it repeats the quote; the place stands in the words, too
        }
    }
    auto bytes = coi::print(mail);
    if (!bytes) return failed(bytes.error());
    return {std::move(*bytes), false, policy::Refusal::none, std::nullopt};
}

/// The outer Date of an encrypted mail is inexact on purpose: up to six days in the past (Delta Chat: at most seven).
std::int64_t coarse_date() {
    static thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_int_distribution<std::int64_t>(0, 6 * 24 * 3600)(random);
}

EncryptResult encrypt(Closing closing) {
    const auto bytes = coi::print(closing.letter.mail);
    closing.letter.mail = {};  // its files are in the bytes
    if (!bytes) return failed(bytes.error());
    const std::string& key =
        closing.letter.to_key.empty() ? coi::autocrypt::key_of(closing.peer) : closing.letter.to_key;
    coi::pgp_mime::Close how;
    how.signer = closing.own->own.secret;
    how.to = {key};
    how.own = closing.own->header;
    how.chatmail = closing.question.dialect == Dialect::chatmail;
    how.date_offset = how.chatmail ? coarse_date() : 0;
    how.outer_autocrypt = !how.chatmail;
    if (closing.letter.with_gossip) how.gossip = {{{"", closing.to.local, closing.to.domain}, false, key}};
    auto closed = coi::pgp_mime::close(*bytes, how);
    if (!closed) return failed(closed.error());
    return {std::move(*closed), true, policy::Refusal::none, std::nullopt};
}

EncryptResult close_now(Closing closing) {
    if (closing.letter.forced_clear) return print_clear(std::move(closing));
    if (!closing.letter.to_key.empty()) {  // always encrypted, independent of the policy
        if (closing.own) return encrypt(std::move(closing));
        return {"", false, policy::Refusal::elsewhere, std::nullopt};
    }
    const bool answers_encrypted = closing.question.privacy.encrypted || closing.question.privacy.came_protected;
    closing.question.recommendation =
        coi::autocrypt::recommend(closing.peer, closing.question.policy != Policy::off, answers_encrypted);
    const auto [way, refusal] = policy::decide(closing.question);
    if (way == policy::Way::refused) return {"", false, refusal, std::nullopt};
    return way == policy::Way::encrypted && closing.own ? encrypt(std::move(closing)) : print_clear(std::move(closing));
}

}  // namespace

struct OpenPgp::State : std::enable_shared_from_this<State> {
    State(Directory& directory_, Store& store_, Workers& workers_, Settings settings_)
        : directory(directory_), store(store_), workers(workers_), settings(settings_) {}

    using WithOwn = std::function<void(coi::Result<OwnKey>)>;
    void with_own(AccountId, WithOwn);
    void make_own(AccountId, const coi::Address&);
    void prepare_own(AccountId, keys::Own, const coi::Address&, std::function<void(coi::Result<OwnKey>)> done);
    void found_own(AccountId, const coi::Result<OwnKey>&);
    policy::Question question(const Account&, const Contact&, EndToEnd came_by) const;
    void close(const Account&, const Contact&, OutgoingMail, std::function<void(EncryptResult)> done);
    void close_later(Conversation, Closing, std::function<void(EncryptResult)> done);
    void leave(const Conversation&);

    Directory& directory;
    Store& store;
    Workers& workers;
    Settings settings;
    std::map<AccountId, OwnKey> own;
    std::map<AccountId, std::vector<WithOwn>> asked;  // callbacks for a key that is being read or made
    std::map<Conversation, std::size_t> under_way;    // mails that are not returned yet
    std::size_t waiting = 0;
    std::shared_ptr<Opening> opening = std::make_shared<Opening>(directory, store, workers, settings.limits);
};

policy::Question OpenPgp::State::question(const Account& account, const Contact& contact, EndToEnd came_by) const {
    return {policy::resolve(&contact, account, settings.policy),
            account.key_holder,
            contact.privacy,
            contact.dialect,
            coi::autocrypt::Recommendation::disable,
            came_by};
}

/// nullptr: coigate does not hold the account's key.
void OpenPgp::State::with_own(AccountId id, WithOwn done) {
    const Account* account = directory.find(id);
    if (!account || account->key_holder != KeyHolder::coigate) return done(OwnKey());
    if (const auto at = own.find(id); at != own.end()) return done(at->second);
    auto& waiters = asked[id];
    waiters.push_back(std::move(done));
    if (waiters.size() > 1) return;
    keys::own(store, id,
              [self = shared_from_this(), id, address = account->address](const Store::Failure& failure,
                                                                          std::optional<keys::Own> known) {
                  if (failure) return self->found_own(id, store_away(*failure));
                  if (!known) return self->make_own(id, address);
                  self->prepare_own(id, std::move(*known), address,
                                    [self, id](const coi::Result<OwnKey>& key) { self->found_own(id, key); });
              });
}

void OpenPgp::State::prepare_own(AccountId id, keys::Own key, const coi::Address& address,
                                 std::function<void(coi::Result<OwnKey>)> done) {
    workers.ask<coi::Result<OwnKey>>(
        Line(id),
        [key = std::move(key), address, seal = store.seal()]() mutable { return ready(std::move(key), address, seal); },
        std::move(done));
}

void OpenPgp::State::make_own(AccountId id, const coi::Address& address) {
    workers.ask<coi::Result<keys::Own>>(
        Line(id), [address] { return make(address); },
        [self = shared_from_this(), id, address](const coi::Result<keys::Own>& made) {
            if (!made) return self->found_own(id, made.error());
            keys::save_first(
                self->store, id, *made, [self, id, address](const Store::Failure& failure, keys::Own first) {
                    if (failure) return self->found_own(id, store_away(*failure));
                    self->prepare_own(id, std::move(first), address,
                                      [self, id](const coi::Result<OwnKey>& key) { self->found_own(id, key); });
                });
        });
}

/// A key that replaced it during the read stays.
void OpenPgp::State::found_own(AccountId id, const coi::Result<OwnKey>& key) {
    if (key && own.size() >= most_own) own.clear();
    const coi::Result<OwnKey> used = key ? coi::Result<OwnKey>(own.try_emplace(id, *key).first->second) : key;
    auto waiters = asked.extract(id);
    if (waiters.empty()) return;
    for (auto& done : waiters.mapped()) done(used);
}

void OpenPgp::State::close(const Account& account, const Contact& contact, OutgoingMail letter,
                           std::function<void(EncryptResult)> done) {
    const Conversation conversation{account.id, contact.canonical};
    Closing closing;
    closing.letter = std::move(letter);
    closing.to = contact.address;
    closing.question = question(account, contact, closing.letter.came_by);
    const bool needs_keys = !closing.letter.to_key.empty() || closing.letter.came_by != EndToEnd::none ||
                            policy::depends_on_keys(contact.privacy, closing.question.policy);
    const bool is_short = closing.letter.mail.attachments.empty();  // printing a large mail takes long
    if (!needs_keys && is_short && !under_way.contains(conversation)) {
        const auto ours = own.find(account.id);
        if (ours != own.end()) closing.own = ours->second;
        if (closing.own || account.key_holder != KeyHolder::coigate) return done(close_now(std::move(closing)));
    }
    ++under_way[conversation];
    ++waiting;
    with_own(account.id, [self = shared_from_this(), conversation, closing = std::move(closing),
                          done = std::move(done)](coi::Result<OwnKey> key) mutable {
        if (!key) {
            self->leave(conversation);
            return done(failed(key.error()));
        }
        closing.own = std::move(*key);
        self->close_later(conversation, std::move(closing), std::move(done));
    });
}

void OpenPgp::State::close_later(Conversation conversation, Closing closing, std::function<void(EncryptResult)> done) {
    keys::peer(store, conversation.first, conversation.second,
               [self = shared_from_this(), conversation, closing = std::move(closing), done = std::move(done)](
                   const Store::Failure& failure, coi::autocrypt::Peer peer) mutable {
                   if (failure) {
                       self->leave(conversation);
                       return done(failed(store_away(*failure)));
                   }
                   closing.peer = std::move(peer);
                   // Uses the present state: an earlier mail of the queue may have been the first encrypted one.
                   const Account* account = self->directory.find(conversation.first);
                   const Contact* contact = self->directory.contact(conversation.first, conversation.second);
                   if (account && contact)
                       closing.question = self->question(*account, *contact, closing.letter.came_by);
                   self->workers.ask<EncryptResult>(
                       Line(conversation.first, strand_of("out ", conversation)),
                       [closing = std::move(closing)]() mutable { return close_now(std::move(closing)); },
                       [self, conversation, done = std::move(done)](EncryptResult closed) {
                           self->leave(conversation);
                           done(std::move(closed));
                       });
               });
}

void OpenPgp::State::leave(const Conversation& conversation) {
    --waiting;
    const auto at = under_way.find(conversation);
    if (--at->second == 0) under_way.erase(at);
}

policy::Answer OpenPgp::would_leave(const Account& account, const Contact& contact, EndToEnd came_by) const {
    return policy::decide(state_->question(account, contact, came_by));
}

OpenPgp::OpenPgp(Directory& directory, Store& store, Workers& workers, Settings settings)
    : state_(std::make_shared<State>(directory, store, workers, settings)) {}
OpenPgp::~OpenPgp() = default;

void OpenPgp::close(const Account& account, const Contact& contact, OutgoingMail letter,
                    std::function<void(EncryptResult)> done) {
    state_->close(account, contact, std::move(letter), std::move(done));
}

void OpenPgp::open(const Account& account, std::shared_ptr<const std::string> bytes, coi::Message mail,
                   std::function<void(Decrypted)> done) {
    state_->opening->open(account, std::move(bytes), std::move(mail), std::move(done));
}

void OpenPgp::stop() { state_->opening->stop(); }

void OpenPgp::own_key(AccountId id, std::function<void(std::optional<keys::Own>)> done) {
    state_->with_own(id, [done = std::move(done)](const coi::Result<OwnKey>& key) {
        done(key && *key ? std::optional((*key)->own) : std::nullopt);
    });
}

void OpenPgp::replace_key(AccountId id, std::optional<keys::Own> key,
                          std::function<void(Store::Failure, keys::Own)> done) {
    const Account* account = state_->directory.find(id);
    if (!account) return done(StoreError("the account is gone"), {});
    state_->workers.ask<coi::Result<keys::Own>>(
        Line(id), [key = std::move(key), address = account->address] { return key ? *key : make(address); },
        [state = state_, id, address = account->address, done = std::move(done)](const coi::Result<keys::Own>& made) {
            if (!made) return done(StoreError(made.error().text), {});
            keys::save(
                state->store, id, *made, [state, id, made = *made, address, done](const Store::Failure& failure) {
                    if (failure) return done(failure, made);
                    state->prepare_own(id, made, address, [state, id, made, done](const coi::Result<OwnKey>& key) {
                        if (key) state->own[id] = *key;
                        done(std::nullopt, made);
                    });
                });
        });
}

std::size_t OpenPgp::waiting() const { return state_->waiting + state_->opening->waiting(); }
void OpenPgp::reload(Settings settings) {
    state_->settings = settings;
    state_->opening->reload(settings.limits);
}
Policy OpenPgp::configured() const { return state_->settings.policy; }

}  // namespace gateway
