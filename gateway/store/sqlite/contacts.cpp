// Contacts in SQL; see contacts.h.

#include "gateway/store/sqlite/contacts.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "gateway/model/nick_hash.h"
#include "gateway/model/trust.h"
#include "gateway/store/sqlite/invites.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/omemo_keys.h"
#include "gateway/store/sqlite/once_encrypted.h"
#include "gateway/store/sqlite/otr_keys.h"
#include "gateway/store/sqlite/pictures.h"
#include "gateway/store/sqlite/profiles.h"
#include "gateway/store/sqlite/relays.h"
#include "gateway/store/sqlite/spellings.h"

namespace gateway::accounts {
namespace {

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

// Bits of the column `privacy`. What is known of keys is not stored here but in peer_key.
constexpr std::int64_t is_encrypted = 1, tunnel_on = 2, is_otr = 4, is_otr_clear = 8, tunnel_off = 16,
                       tunnel_offered = 32, tunnel_refused = 64, is_authenticated = 128, is_come_protected = 256,
                       is_blocked = 512, is_omemo = 1024, is_omemo_clear = 2048;

std::int64_t bits_of(const Contact& contact) {
    const Privacy& privacy = contact.privacy;
    return (contact.blocked ? is_blocked : 0) | (privacy.encrypted ? is_encrypted : 0) |
           (privacy.spoken == EndToEnd::otr ? is_otr : 0) | (privacy.otr_clear ? is_otr_clear : 0) |
           (privacy.spoken == EndToEnd::omemo ? is_omemo : 0) | (privacy.omemo_clear ? is_omemo_clear : 0) |
           (privacy.tunnel == Tunnel::on ? tunnel_on : 0) | (privacy.tunnel == Tunnel::off ? tunnel_off : 0) |
           (privacy.tunnel_offered ? tunnel_offered : 0) | (privacy.tunnel_refused ? tunnel_refused : 0) |
           (privacy.authenticated ? is_authenticated : 0) | (privacy.came_protected ? is_come_protected : 0);
}

Privacy privacy_of(std::int64_t bits) {
    Privacy privacy;
    privacy.encrypted = (bits & is_encrypted) != 0;
    if ((bits & is_otr) != 0) privacy.spoken = EndToEnd::otr;
    if ((bits & is_omemo) != 0) privacy.spoken = EndToEnd::omemo;
    privacy.otr_clear = (bits & is_otr_clear) != 0;
    privacy.omemo_clear = (bits & is_omemo_clear) != 0;
    if ((bits & tunnel_off) != 0) privacy.tunnel = Tunnel::off;
    if ((bits & tunnel_on) != 0) privacy.tunnel = Tunnel::on;
    privacy.tunnel_offered = (bits & tunnel_offered) != 0;
    privacy.tunnel_refused = (bits & tunnel_refused) != 0;
    privacy.authenticated = (bits & is_authenticated) != 0;
    privacy.came_protected = (bits & is_come_protected) != 0;
    return privacy;
}

// The columns bound into the seal of a contact's subject, in this order.
#define CONTACT_COLUMNS                                                                                        \
    "account, canonical, name, local, domain, dialect, written_to, subscribed, subject_shown, timer, policy, " \
    "privacy, thread, answer_to"
constexpr int contact_columns = 14;
constexpr std::string_view contact_place = "contact.subject";

}  // namespace

void save(Database& db, const Contact& contact) {
    auto query = db.query(
        "INSERT INTO contact (account, canonical, name, local, domain, dialect, written_to, subscribed, "
        "subject_shown, timer, policy, privacy, thread, answer_to, subject, last_in, last_out, heard) VALUES (?, ?, ?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (account, canonical) DO UPDATE SET name = excluded.name, local = excluded.local, "
        "domain = excluded.domain, dialect = excluded.dialect, written_to = excluded.written_to, "
        "subscribed = excluded.subscribed, subject_shown = excluded.subject_shown, subject = excluded.subject, "
        "last_in = excluded.last_in, last_out = excluded.last_out, timer = excluded.timer, policy = excluded.policy, "
        "privacy = excluded.privacy, thread = excluded.thread, answer_to = excluded.answer_to, heard = excluded.heard");
    Binding bound(contact_place);
    query.bind(bound.add(number(contact.account))).bind(bound.add(contact.canonical));
    query.bind(bound.add(contact.address.name)).bind(bound.add(contact.address.local));
    query.bind(bound.add(contact.address.domain)).bind(bound.add(static_cast<std::int64_t>(contact.dialect)));
    query.bind(bound.add(std::int64_t(contact.written_to))).bind(bound.add(std::int64_t(contact.subscribed)));
    query.bind(bound.add(std::int64_t(contact.subject_shown))).bind(bound.add(std::int64_t(contact.timer)));
    query.bind(bound.add(static_cast<std::int64_t>(contact.privacy.policy)));
    query.bind(bound.add(bits_of(contact))).bind(bound.add(contact.thread.value));
    query.bind(bound.add(contact.answer_to));
    query.bind_blob(close(db, contact.subject, bound)).bind(contact.last_in.value).bind(contact.last_out.value);
    query.bind(std::int64_t(contact.heard.time_since_epoch().count())).run();
}

bool save_last(Database& db, const Contact& contact) {
    db.query("UPDATE contact SET last_in = ?, last_out = ?, heard = ? WHERE account = ? AND canonical = ?")
        .bind(contact.last_in.value)
        .bind(contact.last_out.value)
        .bind(std::int64_t(contact.heard.time_since_epoch().count()))
        .bind(number(contact.account))
        .bind(contact.canonical)
        .run();
    return db.changes() > 0;
}

namespace {

/// An id from a mail. The column is not sealed: other content must not get into a header.
coi::MessageId printable(std::string value) {
    coi::MessageId id{std::move(value)};
    return coi::is_printable(id) ? id : coi::MessageId{};
}

/// A row of CONTACT_COLUMNS, subject, last_in, last_out and heard. nullopt if it does not match its seal.
std::optional<Contact> contact_of(Database& db, const Query& row) {
    auto subject = open(db, row.blob(contact_columns), Binding(contact_place).add(row, 0, contact_columns));
    if (!subject) return std::nullopt;
    Contact contact;
    contact.account = AccountId(row.integer(0));
    contact.canonical = row.text(1);
    contact.address = {row.text(2), row.text(3), row.text(4)};
    contact.dialect = static_cast<Dialect>(row.integer(5));
    contact.written_to = row.integer(6) != 0;
    contact.subscribed = row.integer(7) != 0;
    contact.subject_shown = row.integer(8) != 0;
    contact.timer = static_cast<std::uint32_t>(row.integer(9));
    contact.privacy = privacy_of(row.integer(11));
    contact.blocked = (row.integer(11) & is_blocked) != 0;
    contact.privacy.policy = static_cast<Policy>(row.integer(10));
    contact.thread.value = row.text(12);
    contact.answer_to = row.text(13);
    contact.subject = std::move(*subject);
    contact.last_in = printable(row.text(contact_columns + 1));
    contact.last_out = printable(row.text(contact_columns + 2));
    contact.heard = Time(Time::duration(row.integer(contact_columns + 3)));
    return contact;
}

struct Aside {
    std::int64_t account;
    std::string canonical, content;
};

void set_aside(Database& db, const std::vector<Aside>& damaged) {
    for (const auto& row : damaged) {
        damaged::keep(db, row.account, "contact " + row.canonical, row.content);
        // How it was protected is not known any more: no mail is sent there in the clear automatically.
        once_encrypted::note(db, AccountId(row.account), row.canonical, "");
        db.query("DELETE FROM contact WHERE account = ? AND canonical = ?").bind(row.account).bind(row.canonical).run();
    }
}

/// Finds contacts by keys that ascend.
class Finder {
  public:
    explicit Finder(std::vector<Contact>& contacts) : at_(contacts.begin()), end_(contacts.end()) {}
    Contact* find(const std::string& canonical) {
        while (at_ != end_ && at_->canonical < canonical) ++at_;
        return at_ != end_ && at_->canonical == canonical ? &*at_ : nullptr;
    }

