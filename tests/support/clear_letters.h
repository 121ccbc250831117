// Outbox and Inbox without encryption: letters are printed as they are, mail stays as it came.

#pragma once

#include "gateway/pipeline/incoming.h"
#include "gateway/pipeline/outgoing.h"

namespace gateway {

inline void add_clear_letters(OutgoingPipeline::Calls& calls) {
    calls.close = [](const Account&, const Contact&, const OutgoingMail& letter,
                     const std::function<void(EncryptResult)>& done) {
        auto bytes = coi::print(letter.mail);
        if (bytes) return done({*bytes, false, policy::Refusal::none, std::nullopt});
        done({"", false, policy::Refusal::none, bytes.error()});
    };
    calls.encrypted = [](const Account&, const Contact&) {};
    calls.withdraw = [](const queue::Entry&) { return false; };
    calls.unblock = [](AccountId, const std::string&) {};
}

inline void add_clear_letters(IncomingPipeline::Calls& calls) {
    calls.open = [](const Account&, const std::shared_ptr<const std::string>&, coi::Message mail,
                    const std::function<void(Decrypted)>& done) { done({.mail = std::move(mail)}); };
    calls.read = [](const Account& account, const std::shared_ptr<const coi::Message>& mail,
                    const std::function<void(std::optional<Event>)>& done) { done(read(*mail, account.lang)); };
    calls.secure_join = [](const Account&, const IncomingMail&, const std::function<void(DeliveryResult)>& done) {
        done({DeliveryResult::Kind::declined, "no invites here"});
    };
    calls.other_key = [](const Account&, const Contact&, const trust::KeyNews&) {};
    calls.encrypted = [](const Account&, const Contact&) {};
}

}  // namespace gateway
