// See resolve.h.

#include "gateway/store/resolve.h"

#include <utility>

#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::ids {
namespace {

/// Whether a message of the user (false: of the contact) may be meant by an event of the user (false: of the contact):
/// who corrects or takes back writes about their own message [XEP-0308 §4], [XEP-0424 §5].
bool may_be(RefersTo allowed, bool by_user, bool event_by_user) {
    if (allowed == RefersTo::any) return true;
    return allowed != RefersTo::nothing && (allowed == RefersTo::own) == (by_user == event_by_user);
}

std::optional<Reference> reference_to(Database& db, const std::optional<Known>& known) {
    const auto original = known ? original_of(db, *known) : std::nullopt;
    if (!original) return std::nullopt;
    Reference about{original->message,     original->stanza, {},
                    original->from_jabber, original->when,   is_retracted(db, *original)};
    if (!original->from_jabber) about.files = further_stanzas(db, *original);
    if (const auto newest = newest_correction(db, *original)) about.latest = newest->message;
    return about;
}

std::optional<Reference> resolved(Database& db, AccountId account, const std::string& contact, const coi::MessageId& id,
                                  RefersTo allowed) {
    std::optional<Known> known;
    if (may_be(allowed, true, false)) known = own_message(db, account, id);
    if (known && known->contact != contact) known.reset();
    if (!known && may_be(allowed, false, false)) known = contact_message(db, account, contact, id);
    if (known && known->stanza.empty()) known.reset();
    return reference_to(db, known);
}

std::optional<Reference> resolved(Database& db, AccountId account, const std::string& contact, const StanzaId& id,
                                  RefersTo allowed) {
    const auto known = by_stanza(db, account, contact, id);
    if (!known || !may_be(allowed, known->from_jabber, true)) return std::nullopt;
    auto about = reference_to(db, known);
    if (about) about->message = said_by(about->message);
    return about;
}

}  // namespace

void resolve(Store& store, AccountId account, const std::string& contact, std::vector<coi::MessageId> ids,
             RefersTo allowed, Store::Done<std::vector<std::optional<Reference>>> done) {
    Transactions(store).ask(
        [account, contact, ids = std::move(ids), allowed](Database& db) {
            std::vector<std::optional<Reference>> found;
            for (const auto& id : ids) found.push_back(resolved(db, account, contact, id, allowed));
            return found;
        },
        std::move(done));
}

void resolve(Store& store, AccountId account, const std::string& contact, const StanzaId& id, RefersTo allowed,
             Store::Done<std::optional<Reference>> done) {
    Transactions(store).ask(
        [account, contact, id, allowed](Database& db) { return resolved(db, account, contact, id, allowed); },
        std::move(done));
}

}  // namespace gateway::ids