  private:
    std::vector<Contact>::iterator at_, end_;
};

}  // namespace

AccountContacts contacts_of(Database& db, AccountId account) {
    AccountContacts all{account};
    std::vector<Aside> damaged;
    {
        auto row = db.query("SELECT " CONTACT_COLUMNS
                            ", subject, last_in, last_out, heard FROM contact WHERE account = ? ORDER BY canonical");
        row.bind(number(account));
        while (row.step()) {
            if (auto contact = contact_of(db, row)) {
                all.contacts.push_back(std::move(*contact));
            } else {
                damaged.push_back({number(account), row.text(1), row.print()});
            }
        }
    }
    set_aside(db, damaged);
    auto listed = relays::of(db, account);
    auto next = listed.begin();
    Finder with_keys(all.contacts);
    keys::each_peer(db, account, [&](const std::string& canonical, const coi::autocrypt::Peer& peer) {
        while (next != listed.end() && next->first < canonical) ++next;
        auto* of = with_keys.find(canonical);
        if (of == nullptr) return;
        trust::note_keys(of->privacy, peer);
        const bool has_list = next != listed.end() && next->first == canonical;
        if (has_list && next->second.key == coi::autocrypt::counted(peer)) of->relays = std::move(next->second.relays);
    });
    Finder with_profiles(all.contacts);
    for (auto& [canonical, profile] : profiles::of(db, account)) {
        if (auto* of = with_profiles.find(canonical)) of->profile = std::move(profile);
    }
    Finder with_spellings(all.contacts);
    for (auto& [canonical, nodes] : spellings::of(db, account)) {
        if (auto* of = with_spellings.find(canonical)) of->spellings = std::move(nodes);
    }
    all.once_encrypted = once_encrypted::of(db, account);
    for (const auto& contact : all.contacts) {
        if (const auto nick = nick_hash(contact.address)) all.nicks.push_back(nick);
    }
    all.nicks.shrink_to_fit();
    std::ranges::sort(all.nicks);
    return all;
}

std::vector<Contact> contacts(Database& db) {
    std::vector<AccountId> accounts;
    for (auto row = db.query("SELECT DISTINCT account FROM contact ORDER BY account"); row.step();)
        accounts.push_back(AccountId(row.integer(0)));
    std::vector<Contact> contacts;
    for (const AccountId account : accounts) {
        for (auto& contact : contacts_of(db, account).contacts) contacts.push_back(std::move(contact));
    }
    return contacts;
}

std::int64_t count_contacts(Database& db, AccountId account) {
    auto row = db.query("SELECT count(*) FROM contact WHERE account = ?");
    return row.bind(number(account)).step() ? row.integer(0) : 0;
}

Privacy privacy(Database& db, AccountId account, const std::string& canonical) {
    auto row = db.query("SELECT " CONTACT_COLUMNS
                        ", subject, last_in, last_out, heard FROM contact WHERE account = ? AND canonical = ?");
    if (!row.bind(number(account)).bind(canonical).step()) return {};
    const auto contact = contact_of(db, row);
    return contact ? contact->privacy : Privacy{};
}

void remove(Database& db, AccountId account, const std::string& canonical) {
    keys::forget_peer(db, account, canonical);
    keys::forget_invites(db, account, canonical);
    keys::forget_otr_peers(db, account, canonical);
    keys::forget_omemo_sessions(db, account, canonical);
    profiles::save(db, account, canonical, {});
    pictures::remove(db, account, canonical);
    relays::remove(db, account, canonical);
    db.query("DELETE FROM contact WHERE account = ? AND canonical = ?").bind(number(account)).bind(canonical).run();
}

void seal_contacts_anew(Database& db, Sealed before) {
    std::int64_t account = -1;
    for (std::string canonical;;) {
        Renewed renewed;
        {
            auto row =
                db.query("SELECT " CONTACT_COLUMNS
                         ", subject FROM contact WHERE (account, canonical) > (?, ?) ORDER BY account, canonical "
                         "LIMIT 1");
            if (!row.bind(account).bind(canonical).step()) return;
            const auto bound = Binding(contact_place).add(row, 0, contact_columns);
            account = row.integer(0);
            canonical = row.text(1);
            const std::string by_number = "contact.subject/" + std::to_string(account) + "/" + canonical;
            // 0.1.0 did not seal an empty subject.
            const bool none = before == Sealed::by_number && row.is_null(contact_columns);
            renewed = renew(db, row.blob(contact_columns), bound, before, none ? nullptr : &by_number);
        }
        if (!renewed.blob) continue;
        db.query("UPDATE contact SET subject = ? WHERE account = ? AND canonical = ?")
            .bind_blob(*renewed.blob)
            .bind(account)
            .bind(canonical)
            .run();
    }
}

}  // namespace gateway::accounts
