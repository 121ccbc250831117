// Which message an event is about; see resolve.h.

#include "gateway/pipeline/resolve.h"

#include "gateway/store/ids.h"
#include "gateway/translate/translate.h"

namespace gateway {
namespace {

/// Whether a message of the user (else: of the contact) may be meant.
bool may_be(Whose whose, bool by_user, bool user_writes) {
    if (whose == Whose::everybodys) return true;
    return whose != Whose::nobodys && (whose == Whose::writers) == (by_user == user_writes);
}

std::optional<Reference> reference_to(Database& db, const std::optional<ids::Known>& known) {
    const auto original = known ? ids::original_of(db, *known) : std::nullopt;
    if (!original) return std::nullopt;
    Reference about{original->message, original->stanza, {}, original->from_jabber};
    if (const auto newest = ids::newest_correction(db, *original)) about.latest = newest->message;
    return about;
}

}  // namespace

std::optional<Reference> resolve_mail(Database& db, AccountId account, const std::string& contact, const Event& event) {
    const coi::MessageId& id = event.about->message;
    std::optional<ids::Known> known;
    if (may_be(whose(event), true, false)) known = ids::own_message(db, account, id);
    if (known && known->contact != contact) known.reset();
    if (!known && may_be(whose(event), false, false)) known = ids::contact_message(db, account, contact, id);
    if (known && known->stanza.empty()) known.reset();
    return reference_to(db, known);
}

std::optional<Reference> resolve_stanza(Database& db, AccountId account, const std::string& contact,
                                        const Event& event) {
    const auto known = ids::by_stanza(db, account, contact, event.about->stanza);
    if (!known || !may_be(whose(event), known->from_jabber, true)) return std::nullopt;
    auto about = reference_to(db, known);
    if (about) about->message = ids::said_by(about->message);
    return about;
}

}  // namespace gateway
