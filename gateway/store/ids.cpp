// The id map's operations; see ids.h.

#include "gateway/store/ids.h"

#include <algorithm>
#include <utility>

#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::ids {

coi::MessageId key_of(const coi::MessageId& said, const coi::MessageId& name) {
    return {said.value + '\n' + name.value};  // no Message-ID contains a line end [RFC 5322 §3.6.4]
}

coi::MessageId said_by(const coi::MessageId& key) { return {key.value.substr(0, key.value.find('\n'))}; }

Known told(const Known& known, News news, Time now, const Seal& seal) {
    const std::string hash =
        seal.keyed_hash("told\n" + std::to_string(static_cast<int>(news)) + "\n" + known.message.value);
    return {known.account, known.contact, {hash + "@told.invalid"}, {}, false, "", "", false, now};
}

void find_reported(Store& store, AccountId account, std::vector<coi::MessageId> named, News news,
                   Store::Done<std::optional<Reported>> done) {
    Transactions(store).ask(
        [account, named = std::move(named), news](Database& db) -> std::optional<Reported> {
            for (std::size_t i = 0; i < named.size(); ++i) {
                auto known = named[i].empty() ? std::nullopt : own_message(db, account, named[i]);
                if (!known) continue;
                const auto row = told(*known, news, {}, db.seal());
                const bool is_told = contact_message(db, row.account, row.contact, row.message).has_value();
                return Reported{std::move(*known), i, is_told};
            }
            return std::nullopt;
        },
        std::move(done));
}

void knows_any_of(Store& store, AccountId account, std::vector<coi::MessageId> messages, Store::Done<bool> done) {
    Transactions(store).ask(
        [account, messages = std::move(messages)](Database& db) {
            return std::ranges::any_of(
                messages, [&](const auto& message) { return by_message(db, account, message).has_value(); });
        },
        std::move(done));
}

void knows_any_of(Store& store, AccountId account, Copies copies, Store::Done<bool> done) {
    Transactions(store).ask(
        [account, copies = std::move(copies)](Database& db) {
            const auto by_name = [&](const auto& name) { return by_message(db, account, name).has_value(); };
            const auto by_print = [&](const auto& print) { return knows_print(db, account, print); };
            return std::ranges::any_of(copies.names, by_name) || std::ranges::any_of(copies.prints, by_print);
        },
        std::move(done));
}

void by_stanza(Store& store, AccountId account, const std::string& contact, const StanzaId& stanza,
               Store::Done<std::optional<Known>> done) {
    Transactions(store).ask(
        [account, contact, stanza](Database& db) { return by_stanza(db, account, contact, stanza); }, std::move(done));
}

void shown_up_to(Store& store, AccountId account, const std::string& contact, const StanzaId& stanza, std::size_t most,
                 Store::Done<std::vector<coi::MessageId>> done) {
    Transactions(store).ask(
        [account, contact, stanza, most](Database& db) { return shown_up_to(db, account, contact, stanza, most); },
        std::move(done));
}

void count_sent(Store& store, AccountId account, std::map<Sent, std::int64_t> counts, Time since,
                Store::Done<std::map<Sent, std::int64_t>> done) {
    Transactions(store).ask(
        [account, counts = std::move(counts), since](Database& db) {
            auto counted = counts;
            for (auto& [message, count] : counted) {
                const auto& [from, contact, id] = message;
                count += count_from(db, account, contact, {id}, from, since);
            }
            return counted;
        },
        std::move(done));
}

void note(Store& store, Known known) {
    Transactions(store).later([known = std::move(known)](Database& db) { remember(db, known); });
}

void expire(Store& store, Time before) {
    Transactions(store).later([before](Database& db) { expire(db, before); });
}

}  // namespace gateway::ids
