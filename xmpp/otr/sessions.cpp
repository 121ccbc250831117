// Receiving and sending, one resource at a time; see sessions.h.

#include "xmpp/otr/sessions.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "xmpp/otr/fragments.h"
#include "xmpp/otr/front.h"
#include "xmpp/otr/limiter.h"
#include "xmpp/otr/turn.h"
#include "xmpp/stanza.h"

namespace xmpp::otr {
namespace {

constexpr std::size_t max_jid = 3071;     // [RFC 7622 §3.1] bytes
constexpr std::size_t max_words = 500;    // bytes of an error's text
constexpr std::size_t max_instances = 4;  // per resource, including the live one
constexpr unsigned max_unreadable = 16;   // in a row: then the session is dropped (libotr leaks memory with each)
constexpr std::chrono::seconds query_pause{10};    // between our query to all resources and one to a single resource
constexpr std::chrono::seconds handshake_age{60};  // the keys of an unfinished handshake are wiped then
constexpr std::string_view resent_mark = "[resent] ";  // libotr's prefix of a message that it sends again

/// A message for libotr: ends with a NUL, nothing before or after it.
std::string alone(const Seen& seen) {
    if (seen.kind == Kind::query) return seen.version == 3 ? "?OTRv3?" : "?OTRv2?";
    return seen.wire;
}

/// With LF line ends, as valid XML text.
std::string text_of(std::string_view plaintext) {
    std::string text;
    for (std::size_t i = 0; i < plaintext.size(); ++i) {
        if (plaintext[i] != '\r')
            text += plaintext[i];
        else if (!plaintext.substr(i + 1).starts_with('\n'))
            text += '\n';
    }
    std::string cleaned = clean(text);
    Wiped::wipe(text);
    return cleaned;
}

}  // namespace

struct Sessions::Inside {
    Limits limits;
    Words words;
    std::uint32_t instance_tag;
    UserState state;
    std::vector<KnownKey> known;  // oldest first
    std::map<std::string, Resource> resources{};
    Fragments fragments{};
    Limiter limiter{};
    std::uint64_t clock = 0;
    std::optional<Time> asked{}, asked_all{};  // our last query to a resource, and to all of them (the bare JID)

    static bool lately(const std::optional<Time>& when, Time now) { return when && now - *when < query_pause; }
    bool may_ask(const std::string& peer, Time now);
    Resource& resource(const std::string& peer);
    ConnContext* live(const std::string& peer) const;
    void forget_peer(const std::string& peer);
    void tidy(const std::string& peer, Resource& resource);
    void learn(Received& received, std::vector<Notice> notices, const std::string& peer);
    bool verify(const Fingerprint& fingerprint, bool verified);

    void whole(Received& received, const std::string& peer, const Seen& seen, Time now);
    void plain(Received& received, const std::string& peer, const Seen& seen);
    void error(Received& received, const std::string& peer, const Seen& seen, Time now);
    void handshake(Received& received, const std::string& peer, const Seen& seen, Time now);
    void data(Received& received, const std::string& peer, const Seen& seen, Time now);
    void unreadable(Received& received, const std::string& peer, int version, Time now);
    void step(Received& received, const std::string& peer, const Seen& seen, Time now);
    void read(Received& received, Resource& resource, const KnownKey* key, const char* plaintext);
    const KnownKey* key_of(const ConnContext* session) const;
    std::string query_text() const { return "?OTRv23?\n" + words.query; }

