// Names, fingerprints and replay keys; see mail_name.h.

#include "gateway/mail_name.h"

#include "gateway/mint.h"

namespace gateway {

coi::MessageId name_of(const coi::Message& mail, const Seal& seal) {
    if (!mail.id.empty()) return mail.id;
    constexpr const char* domain = "@unnamed.invalid";
    if (mail.trace.empty() && !mail.date) return {mint_stanza_id().value + domain};
    return {seal.keyed_hash(mail.from.front().canonical() + "\n" + mail.subject + "\n" + mail.text + "\n" +
                            std::to_string(mail.date ? mail.date->time_since_epoch().count() : 0) + "\n" + mail.trace) +
            domain};
}

std::string print_of(const coi::Message& mail, const Seal& seal) {
    if (!mail.date || mail.text.empty()) return {};
    return seal.keyed_hash("copy\n" + mail.from.front().canonical() + "\n" +
                           std::to_string(mail.date->time_since_epoch().count()) + "\n" + mail.text);
}

coi::MessageId sealed_name(const Arrival& arrival, const Seal& seal) {
    if (arrival.protection.digest.empty()) return {};
    return {seal.keyed_hash("signed\n" + arrival.protection.digest) + "@signed.invalid"};
}

}  // namespace gateway
