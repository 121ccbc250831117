// Empty messages of OMEMO: one that starts a session anew, and one that confirms a session which a device has started.
//
// [XEP-0384 §4.6] A device sends first messages, each with a prekey, until it has heard of us. Where nothing else
// answers it within seconds, an empty message does. It waits until the mail of the first message is committed: it
// commits the session, and a copy of the message from an archive could be read no more. An empty message is not
// answered.

#include <utility>

#include "gateway/encryption/omemo_state.h"

namespace gateway {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto pause = std::chrono::seconds(3);
constexpr int most_checks = 20;  // a mail is committed before, or the next message answers

}  // namespace

/// True if the device was sent one.
Task<bool> Omemo::State::send_empty(Ready with, Readers readers, const Starter& to, bool replace_session) {
    auto sealed = co_await seal(with, std::move(readers), std::nullopt, replace_session);
    if (sealed.encrypted.keys.empty() || !co_await save(std::move(sealed.change))) co_return false;
    xmpp::Tag original("message");
    original.addAttribute("from", to.contact_jid);
    modules.sender.send(*stanza_of(original, to.client, sealed.encrypted, ""));
    co_return true;
}

/// The device's next message is one of the new session.
Task<> Omemo::State::renew_session(Ready with, DeviceId device, std::string client, std::string contact_jid) {
    const auto self = shared_from_this();
    const AccountId id = with.talk->key().first;
    const Account* account = modules.directory.find(id);
    if (!account) co_return;
    auto bundle = co_await called_back<std::optional<Bundle>>(
        [&](auto done) { devices->bundle({account->jid, contact_jid}, device, std::move(done)); });
    if (!bundle) co_return;
    tell_news(id, devices->note(id, device, bundle->identity_key), device);
    const auto* known = devices->find(id, device);
    if (!known || !known->is_trusted()) co_return;
    Readers readers{{device}, {}};
    readers.bundles[device] = std::move(*bundle);
    co_await send_empty(with, std::move(readers), {with.talk->key(), device, client, contact_jid}, true);
}

void Omemo::State::confirm_soon(Starter starter, int checks) {
    if (checks >= most_checks) return;
    modules.after(pause, [weak = weak_from_this(), starter = std::move(starter), checks] {
        const auto self = weak.lock();
        if (!self) return;
        const auto talk = self->talks.find(starter.key);
        if (talk == self->talks.end() || !talk->second->unanswered.contains(starter.device)) return;
        if (!talk->second->is_committed()) return self->confirm_soon(starter, checks + 1);
        start(self->confirm(starter));
    });
}

Task<> Omemo::State::confirm(Starter starter) {
    const auto self = shared_from_this();
    const Ready with = co_await ready(starter.key);
    const bool is_still_due = with.talk->unanswered.erase(starter.device) > 0;
    const auto* device = devices->find(starter.key.first, starter.device);
    if (!is_still_due || !with.own || !device || !device->is_trusted()) co_return;
    co_await send_empty(with, {{starter.device}, {}}, starter, false);
}

}  // namespace gateway