    /// Passes a message to libotr; returns the text, if it is for a person.
    struct Freed {
        void operator()(char* text) const { otrl_message_free(text); }
    };
    std::unique_ptr<char, Freed> give(Turn& turn, const Seen& seen);
};

Sessions::Sessions(const Identity& identity, std::vector<KnownKey> known, Limits limits, Words words)
    : inside_(
          new Inside{limits, std::move(words), identity.instance_tag(), new_user_state(identity), std::move(known)}) {
    inside_->limits.fragment = std::max<std::size_t>(200, limits.fragment);
}
Sessions::Sessions(const Identity& identity, std::vector<KnownKey> known)
    : Sessions(identity, std::move(known), Limits{}, Words{}) {}
Sessions::~Sessions() = default;
Sessions::Sessions(Sessions&&) noexcept = default;
Sessions& Sessions::operator=(Sessions&&) noexcept = default;

/// Whether a query may be sent: two queries at once cause two handshakes, and messages between them cannot be read. (A
/// resource that is asked by query() may have come online after all were asked.)
bool Sessions::Inside::may_ask(const std::string& peer, Time now) {
    const bool all = peer.find('/') == peer.npos;
    if ((all && lately(asked, now)) || !limiter.may_ask(peer, now)) return false;
    (all ? asked_all : asked) = now;
    return true;
}

Resource& Sessions::Inside::resource(const std::string& peer) {
    if (!resources.contains(peer) && resources.size() >= limits.peers) {
        const auto silent = std::min_element(resources.begin(), resources.end(), [](const auto& a, const auto& b) {
            return a.second.heard < b.second.heard;
        });
        forget_peer(std::string(silent->first));
    }
    Resource& found = resources[peer];
    found.heard = ++clock;
    return found;
}

ConnContext* Sessions::Inside::live(const std::string& peer) const {
    const auto found = resources.find(peer);
    if (found == resources.end() || !found->second.live) return nullptr;
    return find(state.get(), peer, *found->second.live);
}

void Sessions::Inside::forget_peer(const std::string& peer) {
    fragments.forget(peer);
    forget(state.get(), peer);
    resources.erase(peer);
}

/// Removes replaced sessions and finished handshakes, and limits the number of instances.
void Sessions::Inside::tidy(const std::string& peer, Resource& resource) {
    std::size_t children = 0;
    for (ConnContext* context : contexts(state.get(), peer)) {
        const bool busy = context->auth.authstate != OTRL_AUTHSTATE_NONE;
        const bool is_master = context->m_context == context;
        if (!busy) settle(context);
        if (resource.live == context->their_instance) continue;
        if (is_master ? !busy && context->msgstate != OTRL_MSGSTATE_PLAINTEXT : !busy || ++children >= max_instances)
            drop(context);
    }
}

/// Returns notices, and adds the keys in them.
void Sessions::Inside::learn(Received& received, std::vector<Notice> notices, const std::string& peer) {
    for (Notice& notice : notices) {
        using enum Notice::Kind;
        if (notice.kind == started || notice.kind == refreshed) {
            const auto key = std::find_if(known.begin(), known.end(),
                                          [&](const KnownKey& k) { return k.fingerprint == notice.fingerprint; });
            notice.is_new = key == known.end();
            notice.verified = !notice.is_new && key->verified;
            if (notice.is_new) {
                if (known.size() >= limits.known_keys) {
                    const auto oldest =
                        std::find_if(known.begin(), known.end(), [](const KnownKey& k) { return !k.verified; });
                    known.erase(oldest == known.end() ? known.begin() : oldest);
                }
                known.push_back({notice.fingerprint, false});
                received.keys_changed = true;
            }
        } else if (const KnownKey* key = key_of(live(peer)); key && notice.kind == smp_succeeded && notice.verified) {
            notice.fingerprint = key->fingerprint;
            received.keys_changed |= verify(notice.fingerprint, true);
        }
        received.notices.push_back(std::move(notice));
    }
}

bool Sessions::Inside::verify(const Fingerprint& fingerprint, bool verified) {
    for (KnownKey& key : known) {
        if (key.fingerprint == fingerprint) {
            key.verified = verified;
            return true;
        }
    }
    return false;
}

const KnownKey* Sessions::Inside::key_of(const ConnContext* session) const {
    if (!encrypts(session) || !session->active_fingerprint) return nullptr;
    const auto* bytes = session->active_fingerprint->fingerprint;
    const auto key = std::find_if(known.begin(), known.end(), [&](const KnownKey& candidate) {
        return std::equal(candidate.fingerprint.begin(), candidate.fingerprint.end(), bytes);
    });
    return key == known.end() ? nullptr : &*key;
}

Received Sessions::receive(const std::string& peer, std::string_view body, Time now) {
    Received received;
    if (peer.empty() || peer.size() > max_jid || peer.find('\0') != peer.npos || body.find('\0') != body.npos) {
        received.notices.push_back({Notice::Kind::malformed});
        return received;
    }
    Inside& in = *inside_;
    Seen seen = look(body);
    if (seen.kind != Kind::fragment) {
        in.fragments.forget(peer);
        in.whole(received, peer, seen, now);
        return received;
    }
    // [OTR v3 "Fragmentation"] fragments for another instance are ignored.
    if (seen.version == 3 && seen.receiver != 0 && seen.receiver != in.instance_tag) return received;
    if (const auto joined = in.fragments.add(peer, seen, now)) {
        Seen inner = look(*joined);
        if (inner.kind == Kind::fragment || inner.is_plain()) inner.kind = Kind::malformed;
        in.whole(received, peer, inner, now);
    }
    return received;
}

void Sessions::Inside::whole(Received& received, const std::string& peer, const Seen& seen, Time now) {
    const auto notice = [&](Notice::Kind kind) { received.notices.push_back({kind}); };
    if (seen.is_plain()) return plain(received, peer, seen);
    if (seen.kind == Kind::error) return error(received, peer, seen, now);
    if (seen.version == 1) return notice(Notice::Kind::old_version);
    if (seen.kind == Kind::malformed || seen.kind == Kind::unknown || (seen.kind == Kind::query && seen.version == 0))
        return notice(Notice::Kind::malformed);
    if (seen.version == 3 && seen.kind != Kind::query) {  // [OTR v3 "Instance Tags"]
        if (seen.sender < OTRL_MIN_VALID_INSTAG) return notice(Notice::Kind::malformed);
        const bool anybody = seen.receiver == 0 && seen.kind == Kind::dh_commit;
        if (seen.receiver != instance_tag && !anybody) {
            if (seen.kind == Kind::data) unreadable(received, peer, seen.version, now);
            return;
        }
    }
    if (seen.kind == Kind::data) return data(received, peer, seen, now);
    handshake(received, peer, seen, now);
}

void Sessions::Inside::plain(Received& received, const std::string& peer, const Seen& seen) {
    if (seen.text.empty()) return;
    received.text = seen.text;
    const ConnContext* session = live(peer);
    if (session && session->msgstate != OTRL_MSGSTATE_PLAINTEXT) received.notices.push_back({Notice::Kind::in_clear});
}

/// The peer could not read our message. The error is not passed to libotr, which would send its last text again in
/// whatever session comes next, and anybody on the way could forge such an error.
void Sessions::Inside::error(Received& received, const std::string& peer, const Seen& seen, Time now) {
    received.notices.push_back({Notice::Kind::error, clean(std::string_view(seen.text).substr(0, max_words))});
    if (encrypts(live(peer)) && limiter.may_answer_error(peer, now)) received.replies.push_back(query_text());
}

void Sessions::Inside::handshake(Received& received, const std::string& peer, const Seen& seen, Time now) {
    const otrl_instag_t instance = seen.version == 3 ? seen.sender : otrl_instag_t{OTRL_INSTAG_MASTER};
    if (seen.kind == Kind::query || seen.kind == Kind::dh_commit) {
        const auto verdict = seen.kind == Kind::query ? limiter.query(peer, now) : limiter.commit(peer, now);
        if (verdict == Limiter::Verdict::refused) received.notices.push_back({Notice::Kind::too_often});
        if (verdict != Limiter::Verdict::allowed) return;
    } else {
        // The other three belong to a running handshake; the second may come from an instance that was not heard
        // before.
        const auto busy = [](const ConnContext* c) { return c && c->auth.authstate != OTRL_AUTHSTATE_NONE; };
        const bool second = seen.kind == Kind::dh_key && busy(find(state.get(), peer, OTRL_INSTAG_MASTER));
        ConnContext* const theirs = find(state.get(), peer, instance);
        if (!second && !busy(theirs)) return;
        // libotr starts again with this instance, and would lose the keys of the handshake that it had started.
        if (second && instance != OTRL_INSTAG_MASTER && busy(theirs)) settle(theirs);
    }
    step(received, peer, seen, now);
}

/// Processes one handshake message; returns our answer.
void Sessions::Inside::step(Received& received, const std::string& peer, const Seen& seen, Time now) {
    Resource& who = resource(peer);
    who.handshake = now;
    Turn turn{peer, who, limits.fragment};
    give(turn, seen);
    if (turn.broken) settle(turn.broken);
    std::ranges::move(turn.messages, std::back_inserter(received.replies));
    learn(received, std::move(turn.notices), peer);
    tidy(peer, who);
}

void Sessions::Inside::data(Received& received, const std::string& peer, const Seen& seen, Time now) {
    const auto known_peer = resources.find(peer);
    if (known_peer != resources.end() && known_peer->second.messages.contains(seen.wire)) {
        received.notices.push_back({Notice::Kind::repeated});
        return;
    }
    ConnContext* session = live(peer);
    const otrl_instag_t instance = seen.version == 3 ? seen.sender : otrl_instag_t{OTRL_INSTAG_MASTER};
    if (!encrypts(session) || session->their_instance != instance) {
        unsigned char flags = 0;
        const auto broken = otrl_proto_data_read_flags(seen.wire.c_str(), &flags);
        if (broken || !(flags & OTRL_MSGFLAGS_IGNORE_UNREADABLE)) unreadable(received, peer, seen.version, now);
        return;
    }
    Resource& who = resource(peer);
    const KnownKey* key = key_of(session);  // the message may end its session
    Turn turn{peer, who, limits.fragment};
    turn.first_exponents = {session->smstate->x2, session->smstate->x3};
    const auto plaintext = give(turn, seen);
    received.replies = std::move(turn.messages);
    learn(received, std::move(turn.notices), peer);
    if (plaintext) read(received, who, key, plaintext.get());
    if (session->msgstate == OTRL_MSGSTATE_FINISHED) received.notices.push_back({Notice::Kind::ended_by_peer});
    if (plaintext || turn.heartbeat) {
        limiter.talked(peer);
        who.messages.add(seen.wire);
        who.unreadable = 0;
        return;
    }
    if (++who.unreadable >= max_unreadable) forget_peer(peer);
    if (turn.unreadable) unreadable(received, peer, seen.version, now);
}

/// Reports it, and starts a new session if the peer has none with us (at most once a minute).
///
/// In version 3 by a DH commit of our own: the side that answers a query commits, and libotr then ignores its old
/// session from the DH key to the signature (its message.c, "Switching from m_context"), so that a text of the user in
/// that moment is sent in the clear. The side that answers a commit keeps its old session until the new one is
/// established.
void Sessions::Inside::unreadable(Received& received, const std::string& peer, int version, Time now) {
    received.notices.push_back({Notice::Kind::unreadable});
    const ConnContext* session = live(peer);
    const bool other_stands = encrypts(session) && resources.at(peer).unreadable == 0;
    if (other_stands || lately(asked_all, now) || !may_ask(peer, now)) return;
    received.replies.push_back(OTR_ERROR_PREFIX + words.unreadable);
    if (version != 3 || encrypts(session)) return received.replies.push_back(query_text());
    Seen query;
    query.kind = Kind::query;
    query.version = 3;
    step(received, peer, query, now);  // as if the peer had sent a query
}

void Sessions::Inside::read(Received& received, Resource& who, const KnownKey* key, const char* plaintext) {
    std::string text = text_of(plaintext);
    // libotr sends the last message of a session again in the next one after an error.
    const bool resent = std::exchange(who.fresh, false) && text.starts_with(resent_mark);
    if (resent) text.erase(0, resent_mark.size());
    if (resent && who.texts.contains(text)) {
        received.notices.push_back({Notice::Kind::repeated});
        return;
    }
    who.texts.add(text);
    received.text = std::move(text);
    received.was_encrypted = true;
    received.verified = key && key->verified;
}

auto Sessions::Inside::give(Turn& turn, const Seen& seen) -> std::unique_ptr<char, Freed> {
    char* read = nullptr;
    const std::string wire = alone(seen);
    const int internal =
        otrl_message_receiving(state.get(), &Turn::ops, &turn, account_name, protocol_name, turn.peer.c_str(),
                               wire.c_str(), &read, nullptr, nullptr, nullptr, nullptr);
    std::unique_ptr<char, Freed> plaintext(read);
    if (internal) plaintext.reset();
    return plaintext;
}

Sent Sessions::send(const std::string& peer, std::string_view text) {
    Inside& in = *inside_;
    ConnContext* session = in.live(peer);
    if (!session || session->msgstate == OTRL_MSGSTATE_PLAINTEXT) return {Sent::Refusal::plain, {}};
    if (session->msgstate == OTRL_MSGSTATE_FINISHED) return {Sent::Refusal::finished, {}};
    if (text.size() > in.limits.text) return {Sent::Refusal::too_long, {}};
    Turn turn{peer, in.resource(peer), in.limits.fragment, clean(text)};
    char* message = nullptr;
    const auto error = otrl_message_sending(in.state.get(), &Turn::ops, &turn, account_name, protocol_name,
                                            peer.c_str(), session->their_instance, "the text", nullptr, &message,
                                            OTRL_FRAGMENT_SEND_ALL, nullptr, nullptr, nullptr);
    otrl_message_free(message);
    Wiped::wipe(turn.text);
    const bool encrypted = std::all_of(turn.messages.begin(), turn.messages.end(), [](const std::string& body) {
        const Kind kind = look(body).kind;
        return kind == Kind::data || kind == Kind::fragment;
    });
    if (error || turn.messages.empty() || !encrypted) return {Sent::Refusal::failed, {}};
    return {Sent::Refusal::none, std::move(turn.messages)};
}

std::optional<std::string> Sessions::query(const std::string& peer, Time now) {
    if (!inside_->may_ask(peer, now)) return std::nullopt;
    return inside_->query_text();
}

std::vector<std::string> Sessions::end(const std::string& peer) {
    Inside& in = *inside_;
    const ConnContext* session = in.live(peer);
    std::vector<std::string> messages;
    if (encrypts(session)) {
        Turn turn{peer, in.resource(peer), in.limits.fragment};
        otrl_message_disconnect(in.state.get(), &Turn::ops, &turn, account_name, protocol_name, peer.c_str(),
                                session->their_instance);
        messages = std::move(turn.messages);
    }
    in.forget_peer(peer);
    return messages;
}

std::vector<Sessions::Ending> Sessions::end_all() {
    std::vector<Ending> endings;
    for (const std::string& peer : peers()) endings.push_back({peer, end(peer)});
    return endings;
}

void Sessions::poll(Time now) {
    Inside& in = *inside_;
    in.fragments.expire(now);
    otrl_message_poll(in.state.get(), &Turn::ops, nullptr);
    for (auto& [peer, who] : in.resources) {
        if (now - who.handshake < handshake_age) continue;
        for (ConnContext* context : contexts(in.state.get(), peer)) settle(context);
        in.tidy(peer, who);
    }
}

SessionState Sessions::state(const std::string& peer) const {
    const ConnContext* session = inside_->live(peer);
    if (encrypts(session)) return SessionState::encrypted;
    return session && session->msgstate == OTRL_MSGSTATE_FINISHED ? SessionState::finished : SessionState::plain;
}

std::vector<std::string> Sessions::peers() const {
    std::vector<std::pair<std::uint64_t, std::string>> found;
    for (const auto& [peer, who] : inside_->resources) {
        if (state(peer) != SessionState::plain) found.emplace_back(who.heard, peer);
    }
    std::sort(found.rbegin(), found.rend());
    std::vector<std::string> names;
    for (auto& [heard, name] : found) names.push_back(std::move(name));
    return names;
}

std::optional<KnownKey> Sessions::key_of(const std::string& peer) const {
    const KnownKey* key = inside_->key_of(inside_->live(peer));
    return key ? std::optional(*key) : std::nullopt;
}

std::vector<std::string> Sessions::smp_start(const std::string& peer, const Wiped& secret,
                                             const std::string& question) {
    Inside& in = *inside_;
    ConnContext* session = in.live(peer);
    if (!encrypts(session) || secret.empty()) return {};
    std::vector<std::string> messages = smp_abort(peer);
    Resource& who = in.resource(peer);
    who.smp_question = false;
    Turn turn{peer, who, in.limits.fragment};
    const auto* bytes = reinterpret_cast<const unsigned char*>(secret.bytes().data());
    const std::string asked = clean(std::string_view(question).substr(0, max_words));
    if (asked.empty())
        otrl_message_initiate_smp(in.state.get(), &Turn::ops, &turn, session, bytes, secret.bytes().size());
    else
        otrl_message_initiate_smp_q(in.state.get(), &Turn::ops, &turn, session, asked.c_str(), bytes,
                                    secret.bytes().size());
    messages.insert(messages.end(), turn.messages.begin(), turn.messages.end());
    return messages;
}

std::vector<std::string> Sessions::smp_answer(const std::string& peer, const Wiped& secret) {
    Inside& in = *inside_;
    ConnContext* session = in.live(peer);
    if (!encrypts(session) || secret.empty() || !in.resource(peer).smp_asked) return {};
    Resource& who = in.resource(peer);
    who.smp_asked = false;
    Turn turn{peer, who, in.limits.fragment};
    otrl_message_respond_smp(in.state.get(), &Turn::ops, &turn, session,
                             reinterpret_cast<const unsigned char*>(secret.bytes().data()), secret.bytes().size());
    return std::move(turn.messages);
}

std::vector<std::string> Sessions::smp_abort(const std::string& peer) {
    Inside& in = *inside_;
    ConnContext* session = in.live(peer);
    if (!encrypts(session)) return {};
    Resource& who = in.resource(peer);
    if (!who.smp_asked && session->smstate->nextExpected == OTRL_SMP_EXPECT1) return {};  // no SMP is running
    who.smp_asked = false;
    Turn turn{peer, who, in.limits.fragment};
    otrl_message_abort_smp(in.state.get(), &Turn::ops, &turn, session);
    otrl_sm_state_free(session->smstate);
    return std::move(turn.messages);
}

const std::vector<KnownKey>& Sessions::known_keys() const { return inside_->known; }

bool Sessions::verify(const Fingerprint& fingerprint, bool verified) { return inside_->verify(fingerprint, verified); }

}  // namespace xmpp::otr
