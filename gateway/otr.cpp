// OTR of all users; see otr.h.

#include "gateway/otr.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "coi/mail/html.h"
#include "gateway/identity.h"
#include "gateway/otr_talk.h"
#include "gateway/otr_words.h"
#include "gateway/store/keys.h"
#include "xmpp/otr/front.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0280_carbons.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0380_eme.h"

namespace gateway {
namespace {

using xmpp::otr::Kind;
using xmpp::otr::Notice;
using xmpp::otr::Received;
using xmpp::otr::Sessions;
using Clock = OtrTalk::Clock;
using Identity = std::shared_ptr<const xmpp::otr::Identity>;

constexpr auto forget_after = std::chrono::minutes(20);  // longer than the limits of starts remember
constexpr std::size_t most_identities = 1000;            // in memory
constexpr std::size_t longest_text = 64 * 1024;          // bytes of a text that was HTML

/// OTR's plaintext may be HTML [OTR v3 "Data Message"], and nothing says whether it is: only what could not be meant as
/// it stands is read so.
std::string readable(const std::string& text) {
    static constexpr std::string_view marks[] = {"&lt;",  "&gt;", "&amp;", "&quot;", "&#",  "<br",   "<font",   "<html",
                                                 "<body", "<p>",  "<b>",   "<i>",    "<u>", "<span", "<a href", "</"};
    const auto has = [&text](std::string_view mark) { return text.find(mark) != std::string::npos; };
    return std::ranges::any_of(marks, has) ? coi::html_to_text(text, longest_text) : text;
}

/// The message with another text, and without what spoke of its encryption.
xmpp::Stanza with_body(const xmpp::Tag& message, const std::string& text) {
    auto copy = std::make_unique<xmpp::Tag>("message");
    for (const auto* attribute : message.attributes()) copy->addAttribute(attribute->name(), attribute->value());
    for (const auto* child : message.children()) {
        const std::string ns = xmpp::namespace_of(*child);
        if (child->name() != "body" && child->name() != "html" && ns != xmpp::xep0380::ns && ns != xmpp::xep0334::ns)
            copy->addChild(child->clone());
    }
    xmpp::add(*copy, "body", {}, text);
    return copy;
}

/// A body of ours for one resource, with what [XEP-0364 §4.3] and [XEP-0380 §3] want beside it.
xmpp::Stanza otr_message(const std::string& from, const std::string& to, const std::string& body) {
    auto message = std::make_unique<xmpp::Tag>("message");
    message->addAttribute("type", "chat");
    message->addAttribute("from", from);
    message->addAttribute("to", to);
    xmpp::add(*message, "body", {}, body);
    xmpp::xep0380::add_encryption(*message, xmpp::xep0380::otr);
    xmpp::xep0334::add_no_permanent_store(*message);
    xmpp::xep0334::add_no_copy(*message);
    xmpp::xep0280::add_private(*message);
    return message;
}

}  // namespace

struct Otr::State : std::enable_shared_from_this<State> {
    State(Directory& directory_, Store& store_, Workers& workers_, Settings settings_, Calls calls_)
        : directory(directory_),
          store(store_),
          workers(workers_),
          settings(std::move(settings_)),
          calls(std::move(calls_)) {}

    using Talk = std::shared_ptr<OtrTalk>;
    using Key = OtrTalk::Key;

    Talk find(const Key& key) const;
    Talk talk_of(const Account&, const std::string& contact);
    void make_room(AccountId);
    void open(const Talk&, const Account&);
    void with_identity(AccountId, std::function<void(Identity)>);
    void found_identity(AccountId, Identity);

    void take(const xmpp::Tag& message);
    void take_as(const Account&, const coi::Address& contact, const std::shared_ptr<xmpp::Tag>& message);
    void received(const Talk&, const std::shared_ptr<xmpp::Tag>& message, Received);
    void tell(const Talk&, const Notice&);
    void started(const Account&, Contact&, const Talk&);
    void spoke_clearly(const Key&);
    void reply(const std::string& from, const std::string& to, const std::vector<std::string>& bodies);
    void end(const Talk&, const std::string& peer);

    void send(const queue::Entry&, const xmpp::Tag& stanza, std::function<void(Outgoing)> done);
    void hold(const Account&, const Contact&, const Talk&, std::function<void(Outgoing)> done);
    void ask_for_session(const Talk&, const std::string& peer);
    std::string jid_of_contact(const Key&) const;

