// OMEMO towards a user: which messages are encrypted for which devices, and which are held; see omemo.h.

#include <algorithm>
#include <utility>

#include "gateway/encryption/omemo_messages.h"
#include "gateway/encryption/omemo_state.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/end_to_end.h"
#include "xmpp/omemo/payload.h"
#include "xmpp/otr/front.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0066_oob.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0380_eme.h"

namespace gateway {
namespace {

namespace omemo = xmpp::omemo;
namespace xep0384 = xmpp::xep0384;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t most_readers = 30;  // devices that one message is encrypted for: the last of the list
constexpr auto pause_without_bundle = std::chrono::minutes(10);

/// Whether it is from the contact's own program (otr_tunnel). Only what the gateway itself has marked as OTR: what
/// somebody's text looks like lets nothing through.
bool is_tunnelled(const xmpp::Tag& stanza, const xmpp::Tag& body) {
    return xmpp::xep0380::encryption(stanza) && !xmpp::otr::look(body.cdata()).is_plain();
}

/// Whether it is the link to a file that was encrypted for OMEMO (pipeline/attachments): it has the file's key.
bool is_sealed_file(const xmpp::Tag& stanza) {
    const auto link = xmpp::xep0066::link(stanza);
    return link && link->url.starts_with("aesgcm:");
}

/// A text is cut for Jabber before (text::longest_printed); what was put before it may be too much for OMEMO.
std::string fitting(const std::string& text, const std::string& lang) {
    if (text.size() <= omemo::max_text) return text;
    const auto words = framed::notice(say(lang, "[The message was too long and is cut here.]"));
    return std::string(text::head(text, omemo::max_text - words.size() - 1)) + "\n" + words;
}

}  // namespace

std::string Omemo::State::jid_of_contact(const Key& key) const {
    const Contact* contact = modules.directory.contact(key.first, key.second);
    const auto address = contact ? coi::Result<coi::Address>(contact->address) : coi::parse_addr_spec(key.second);
    const auto jid = address ? jid_of(contact, *address, settings.component) : std::nullopt;
    return jid ? jid->bare() : settings.component;
}

bool Omemo::State::concerns(const queue::Entry& entry) const {
    if (entry.contact.empty()) return false;
    const Contact* contact = modules.directory.contact(entry.account, entry.contact);
    const auto spoken = contact ? contact->privacy.spoken : EndToEnd::none;
    // OMEMO may have been switched off since: the key of a file does not go beside the encrypted file in the clear.
    return spoken == EndToEnd::omemo ||
           (spoken == EndToEnd::none && entry.payload.find("aesgcm:") != std::string::npos);
}

Task<> Omemo::State::send(queue::Entry entry, Message stanza, std::function<void(Outgoing)> done) {
    const auto self = shared_from_this();
    const xmpp::Tag* body = xmpp::body_of(*stanza);
    const Key key{entry.account, entry.contact};
    const Contact* contact = modules.directory.contact(key.first, key.second);
    const bool is_off = !contact || contact->privacy.spoken != EndToEnd::omemo;
    // What has no text is handled by other elements, which OMEMO 0.3 does not encrypt.
    if (!body || xmpp::attribute(*stanza, "type") == "error" || is_tunnelled(*stanza, *body) ||
        (is_off && !is_sealed_file(*stanza))) {
        done({});
        co_return;
    }
    const Account* account = modules.directory.find(entry.account);
    const std::string user = account ? account->jid : "", lang = account ? account->lang : "";
    const Ready with = co_await ready(key);
    if (!with.own || user.empty()) {
        done({Outgoing::Kind::held, {}});
        co_return;
    }
    auto to = co_await readers(with, user);
    auto sealed = co_await seal(with, std::move(to), fitting(body->cdata(), lang));
    for (const auto device : sealed.unusable) without_bundle[{entry.account, device}] = SteadyClock::now();
    std::vector<DeviceId> reached;
    for (const auto& each : sealed.encrypted.keys) reached.push_back(each.rid);
    if (reached.empty()) {
        is_off ? done(without_file(*stanza, key)) : hold(key, done);
        co_return;
    }
    if (!co_await save(std::move(sealed.change))) {
        done({Outgoing::Kind::held, {}});
        co_return;
    }
    held.erase(key);
    const std::string text = xmpp::print(*stanza);
    for (const auto device : reached) {
        with.talk->unread.sent(device, text);
        with.talk->unanswered.erase(device);
    }
    Outgoing out{Outgoing::Kind::encrypted_for_all, {}};
    out.stanzas.push_back(stanza_of(*stanza, xmpp::attribute(*stanza, "to"), sealed.encrypted, lang));
    done(std::move(out));
}

/// Who has switched OMEMO off waits for nothing. What goes is words instead of the link.
Outgoing Omemo::State::without_file(const xmpp::Tag& stanza, const Key& key) const {
    const Account* account = modules.directory.find(key.first);
    const Contact* contact = modules.directory.contact(key.first, key.second);
    auto words = std::make_unique<xmpp::Tag>("message");
    for (const auto* attribute : stanza.attributes()) words->addAttribute(attribute->name(), attribute->value());
    xmpp::end_to_end::add_beside(stanza, *words);
    const std::string who = contact ? contact->address.addr_spec() : key.second;
    xmpp::add(*words, "body", {}, framed::notice(omemo_messages::file_left_out(who, account ? account->lang : "")));
    Outgoing out{Outgoing::Kind::encrypted_for_all, {}};
    out.stanzas.push_back(std::move(words));
    return out;
}

/// The devices in the user's list, or those with a session if the server does not tell the list; not those that the
/// user does not trust.
Task<Omemo::State::Readers> Omemo::State::readers(Ready with, std::string user) {
    const AccountId id = with.talk->key().first;
    const OmemoDevices::Whose whose{user, jid_of_contact(with.talk->key())};
    const auto list = co_await called_back<std::optional<OmemoDevices::List>>(
        [&](auto done) { devices->list(whose, std::move(done)); });
    std::vector<DeviceId> wanted = list.value_or(OmemoDevices::List{});
    if (!list) {
        for (const auto& [device, identity] : with.talk->devices()) wanted.push_back(device);
    }
    if (wanted.size() > most_readers)
        wanted.erase(wanted.begin(), wanted.end() - static_cast<std::ptrdiff_t>(most_readers));
    const auto has_session = [&](DeviceId device) {
        const auto* known = devices->find(id, device);
        const auto session = with.talk->devices().find(device);
        return known && session != with.talk->devices().end() && session->second == known->identity_key;
    };
    OmemoDevices::List missing;
    for (const auto device : wanted) {
        const auto* known = devices->find(id, device);
        const auto since = without_bundle.find({id, device});
        const bool rests = since != without_bundle.end() && SteadyClock::now() - since->second < pause_without_bundle;
        if ((!known || known->is_trusted()) && !has_session(device) && !rests) missing.push_back(device);
    }
    auto found = co_await called_back<std::map<DeviceId, Bundle>>(
        [&](auto done) { devices->bundles(whose, missing, std::move(done)); });
    Readers readers;
    for (const auto device : missing) {
        const auto bundle = found.find(device);
        if (bundle == found.end()) {
            without_bundle[{id, device}] = SteadyClock::now();
            continue;
        }
        tell_news(id, devices->note(id, device, bundle->second.identity_key), device);
    }
    for (const auto device : wanted) {
        const auto* known = devices->find(id, device);
        const auto bundle = found.find(device);
        if (!known || !known->is_trusted() || (bundle == found.end() && !has_session(device))) continue;
        if (bundle != found.end()) readers.bundles[device] = std::move(bundle->second);
        readers.devices.push_back(device);
    }
    co_return readers;
}

Task<Omemo::State::Sealed> Omemo::State::seal(Ready with, Readers to, std::optional<std::string> text,
                                              bool replace_sessions) {
    auto sealed = co_await called_back<Sealed>([&](auto done) {
        with.talk->ask<Sealed>(
            [own = with.own, to = std::move(to), text = std::move(text), replace_sessions, key = with.talk->key(),
             known = known(with.talk->key().first)](OmemoTalk::Sessions& sessions) {
                Sealed result;
                result.change.account = key.first;
                result.change.contact = key.second;
                auto payload = omemo::seal(text.value_or(""));
                result.encrypted.sid = own->device();
                result.encrypted.iv = payload.iv;
                if (text) result.encrypted.payload = std::move(payload.payload);
                for (const auto device : to.devices) {
                    auto session = sessions.contains(device) ? sessions.at(device) : omemo::Session{};
                    const auto bundle = to.bundles.find(device);
                    // Another message may have started one meanwhile.
                    const bool stands =
                        !session.record.empty() &&
                        (bundle == to.bundles.end() || session.identity_key == bundle->second.identity_key);
                    if (bundle != to.bundles.end() && (!stands || replace_sessions)) {
                        auto started = omemo::start(*own, bundle->second, session);
                        if (!started) {
                            result.unusable.push_back(device);
                            continue;
                        }
                        session = std::move(*started);
                    }
                    if (session.record.empty()) continue;
                    auto encrypted = omemo::encrypt(*own, session, device, payload.key.bytes());
                    if (!encrypted) continue;
                    result.encrypted.keys.push_back(std::move(*encrypted));
                    result.change.sessions.push_back(stored(device, session));
                    sessions[device] = std::move(session);
                }
                drop_others(sessions, known);
                return result;
            },
            std::move(done));
    });
    with.talk->number(sealed.change);
    co_return sealed;
}

/// A key of the ratchet is used once: the sessions are committed before the message leaves.
Task<bool> Omemo::State::save(keys::OmemoChange change) {
    const auto failure = co_await called_back<Store::Failure>(
        [&](auto done) { keys::save(modules.store, std::move(change), std::move(done)); });
    co_return !failure;
}

xmpp::Stanza Omemo::State::stanza_of(const xmpp::Tag& original, const std::string& to,
                                     const xep0384::Encrypted& encrypted, const std::string& lang) const {
    auto stanza = std::make_unique<xmpp::Tag>("message");
    stanza->addAttribute("type", "chat");
    if (const auto& id = xmpp::attribute(original, "id"); !id.empty()) stanza->addAttribute("id", id);
    stanza->addAttribute("from", xmpp::attribute(original, "from"));
    stanza->addAttribute("to", to);
    xep0384::add_encrypted(*stanza, encrypted);
    if (!encrypted.payload) {
        xmpp::xep0334::add_store(*stanza);
        return stanza;
    }
    xmpp::end_to_end::add_beside(original, *stanza);
    xmpp::xep0380::add_encryption(*stanza, xmpp::xep0380::omemo);
    xmpp::add(*stanza, "body", {}, omemo_messages::placeholder(lang));
    xmpp::xep0334::add_store(*stanza);
    return stanza;
}

/// To the client whose device could not read them, under their old ids.
Task<> Omemo::State::send_again(Key key, DeviceId device, std::string client, std::vector<std::string> stanzas) {
    const auto self = shared_from_this();
    const Ready with = co_await ready(key);
    for (const auto& text : stanzas) {
        const auto stanza = xmpp::parse_stanza(text);
        const xmpp::Tag* body = stanza ? xmpp::body_of(*stanza) : nullptr;
        if (!with.own || !body) continue;
        auto sealed = co_await seal(with, {{device}, {}}, body->cdata());
        if (sealed.encrypted.keys.empty() || !co_await save(std::move(sealed.change))) co_return;
        const Account* account = modules.directory.find(key.first);
        if (!account) co_return;
        modules.sender.send(*stanza_of(*stanza, client, sealed.encrypted, account->lang));
    }
}

/// Told once, until a message could be sent again.
void Omemo::State::hold(const Key& key, const std::function<void(Outgoing)>& done) {
    const Account* account = modules.directory.find(key.first);
    const Contact* contact = modules.directory.contact(key.first, key.second);
    if (account && contact && held.insert(key).second)
        modules.notices.tell_in(
            *account, jid_of_contact(key),
            omemo_messages::held(contact->address.addr_spec(), account->lang) +
                (devices->is_refused(account->jid) ? " " + omemo_messages::refused(settings.component, account->lang)
                                                   : ""));
    done({Outgoing::Kind::held, {}});
}

/// A device has come, or its session: what waits is tried again.
void Omemo::State::unblock(AccountId id) {
    std::erase_if(without_bundle, [id](const auto& each) { return each.first.first == id; });
    for (auto at = held.lower_bound({id, ""}); at != held.end() && at->first == id; ++at)
        modules.jabber.unblock(id, at->second);
}

}  // namespace gateway
