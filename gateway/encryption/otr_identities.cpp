// See otr_identities.h.

#include "gateway/encryption/otr_identities.h"

#include <optional>
#include <string>
#include <utility>

#include "gateway/store/otr_keys.h"

namespace gateway {
namespace {

constexpr std::size_t most_known = 1000;  // in memory

}  // namespace

void OtrIdentities::with(AccountId id, std::function<void(Identity)> done) {
    if (const auto at = known_.find(id); at != known_.end()) return done(at->second);
    auto& waiters = asked_[id];
    waiters.push_back(std::move(done));
    if (waiters.size() > 1) return;
    keys::otr_identity(
        store_, id, [self = shared_from_this(), id](const Store::Failure& failure, const coi::Secret& saved) {
            if (failure) return self->found(id, nullptr);
            self->workers_.ask<Identity>(
                Line(id),
                [saved] {
                    auto loaded = saved.empty() ? std::nullopt : xmpp::otr::Identity::load(saved.bytes());
                    if (!loaded) loaded = xmpp::otr::Identity::generate();
                    return std::make_shared<const xmpp::otr::Identity>(std::move(*loaded));
                },
                [self, id, saved](const Identity& identity) {
                    const bool is_saved = identity->save().bytes() == saved.bytes();
                    is_saved ? self->found(id, identity) : self->save(id, identity);
                });
        });
}

void OtrIdentities::save(AccountId id, const Identity& identity) {
    keys::save_otr_identity(store_, id, coi::Secret(std::string(identity->save().bytes())),
                            [self = shared_from_this(), id, identity](const Store::Failure& failed) {
                                self->found(id, failed ? nullptr : identity);
                            });
}

void OtrIdentities::found(AccountId id, Identity identity) {
    if (known_.size() >= most_known) known_.clear();
    if (identity) known_[id] = identity;
    auto waiters = asked_.extract(id);
    if (waiters.empty()) return;
    for (const auto& done : waiters.mapped()) done(identity);
}

}  // namespace gateway
