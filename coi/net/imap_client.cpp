// Operations on a mailbox: its folders, its new mail, and appending a copy.
//
// [RFC 9051 §6.3, §6.4] and those in imap_client.h; searches and flags are in files of their own. Invariant: nothing
// here changes a flag or deletes anything: folders are opened by EXAMINE, mail is read by BODY.PEEK.

#include "coi/net/imap_client.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "coi/net/imap_session.h"
#include "coi/net/uid_ranges.h"

namespace coi::net {

namespace {

constexpr std::uint32_t last_uid = 0xfffffffe;  // of those after which another can come
constexpr Timeout farewell_timeout = std::chrono::seconds(3);

/// Names that mail programs and providers give the folder for sent mail, without ASCII case; in the order of trust.
constexpr std::array sent_names = {
    "sent",
    "sent messages",
    "sent items",
    "sent mail",
    "sent-mail",
    "gesendet",
    "gesendete elemente",
    "gesendete objekte",
    "gesendete nachrichten",
    "postausgang gesendet",
    "envoyés",
    "Éléments envoyés",
    "messages envoyés",
    "objets envoyés",
    "enviados",
    "elementos enviados",
    "mensajes enviados",
    "itens enviados",
    "inviati",
    "inviata",
    "posta inviata",
    "elementi inviati",
    "verzonden",
    "verzonden items",
    "verzonden berichten",
    "skickat",
    "sendt",
    "wysłane",
    "elementy wysłane",
    "odeslané",
    "odeslaná pošta",
    "Отправленные",
    "Надіслані",
};

/// A folder's last name in UTF-8.
std::string last_name(const Folder& folder, bool utf8) {
    std::string name = folder.name;
    if (folder.separator != 0) name.erase(0, name.rfind(folder.separator) + 1);
    return utf8 ? name : decode_mailbox(name).value_or(name);
}

bool can_hold_mail(const Folder& folder) {
    return !folder.attributes.contains("\\noselect") && !folder.attributes.contains("\\nonexistent");
}

}  // namespace

ImapClient::ImapClient(std::unique_ptr<Stream> stream) : state_(std::make_shared<State>(std::move(stream))) {}
ImapClient::~ImapClient() { close(); }

void ImapClient::close() noexcept {
    state_->dead = true;
    state_->stream->close();
}

bool ImapClient::can(const std::string& capability) const { return state_->has(capability); }
bool ImapClient::usable() const { return !state_->dead; }

std::string ImapClient::folder_name(const std::string& utf8) const {
    return state_->utf8 ? utf8 : encode_mailbox(utf8).value_or(utf8);
}

awaitable<Result<void>> ImapClient::open(const Endpoint& server, const Login& login) {
    const auto state = state_;  // keeps the state alive during the operation, even if the client is destroyed
    co_return co_await state->open(server, login);
}

awaitable<Result<std::vector<Folder>>> ImapClient::list(const std::string& pattern) {
    const auto state = state_;
    ImapCommand command = state->command("LIST");
    command.words("\"\"").string(pattern, state->utf8);
    if (!pattern.empty() && state->has("LIST-EXTENDED") && state->has("SPECIAL-USE"))
        command.words("RETURN (SPECIAL-USE)");  // [RFC 6154 §2]
    std::vector<Folder> folders;
    Budget budget(ImapBudgets::folders);
    auto done = co_await state->must(std::move(command), [&](ImapResponse& response) {
        auto* folder = std::get_if<ImapFolder>(&response.data);
        if (!folder || response.broken) return;
        std::size_t bytes = sizeof(Folder) + folder->name.size();
        for (const auto& attribute : folder->attributes) bytes += 64 + attribute.size();
        if (budget.take(bytes))
            folders.push_back({std::move(folder->name), folder->separator, std::move(folder->attributes)});
    });
    if (!done) co_return done.error();
    co_return folders;
}

awaitable<Result<PersonalSpace>> ImapClient::personal_space() {
    const auto state = state_;
    PersonalSpace space;
    bool found = false;
    if (state->has("NAMESPACE")) {
        auto done = co_await state->must(state->command("NAMESPACE"), [&](ImapResponse& response) {
            auto* spaces = std::get_if<ImapNamespaces>(&response.data);
            if (!spaces || spaces->personal.empty()) return;
            space = {std::move(spaces->personal.front().first), spaces->personal.front().second};
            found = true;
        });
        if (!done) co_return done.error();
    }
    if (found) co_return space;
    auto root = co_await list("");  // [RFC 9051 §6.3.9]: an empty pattern asks for the separator
    if (!root) co_return root.error();
    if (!root->empty()) space.separator = root->front().separator;
    co_return space;
}

awaitable<Result<std::string>> ImapClient::sent_folder() {
    const auto state = state_;
    auto folders = co_await list("*");
    if (!folders) co_return folders.error();
    for (const auto& folder : *folders)
        if (folder.attributes.contains("\\sent") && can_hold_mail(folder)) co_return folder.name;
    for (std::string_view usual : sent_names) {
        const Folder* best = nullptr;  // the shortest name: "Sent" before "Archive/Sent"
        for (const auto& folder : *folders) {
            if (!can_hold_mail(folder) || !same_ascii(last_name(folder, state->utf8), usual)) continue;
            if (!best || folder.name.size() < best->name.size()) best = &folder;
        }
        if (best) co_return best->name;
    }
    co_return std::string{};
}

awaitable<Result<Selected>> ImapClient::select(const std::string& folder) {
    const auto state = state_;
    ImapCommand command = state->command("EXAMINE");
    command.string(folder, state->utf8);
    if (state->has("CONDSTORE") && !state->has("ENABLE")) command.words("(CONDSTORE)");  // [RFC 7162 §3.1.8]
    state->exists.reset();
    state->news = false;
    Selected selected;
    const auto take = [&](ImapResponse& response) {
        const auto* status = std::get_if<ImapStatus>(&response.data);
        if (!status) return;
        const auto& [name, argument, number] = status->code;
        if (name == "UIDVALIDITY") selected.uid_validity = static_cast<std::uint32_t>(number);
        if (name == "UIDNEXT" && number <= last_uid) selected.uid_next = static_cast<std::uint32_t>(number);
        if (name == "HIGHESTMODSEQ") selected.highest_modseq = number;
    };
    if (auto done = co_await state->must(std::move(command), take); !done) co_return done.error();
    if (selected.uid_validity == 0)  // [RFC 9051 §6.3.2]: then UIDs mean nothing to a later session
        co_return Error{ErrorKind::unsupported, true, "the server has no lasting UIDs in this folder", 0, {}};
    selected.exists = state->exists.value_or(0);
    if (!state->exists) state->exists = 0;
    if (selected.uid_next != 0) co_return selected;
    // COMPAT: servers that do not say UIDNEXT: one more than the last mail has, or 1 in an empty folder.
    selected.uid_next = 1;
    if (selected.exists == 0) co_return selected;
    const auto see = [&](std::uint32_t uid) {
        if (uid <= last_uid) selected.uid_next = std::max(selected.uid_next, uid + 1);
    };
    auto done = co_await state->must(state->command("UID SEARCH UID *"), [&](ImapResponse& response) {
        const auto* search = std::get_if<ImapSearch>(&response.data);
        if (!search) return;
        for (const auto& range : search->found) see(range.last);
        see(search->max);
    });
    if (done || state->dead) co_return done ? Result<Selected>(selected) : done.error();
    done = co_await state->must(state->command("UID FETCH * (UID)"), [&](ImapResponse& response) {
        if (const auto* fetch = std::get_if<ImapFetch>(&response.data)) see(fetch->uid);
    });
    if (!done) co_return done.error();
    co_return selected;
}

awaitable<Result<std::vector<Listed>>> ImapClient::since(std::uint32_t from) {
    const auto state = state_;
    // Mail that arrives from now on may be missing in the answer.
    state->news = state->said_again = state->shrunk = false;
    state->first_listed = state->last_listed = 0;
    std::map<std::uint32_t, std::uint64_t> found;
    std::set<std::uint32_t> unsized;
    bool more = false, unnamed = false;
    const auto take = [&](ImapResponse& response) {
        const auto* fetch = std::get_if<ImapFetch>(&response.data);
        if (!fetch) return;
        if (!fetch->size && !response.broken) {  // said by itself, or by a server that gives no sizes
            if (fetch->uid >= from && fetch->uid <= last_uid && unsized.size() < ImapBudgets::listed)
                unsized.insert(fetch->uid);
            return;
        }
        unnamed = unnamed || fetch->uid == 0;
        // [RFC 9051 §9 seq-range]: "n:*" has the last mail even if its UID is below n.
        if (fetch->uid < from || fetch->uid == 0 || fetch->uid > last_uid) return;
        auto& size = found[fetch->uid];  // the data of one mail may come in several responses [RFC 9051 §7.5.2]
        if (fetch->size) size = *fetch->size;
        if (found.size() <= ImapBudgets::listed) return;
        found.erase(std::prev(found.end()));
        more = true;
    };
    const std::string range = std::to_string(std::max(from, 1U)) + ":*";
    auto status = co_await state->run(state->command("UID FETCH " + range + " (UID RFC822.SIZE)"), take);
    if (!status) co_return status.error();
    const bool refused = status->kind != ImapStatus::Kind::ok;
    unnamed = unnamed || std::ranges::any_of(unsized, [&](std::uint32_t uid) { return !found.contains(uid); });
    if (refused && state->exists == 0) co_return std::vector<Listed>{};  // COMPAT: nothing to fetch is an error to some
    if (refused || unnamed) {                                            // what it did not name is found in another way
        auto searched = co_await search_since(from);
        if (!searched && (state->dead || refused)) co_return searched.error();
        if (searched)
            for (const auto& mail : *searched) found.try_emplace(mail.uid, 0);
    }
    state->news = state->news || more;
    std::vector<Listed> listed;
    listed.reserve(found.size());
    for (const auto& [uid, size] : found) listed.push_back({uid, size});
    if (!listed.empty()) {
        state->first_listed = listed.front().uid;
        state->last_listed = listed.back().uid;
    }
    co_return listed;
}

/// since() by SEARCH, without sizes.
awaitable<Result<std::vector<Listed>>> ImapClient::search_since(std::uint32_t from) {
    const auto state = state_;
    UidRanges ranges(ImapBudgets::listed, UidRanges::Keep::lowest);
    const auto take = [&](ImapResponse& response) {
        const auto* search = std::get_if<ImapSearch>(&response.data);
        if (!search) return;
        for (const auto& range : search->found)
            ranges.add(std::max(range.first, std::max(from, 1U)), std::min(range.last, last_uid));
    };
    const std::string range = std::to_string(std::max(from, 1U)) + ":*";
    auto done = co_await state->must(state->command("UID SEARCH UID " + range), take);
    if (!done) co_return done.error();
    state->news = state->news || ranges.has_more();
    std::vector<Listed> listed;
    for (const auto uid : ranges.uids()) listed.push_back({uid, 0});
    co_return listed;
}

awaitable<Result<std::optional<std::string>>> ImapClient::fetch(std::uint32_t uid, std::size_t most) {
    const auto state = state_;
    auto mail = co_await fetch_section(uid, "", most);
    if (!mail || *mail) co_return mail;
    auto still = co_await lists_still(uid);
    if (!still) co_return still.error();
    if (!*still) co_return std::optional<std::string>{};
    co_return Error{ErrorKind::refused, true, "the server lists this mail and gives nothing of it", 0, {}};
}

awaitable<Result<std::optional<std::string>>> ImapClient::fetch_header(std::uint32_t uid, std::size_t most) {
    return fetch_section(uid, "HEADER", most);
}

awaitable<Result<std::optional<std::string>>> ImapClient::fetch_section(std::uint32_t uid, std::string section,
                                                                        std::size_t most) {
    const auto state = state_;
    // One byte more than wanted tells a mail that is too big, and costs no more than that [RFC 9051 §6.4.5 partial].
    const std::size_t asked = std::min<std::size_t>(most, 0x7ffffffe) + 1;
    bool is_there = false, has_body = false, torn = false;
    std::optional<std::string> body;
    const auto take = [&](ImapResponse& response) {
        auto* fetch = std::get_if<ImapFetch>(&response.data);
        if (!fetch || (fetch->uid != 0 && fetch->uid != uid)) return;
        is_there = is_there || fetch->uid == uid || response.broken;
        if (!fetch->has_body) return;
        has_body = true;
        torn = torn || response.broken;
        if (fetch->body) body = std::move(fetch->body);
    };
    const std::string what = "UID FETCH " + std::to_string(uid) + " (UID BODY.PEEK[" + section + "]";
    const std::string part = "<0." + std::to_string(asked) + ">)";
    auto status = co_await state->run(state->command(what + part), take, asked + imap_small_literal);
    if (status && status->kind == ImapStatus::Kind::bad && !has_body)  // COMPAT: servers without partial fetches
        status = co_await state->run(state->command(what + ")"), take, asked + imap_small_literal);
    if (!status) co_return status.error();
    if (state->strayed || torn)  // perhaps the rest of a mail whose size was wrong
        co_return state->die(malformed("the server puts words between its responses"));
    if (status->code.name == "EXPUNGEISSUED") co_return std::optional<std::string>{};  // [RFC 5530 §3]
    if (status->kind != ImapStatus::Kind::ok) co_return imap_refusal(*status, "FETCH");
    if (!is_there && !has_body) co_return std::optional<std::string>{};  // [RFC 9051 §6.4.9]: gone is no error
    if (!body) co_return Error{ErrorKind::refused, true, "the server gives no body for this mail", 0, {}};
    if (body->size() > most) co_return over_limit("the mail has more than " + std::to_string(most) + " bytes");
    co_return body;
}

/// Whether a mail for which FETCH returned nothing exists: the server lists it again, or has listed it and no expunge
/// came since.
awaitable<Result<bool>> ImapClient::lists_still(std::uint32_t uid) {
    const auto state = state_;
    bool named = false;
    const auto take = [&](ImapResponse& response) {
        const auto* fetch = std::get_if<ImapFetch>(&response.data);
        named = named || (fetch && fetch->uid == uid);
    };
    auto status = co_await state->run(state->command("UID FETCH " + std::to_string(uid) + " (UID RFC822.SIZE)"), take);
    if (!status) co_return status.error();
    if (status->code.name == "EXPUNGEISSUED") co_return false;  // [RFC 5530 §3]
    if (status->kind != ImapStatus::Kind::ok) co_return imap_refusal(*status, "FETCH");
    const bool listed = state->first_listed <= uid && uid <= state->last_listed;
    co_return named || (listed && !state->shrunk);
}

awaitable<Result<bool>> ImapClient::wait_for_news(Timeout longest, Timeout poll) {
    const auto state = state_;
    co_return co_await state->wait(longest, poll);
}

awaitable<Result<void>> ImapClient::append(const std::string& folder, const std::string& flags, std::string_view mail) {
    const auto state = state_;
    constexpr std::string_view limit_name = " APPENDLIMIT=";  // [RFC 7889 §2]
    if (const auto at = state->capabilities.find(limit_name); at != std::string::npos) {
        const auto limit = std::strtoull(state->capabilities.c_str() + at + limit_name.size(), nullptr, 10);
        if (mail.size() > limit)
            co_return over_limit("the server takes mails up to " + std::to_string(limit) + " bytes");
    }
    ImapCommand command = state->command("APPEND");
    command.string(folder, state->utf8);
    if (!flags.empty()) command.words(flags.starts_with('(') ? flags : "(" + flags + ")");
    command.literal(mail);
    co_return co_await state->must(std::move(command));
}

awaitable<void> ImapClient::logout() {
    const auto state = state_;
    state->leaving = true;
    if (auto written = co_await state->write(state->begin() + "LOGOUT\r\n"); written) {
        for (;;) {
            auto response = co_await state->next(farewell_timeout);
            if (!response || response->tagged()) break;
        }
    }
    state->dead = true;
    state->stream->close();
}

}  // namespace coi::net