    Directory& directory;
    Store& store;
    Workers& workers;
    Settings settings;
    Calls calls;
    std::map<Key, Talk> talks;
    std::map<AccountId, Identity> identities;
    std::map<AccountId, std::vector<std::function<void(Identity)>>> asked;
    Clock::time_point polled = Clock::now();
};

Otr::State::Talk Otr::State::find(const Key& key) const {
    const auto at = talks.find(key);
    return at == talks.end() ? nullptr : at->second;
}

Otr::State::Talk Otr::State::talk_of(const Account& account, const std::string& contact) {
    const Key key{account.id, contact};
    if (auto known = find(key)) return known;
    make_room(account.id);
    auto talk = std::make_shared<OtrTalk>(key, workers);
    talks[key] = talk;
    open(talk, account);
    return talk;
}

/// One user's clients can't fill the memory of all.
void Otr::State::make_room(AccountId id) {
    std::vector<Talk> theirs;
    for (auto at = talks.lower_bound({id, ""}); at != talks.end() && at->first.first == id; ++at)
        theirs.push_back(at->second);
    if (theirs.size() < settings.conversations) return;
    const auto oldest =
        std::ranges::min_element(theirs, [](const Talk& a, const Talk& b) { return a->last_used() < b->last_used(); });
    for (const auto& peer : (*oldest)->encrypted()) end(*oldest, peer);
    talks.erase((*oldest)->key());
}

void Otr::State::open(const Talk& talk, const Account& account) {
    with_identity(account.id, [self = shared_from_this(), talk, lang = account.lang](const Identity& identity) {
        if (!identity) {
            self->talks.erase(talk->key());
            return talk->open(nullptr, {}, {});
        }
        self->store.ask<std::vector<keys::OtrPeer>>(
            [key = talk->key()](Database& db) { return keys::otr_peers(db, key.first, key.second); },
            [talk, identity, lang](const Store::Failure&, const std::vector<keys::OtrPeer>& peers) {
                std::vector<xmpp::otr::KnownKey> known;
                for (const auto& peer : peers) {
                    if (const auto fingerprint = xmpp::otr::parse_fingerprint(peer.fingerprint))
                        known.push_back({*fingerprint, !peer.trust.empty()});
                }
                talk->open(identity, std::move(known), otr_words::bodies(lang));
            });
    });
}

/// nullptr: the store failed.
void Otr::State::with_identity(AccountId id, std::function<void(Identity)> done) {
    if (const auto at = identities.find(id); at != identities.end()) return done(at->second);
    auto& waiters = asked[id];
    waiters.push_back(std::move(done));
    if (waiters.size() > 1) return;
    store.ask<coi::Secret>(
        [id](Database& db) { return keys::otr_identity(db, id); },
        [self = shared_from_this(), id](const Store::Failure& failure, const coi::Secret& saved) {
            if (failure) return self->found_identity(id, nullptr);
            self->workers.ask<Identity>(
                "",
                [saved] {
                    auto loaded = saved.empty() ? std::nullopt : xmpp::otr::Identity::load(saved.bytes());
                    if (!loaded) loaded = xmpp::otr::Identity::generate();
                    return std::make_shared<const xmpp::otr::Identity>(std::move(*loaded));
                },
                [self, id, saved](const Identity& identity) {
                    const coi::Secret bytes{std::string(identity->save().bytes())};
                    if (bytes == saved) return self->found_identity(id, identity);
                    self->store.commit([id, bytes](Database& db) { keys::save_otr_identity(db, id, bytes); },
                                       [self, id, identity](const Store::Failure& failed) {
                                           self->found_identity(id, failed ? nullptr : identity);
                                       });
                });
        });
}

void Otr::State::found_identity(AccountId id, Identity identity) {
    if (identities.size() >= most_identities) identities.clear();
    if (identity) identities[id] = identity;
    auto waiters = asked.extract(id);
    if (waiters.empty()) return;
    for (const auto& done : waiters.mapped()) done(identity);
}

// --- from the user

void Otr::State::take(const xmpp::Tag& message) {
    const std::string& type = xmpp::attribute(message, "type");
    const xmpp::Tag* body = xmpp::child(message, "body", "");
    if (type == "error" || xmpp::xep0280::is_copy(message)) return;
    const auto contact = address_of(xmpp::JID(xmpp::attribute(message, "to")));
    const auto user = bare(xmpp::attribute(message, "from"));
    if (!body || type == "groupchat" || !contact || !user) return calls.take(message, false);
    if (const Account* account = directory.of_user(*user))
        return take_as(*account, *contact, std::shared_ptr<xmpp::Tag>(message.clone()));
    const auto seen = xmpp::otr::look(body->cdata());
    if (seen.kind == Kind::plain) return calls.take(message, false);
    if (seen.kind == Kind::tagged) return calls.take(*with_body(message, seen.text), false);
    std::shared_ptr<xmpp::Tag> copy(message.clone());
    calls.with_account(*user, xmpp::attribute(message, "xml:lang"),
                       [self = shared_from_this(), copy, contact = *contact](const Account* account) {
                           if (account) return self->take_as(*account, contact, copy);
                           self->calls.take(*copy, false);  // says why it cannot be sent; never as a mail
                       });
}

void Otr::State::take_as(const Account& account, const coi::Address& contact,
                         const std::shared_ptr<xmpp::Tag>& message) {
    const std::string& body = xmpp::child(*message, "body", "")->cdata();
    const std::string from = xmpp::attribute(*message, "from");
    const auto seen = xmpp::otr::look(body);
    const Key key{account.id, contact.canonical()};
    auto talk = find(key);
    if (seen.is_plain() && !talk) {
        spoke_clearly(key);
        if (seen.kind == Kind::plain) return calls.take(*message, false);
        return calls.take(*with_body(*message, seen.text), false);
    }
    // What lay in offline storage starts nothing: its sender has long stopped waiting.
    if (xmpp::xep0203::delay(*message) && !seen.is_plain() && seen.kind != Kind::data && seen.kind != Kind::fragment)
        return;
    if (!talk) talk = talk_of(account, key.second);
    talk->ask<Received>(
        [from, body = std::string(body)](Sessions& sessions) { return sessions.receive(from, body, Clock::now()); },
        [self = shared_from_this(), talk, message](Received received) {
            self->received(talk, message, std::move(received));
        });
}

void Otr::State::received(const Talk& talk, const std::shared_ptr<xmpp::Tag>& message, Received received) {
    const auto [id, canonical] = talk->key();
    const Account* account = directory.find(id);
    if (!account) return;
    const std::string from = xmpp::attribute(*message, "from");
    if (!xmpp::xep0203::delay(*message)) reply(xmpp::attribute(*message, "to"), from, received.replies);
    if (received.keys_changed) {
        store.later([key = talk->key(), known = talk->known()](Database& db) {
            for (const auto& each : known) {
                keys::save(db, key.first, key.second,
                           keys::OtrPeer{xmpp::otr::print(each.fingerprint), each.verified ? "verified" : ""});
            }
        });
    }
    for (const auto& notice : received.notices) tell(talk, notice);
    if (!received.text) return;
    const std::string text = received.was_encrypted ? readable(*received.text) : *received.text;
    if (!received.was_encrypted) {
        if (talk->is_finished(from)) end(talk, from);
        spoke_clearly(talk->key());
    }
    if (!xmpp::otr::look(text).is_plain()) return tell(talk, {Notice::Kind::unreadable});  // OTR within OTR
    calls.take(*with_body(*message, text), received.was_encrypted);
}

void Otr::State::tell(const Talk& talk, const Notice& notice) {
    const auto [id, canonical] = talk->key();
    const Account* account = directory.find(id);
    const Contact* met = directory.contact(id, canonical);
    const std::string address = met ? met->address.addr_spec() : canonical;
    if (!account) return;
    if (notice.kind == Notice::Kind::started) {
        if (const auto parsed = coi::parse_addr_spec(address)) started(*account, directory.know(id, *parsed), talk);
    }
    if (const auto words = otr_words::of(notice, address, account->lang)) calls.say(*account, *words);
}

void Otr::State::started(const Account& account, Contact& contact, const Talk& talk) {
    talk->hold_told = false;
    const bool first = !contact.privacy.otr;
    contact.privacy.otr = true;
    directory.save(contact);
    if (first) {
        calls.say(account, otr_words::explanation(contact.address.addr_spec(), contact.privacy.has_key, account.lang));
    }
    calls.released(account.id, contact.canonical);
}

/// A message in the clear while no session stands is the user's word to go on so.
void Otr::State::spoke_clearly(const Key& key) {
    const auto talk = find(key);
    const Contact* met = directory.contact(key.first, key.second);
    const Account* account = directory.find(key.first);
    if (!account || !met || !met->privacy.otr) return;
    // Where a session stands, clear text is another client's, a mistake or a forgery: off() is the way to give it up.
    if (talk && !talk->encrypted().empty()) return;
    Contact& contact = directory.know(key.first, met->address);
    contact.privacy.otr = false;
    directory.save(contact);
    if (talk) talk->hold_told = false;
    calls.say(*account, otr_words::over(contact.address.addr_spec(), account->lang));
    calls.released(key.first, key.second);
}

void Otr::State::reply(const std::string& from, const std::string& to, const std::vector<std::string>& bodies) {
    for (const auto& body : bodies) calls.send(*otr_message(from, to, body));
}

void Otr::State::end(const Talk& talk, const std::string& peer) {
    talk->ask<std::vector<std::string>>(
        [peer](Sessions& sessions) { return sessions.end(peer); },
        [self = shared_from_this(), talk, peer](const std::vector<std::string>& bodies) {
            self->reply(self->jid_of_contact(talk->key()), peer, bodies);
        });
}

// --- to the user

std::string Otr::State::jid_of_contact(const Key& key) const {
    const Contact* contact = directory.contact(key.first, key.second);
    const auto address = contact ? coi::Result<coi::Address>(contact->address) : coi::parse_addr_spec(key.second);
    const auto jid = address ? jid_of(*address, settings.component) : std::nullopt;
    return jid ? jid->bare() : settings.component;
}

void Otr::State::send(const queue::Entry& entry, const xmpp::Tag& stanza, std::function<void(Outgoing)> done) {
    const Account* account = directory.find(entry.account);
    const Contact* contact = entry.contact.empty() ? nullptr : directory.contact(entry.account, entry.contact);
    const xmpp::Tag* body = xmpp::child(stanza, "body", "");
    const bool is_theirs = account && contact && body && xmpp::attribute(stanza, "type") != "error";
    if (!is_theirs || !contact->privacy.otr) return done({});
    const auto talk = talk_of(*account, entry.contact);
    const auto peers = talk->encrypted();
    if (peers.empty()) return hold(*account, *contact, talk, std::move(done));
    using Messages = std::vector<std::pair<std::string, std::vector<std::string>>>;
    std::shared_ptr<xmpp::Tag> original(stanza.clone());
    talk->ask<Messages>(
        [peers, text = body->cdata()](Sessions& sessions) {
            Messages out;
            for (const auto& peer : peers) out.emplace_back(peer, sessions.send(peer, text).messages);
            return out;
        },
        [self = shared_from_this(), original, talk, done = std::move(done)](const Messages& messages) {
            Outgoing out{Outgoing::Kind::encrypted, {}};
            for (const auto& [peer, bodies] : messages) {
                for (std::size_t i = 0; i < bodies.size(); ++i) {
                    auto piece = otr_message(xmpp::attribute(*original, "from"), peer, bodies[i]);
                    if (i + 1 == bodies.size()) {  // the client has the message with its last piece
                        piece->addAttribute("id", xmpp::attribute(*original, "id"));
                        for (const auto* child : original->children()) {
                            if (child->name() != "body" && child->name() != "subject") piece->addChild(child->clone());
                        }
                    }
                    out.stanzas.push_back(std::move(piece));
                }
            }
            if (!out.stanzas.empty()) return done(std::move(out));
            const Account* still = self->directory.find(talk->key().first);
            const Contact* met = self->directory.contact(talk->key().first, talk->key().second);
            if (!still || !met) return done({Outgoing::Kind::held, {}});
            self->hold(*still, *met, talk, done);
        });
}

/// Said once; and a client that knows OTR is asked to start.
void Otr::State::hold(const Account& account, const Contact& contact, const Talk& talk,
                      std::function<void(Outgoing)> done) {
    if (!std::exchange(talk->hold_told, true)) {
        calls.say(account, otr_words::held(contact.address.addr_spec(), account.lang));
        ask_for_session(talk, account.jid);
    }
    done({Outgoing::Kind::held, {}});
}

void Otr::State::ask_for_session(const Talk& talk, const std::string& peer) {
    talk->ask<std::optional<std::string>>(
        [peer](Sessions& sessions) { return sessions.query(peer, Clock::now()); },
        [self = shared_from_this(), talk, peer](const std::optional<std::string>& query) {
            if (query) self->reply(self->jid_of_contact(talk->key()), peer, {*query});
        });
}

// --- the room

Otr::Otr(Directory& directory, Store& store, Workers& workers, Settings settings, Calls calls)
    : state_(std::make_shared<State>(directory, store, workers, std::move(settings), std::move(calls))) {}
Otr::~Otr() = default;

void Otr::take(const xmpp::Tag& message) { state_->take(message); }

void Otr::send(const queue::Entry& entry, const xmpp::Tag& stanza, std::function<void(Outgoing)> done) {
    state_->send(entry, stanza, std::move(done));
}

void Otr::available(const std::string& jid) {
    const auto user = bare(jid);
    const Account* account = user ? state_->directory.of_user(*user) : nullptr;
    if (!account) return;
    auto& talks = state_->talks;
    for (auto at = talks.lower_bound({account->id, ""}); at != talks.end() && at->first.first == account->id; ++at) {
        if (at->second->hold_told) state_->ask_for_session(at->second, jid);
    }
}

void Otr::unavailable(const std::string& jid) {
    const auto user = bare(jid);
    const Account* account = user ? state_->directory.of_user(*user) : nullptr;
    if (!account) return;
    auto& talks = state_->talks;
    for (auto at = talks.lower_bound({account->id, ""}); at != talks.end() && at->first.first == account->id; ++at) {
        const auto talk = at->second;
        if (!talk->has(jid)) continue;
        talk->ask<bool>([jid](Sessions& sessions) { return sessions.end(jid).empty(); }, [talk](bool) {});
    }
}

void Otr::tick() {
    const auto now = Clock::now();
    if (now - state_->polled < std::chrono::seconds(70)) return;
    state_->polled = now;
    std::erase_if(state_->talks, [now](const auto& talk) {
        return talk.second->is_idle() && !talk.second->hold_told && now - talk.second->last_used() > forget_after;
    });
    for (const auto& entry : state_->talks) {
        const auto talk = entry.second;
        if (talk->is_idle()) continue;
        talk->ask<bool>([now](Sessions& sessions) { return sessions.poll(now), true; }, [talk](bool) {});
    }
}

void Otr::stop() {
    for (const auto& [key, talk] : state_->talks) {
        for (const auto& peer : talk->encrypted()) state_->end(talk, peer);
    }
}

bool Otr::verify(const Account& account, const std::string& contact, const std::string& secret) {
    const auto talk = state_->find({account.id, contact});
    if (!talk || talk->encrypted().empty()) return false;
    const std::string peer = talk->encrypted().front();
    talk->ask<std::vector<std::string>>(
        [peer, secret = xmpp::Wiped(secret)](Sessions& sessions) {
            auto bodies = sessions.smp_answer(peer, secret);
            return bodies.empty() ? sessions.smp_start(peer, secret) : bodies;
        },
        [state = state_, talk, peer](const std::vector<std::string>& bodies) {
            state->reply(state->jid_of_contact(talk->key()), peer, bodies);
        });
    return true;
}

void Otr::off(const Account& account, const std::string& contact) {
    const State::Key key{account.id, contact};
    if (const auto talk = state_->find(key)) {
        for (const auto& peer : talk->encrypted()) state_->end(talk, peer);
        talk->hold_told = false;
    }
    const Contact* met = state_->directory.contact(account.id, contact);
    if (!met || !met->privacy.otr) return;
    Contact& known = state_->directory.know(account.id, met->address);
    known.privacy.otr = false;
    state_->directory.save(known);
    state_->calls.released(account.id, contact);
}

void Otr::fingerprint(const Account& account, std::function<void(std::string)> done) {
    state_->with_identity(account.id, [done = std::move(done)](const Identity& identity) {
        done(identity ? xmpp::otr::print(identity->fingerprint()) : "");
    });
}

std::vector<xmpp::otr::KnownKey> Otr::known(AccountId id, const std::string& contact) const {
    const auto talk = state_->find({id, contact});
    return talk ? talk->known() : std::vector<xmpp::otr::KnownKey>{};
}

bool Otr::is_encrypted(AccountId id, const std::string& contact) const {
    const auto talk = state_->find({id, contact});
    return talk && !talk->encrypted().empty();
}

}  // namespace gateway
