// See group.h.

#include "coi/mail/group.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "coi/mail/charset.h"
#include "coi/mail/subject.h"

namespace coi {
namespace {

using Seconds = std::chrono::sys_seconds;

constexpr std::string_view coi_prefix = "chat$group.";
constexpr std::size_t longest_id = 64;     // Delta Chat writes 11 or 16 characters, COI at least 12
constexpr std::size_t longest_name = 200;  // octets; Delta Chat ignores longer ones
constexpr std::size_t longest_fingerprint = 64;
constexpr std::size_t longest_description = 4000;

/// Up to the year 9999: more would overflow where it is counted in milliseconds.
std::optional<Seconds> read_time(std::string_view digits) {
    constexpr std::int64_t latest = 253402300799;
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (error != std::errc() || end != digits.data() + digits.size() || seconds < 0 || seconds > latest)
        return std::nullopt;
    return Seconds(std::chrono::seconds(seconds));
}

std::vector<std::string_view> words_of(std::string_view field) {
    std::vector<std::string_view> words;
    while (words.size() <= 2 * most_group_members) {
        const auto start = field.find_first_not_of(" \t");
        if (start == std::string_view::npos) break;
        field.remove_prefix(start);
        const auto length = std::min(field.find_first_of(" \t"), field.size());
        words.push_back(field.substr(0, length));
        field.remove_prefix(length);
    }
    return words;
}

bool is_fingerprint(std::string_view word) {
    return !word.empty() && word.size() <= longest_fingerprint &&
           word.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string name_of(std::string_view text) {
    std::string name(trim(text));
    return name.size() > longest_name ? std::string() : name;
}

std::vector<GroupMember> people(const std::vector<Address>& to, const std::vector<Address>& cc) {
    std::vector<GroupMember> all;
    for (const auto* field : {&to, &cc}) {
        for (const Address& each : *field)
            if (all.size() < most_group_members) all.push_back({each, {}, {}});
    }
    return all;
}

/// Both lists of the same length as members and past members together, or it is not known to whom they belong.
void read_times(const Message& mail, Group& group) {
    const auto words = words_of(mail.header("chat-group-member-timestamps"));
    if (words.empty() || words.size() != group.members.size() + group.past.size()) return;
    std::vector<Seconds> times;
    for (const auto word : words) {
        const auto time = read_time(word);
        if (!time) return;
        times.push_back(*time);
    }
    group.has_times = true;
    for (std::size_t i = 0; i < times.size(); ++i)
        (i < group.members.size() ? group.members[i] : group.past[i - group.members.size()]).since = times[i];
}

void read_fingerprints(const Message& mail, Group& group) {
    const auto words = words_of(mail.header("chat-group-member-fpr"));
    if (words.size() != group.members.size() + group.past.size() || !std::ranges::all_of(words, is_fingerprint)) return;
    for (std::size_t i = 0; i < words.size(); ++i)
        (i < group.members.size() ? group.members[i] : group.past[i - group.members.size()]).fingerprint = words[i];
}

/// The first of each address; the fields that count along with them were read before.
void remove_copies(std::vector<GroupMember>& members) {
    std::set<std::string> known;
    std::erase_if(members, [&](const GroupMember& one) { return !known.insert(one.address.canonical()).second; });
}

std::optional<GroupMember> read_person(const Message& mail, std::string_view field, std::string_view key_field) {
    const auto address = parse_addr_spec(trim(mail.header(field)));
    if (!address) return std::nullopt;
    const std::string_view key = trim(mail.header(key_field));
    return GroupMember{*address, {}, is_fingerprint(key) ? std::string(key) : std::string()};
}

void read_chatmail(const Message& mail, Group& group) {
    group.name = name_of(mail.header("chat-group-name"));
    group.named = read_time(trim(mail.header("chat-group-name-timestamp")));
    if (group.named == Seconds()) group.named.reset();  // it has the name from its beginning
    if (!group.name.empty()) group.former_name = name_of(mail.header("chat-group-name-changed"));
    group.past = people(parse_address_list(mail.header("chat-group-past-members"), most_group_members), {});
    read_times(mail, group);
    read_fingerprints(mail, group);
    group.removed = read_person(mail, "chat-group-member-removed", "chat-group-member-removed-fpr");
    if (!group.removed) group.added = read_person(mail, "chat-group-member-added", "chat-group-member-added-fpr");
    if (const std::string& words = mail.header("chat-group-description");
        !words.empty() && words.size() <= longest_description) {
        group.description = std::string(trim(words));
        group.described = read_time(trim(mail.header("chat-group-description-timestamp")));
    }
    group.is_described = !mail.header("chat-group-description-changed").empty();
}

void read_coi(const Message& mail, Group& group) {
    group.name = name_of(base_subject(mail.subject));
    // [COI-C "Leaving a Group: Group Participant Left Message"] Of the author; one that is sent to somebody who was
    // removed says no more.
    if (mail.header("chat-content") == "groupleft" && !mail.from.empty())
        group.removed = GroupMember{mail.from.front(), {}, {}};
}

std::string times_of(const Group& group) {
    std::string words;
    for (const auto* list : {&group.members, &group.past}) {
        for (const GroupMember& each : *list)
            words.append(words.empty() ? "" : " ")
                .append(std::to_string(each.since.value_or(Seconds()).time_since_epoch().count()));
    }
    return words;
}

std::string fingerprints_of(const Group& group) {
    std::string words;
    for (const auto* list : {&group.members, &group.past}) {
        for (const GroupMember& each : *list) {
            if (each.fingerprint.empty()) return {};
            words.append(words.empty() ? "" : " ").append(each.fingerprint);
        }
    }
    return words;
}

std::string seconds_of(Seconds time) { return std::to_string(time.time_since_epoch().count()); }

void write_chatmail(const Group& group, Message& mail) {
    auto& fields = mail.headers;
    fields["chat-group-id"] = group.id;
    fields["chat-group-name"] = group.name;
    if (group.named) fields["chat-group-name-timestamp"] = seconds_of(*group.named);
    if (!group.former_name.empty()) fields["chat-group-name-changed"] = group.former_name;
    std::string past;
    for (const GroupMember& each : group.past) past.append(past.empty() ? "" : ", ").append(each.address.addr_spec());
    if (!past.empty()) fields["chat-group-past-members"] = past;
    if (group.has_times) fields["chat-group-member-timestamps"] = times_of(group);
    if (auto words = fingerprints_of(group); !words.empty()) fields["chat-group-member-fpr"] = std::move(words);
    const auto person = [&](const std::optional<GroupMember>& who, const std::string& field) {
        if (!who) return;
        fields[field] = who->address.addr_spec();
        if (!who->fingerprint.empty()) fields[field + "-fpr"] = who->fingerprint;
    };
    person(group.removed, "chat-group-member-removed");
    if (!group.removed) person(group.added, "chat-group-member-added");
    if (group.description) fields["chat-group-description"] = *group.description;
    if (group.described) fields["chat-group-description-timestamp"] = seconds_of(*group.described);
    if (group.is_described) fields["chat-group-description-changed"] = "1";
}

}  // namespace

bool is_group_id(std::string_view id) {
    return !id.empty() && id.size() <= longest_id &&
           id.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") ==
               std::string_view::npos;
}

std::string_view group_id_of(const MessageId& id) {
    std::string_view rest = id.value;
    if (!rest.starts_with(coi_prefix)) return {};
    rest.remove_prefix(coi_prefix.size());
    const std::string_view group = rest.substr(0, rest.find_first_of(".@"));
    return group.size() < rest.size() && rest[group.size()] == '.' && is_group_id(group) ? group : std::string_view();
}

MessageId mint_in_group(std::string_view group_id, std::string_view domain) {
    const std::string fresh = mint(domain).value;
    return {std::string(coi_prefix) + std::string(group_id) + "." + fresh.substr(fresh.find('$') + 1)};
}

std::optional<Group> read_group(const Message& mail) {
    Group group;
    group.members = people(mail.to, mail.cc);
    const std::string_view chatmail = trim(mail.header("chat-group-id"));
    std::string_view coi = group_id_of(mail.id);
    if (coi.empty() && !mail.references.empty()) coi = group_id_of(mail.references.front());
    if (is_group_id(chatmail)) {
        group.kind = Group::Kind::chatmail;
        group.id = chatmail;
        read_chatmail(mail, group);
    } else if (!coi.empty()) {
        group.kind = Group::Kind::coi;
        group.id = coi;
        read_coi(mail, group);
    } else {
        group.name = name_of(mail.header("chat-group-name"));
        if (group.name.empty()) group.name = name_of(base_subject(mail.subject));
    }
    remove_copies(group.members);
    remove_copies(group.past);
    if (group.kind == Group::Kind::people && group.members.size() < 2) return std::nullopt;
    return group;
}

void write_group(const Group& group, Message& mail) {
    for (const GroupMember& each : group.members) mail.to.push_back(each.address);
    if (group.kind == Group::Kind::chatmail) write_chatmail(group, mail);
    if (group.kind == Group::Kind::coi) {
        mail.subject = group.name;
        if (group.removed) mail.headers["chat-content"] = "groupleft";
    }
    if (group.kind == Group::Kind::people && mail.subject.empty()) mail.subject = group.name;
}

}  // namespace coi
