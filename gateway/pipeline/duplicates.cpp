// Names, fingerprints and replay keys; see duplicates.h.

#include "gateway/pipeline/duplicates.h"

#include <algorithm>
#include <iterator>

#include "gateway/model/stanza_id.h"

namespace gateway {
namespace {

std::string print(const coi::Message& mail, bool is_proven, const Seal& seal) {
    if (!mail.date || mail.text.empty()) return {};
    return seal.keyed_hash((is_proven ? "proven copy\n" : "copy\n") + mail.from.front().canonical() + "\n" +
                           std::to_string(mail.date->time_since_epoch().count()) + "\n" + mail.text);
}

}  // namespace

coi::MessageId name_of(const coi::Message& mail, const Seal& seal) {
    if (!mail.id.empty()) return mail.id;
    constexpr const char* domain = "@unnamed.invalid";
    if (mail.trace.empty() && !mail.date) return {mint_stanza_id().value + domain};
    return {seal.keyed_hash(mail.from.front().canonical() + "\n" + mail.subject + "\n" + mail.text + "\n" +
                            std::to_string(mail.date ? mail.date->time_since_epoch().count() : 0) + "\n" + mail.trace) +
            domain};
}

std::string fingerprint_of(const IncomingMail& arrival, const Seal& seal) {
    return print(arrival.mail, !proven_name(arrival, seal).empty(), seal);
}

coi::MessageId proven_name(const IncomingMail& arrival, const Seal& seal) {
    const std::string& digest = arrival.protection.digest;
    if (!digest.empty()) return {seal.keyed_hash("signed\n" + digest) + "@signed.invalid"};
    if (!arrival.author.by_server || arrival.mail.id.empty()) return {};
    return {seal.keyed_hash("vouched\n" + arrival.mail.from.front().canonical() + "\n" + arrival.mail.id.value) +
            "@vouched.invalid"};
}

ids::Copies copies_of(const IncomingMail& arrival, const Seal& seal) {
    const auto proven = proven_name(arrival, seal);
    if (!proven.empty()) return {{proven}, {print(arrival.mail, true, seal)}};
    return {{arrival.mail.id}, {print(arrival.mail, false, seal), print(arrival.mail, true, seal)}};
}

namespace {

/// How a text is wrapped and padded is lost on its way.
std::string without_space(const std::string& text) {
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c != ' ' && c != '\n' && c != '\r'; });
    return out;
}

}  // namespace

std::string print_sent_here(const coi::Message& mail, const std::string& reader, bool is_file, const Seal& seal) {
    if (!mail.date) return {};
    return seal.keyed_hash("sent from here\n" + reader + "\n" + std::to_string(mail.date->time_since_epoch().count()) +
                           "\n" + (is_file ? "\na file" : without_space(mail.text)));
}

std::string print_sent_elsewhere(const coi::Message& mail, const std::string& reader, bool is_proven,
                                 const Seal& seal) {
    if (!mail.date || (mail.text.empty() && mail.attachments.empty())) return {};
    std::string whole = is_proven ? "sent elsewhere, proven\n" : "sent elsewhere\n";
    whole += reader + "\n" + std::to_string(mail.date->time_since_epoch().count()) + "\n" + mail.text;
    for (const auto& file : mail.attachments) whole += "\n" + std::to_string(file.size) + " " + file.name;
    return seal.keyed_hash(whole);
}

}  // namespace gateway
