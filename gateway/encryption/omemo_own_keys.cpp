// See omemo_own_keys.h.

#include "gateway/encryption/omemo_own_keys.h"

#include <optional>
#include <string>
#include <utility>

#include "gateway/store/omemo_keys.h"

namespace gateway {
namespace {

using xmpp::omemo::OwnKeys;
using Keys = OmemoOwnKeys::Keys;

constexpr std::size_t most_known = 1000;  // in memory, about 15 KiB each
constexpr auto every = std::chrono::hours(12);

Line line(AccountId id) { return Line(id, "omemo keys " + std::to_string(static_cast<std::int64_t>(id))); }

}  // namespace

void OmemoOwnKeys::with(AccountId id, std::function<void(Keys)> done) {
    if (const auto at = known_.find(id); at != known_.end()) {
        const Keys keys = at->second.keys;
        if (now_() - at->second.looked_after > every) look_after(id);
        return done(keys);
    }
    auto& waiters = asked_[id];
    waiters.push_back(std::move(done));
    if (waiters.size() > 1) return;
    keys::omemo_own(
        store_, id, [self = shared_from_this(), id](const Store::Failure& failure, const coi::Secret& saved) {
            if (failure) return self->found(id, nullptr);
            struct Made {
                Keys keys;
                bool is_changed = false;
            };
            self->workers_.ask<Made>(
                line(id),
                [saved, now = self->now_()] {
                    auto loaded = saved.empty() ? std::nullopt : OwnKeys::load(saved.bytes());
                    const bool is_new = !loaded;
                    if (is_new) loaded = OwnKeys::generate(now);
                    const bool is_changed = loaded->maintain(now) || is_new;
                    return Made{std::make_shared<const OwnKeys>(std::move(*loaded)), is_changed};
                },
                [self, id](const Made& made) {
                    if (!made.is_changed) return self->found(id, made.keys);
                    self->save(id, made.keys,
                               [self, id, keys = made.keys](bool saved) { self->found(id, saved ? keys : nullptr); });
                });
        });
}

void OmemoOwnKeys::use(AccountId id, std::uint32_t pre_key) {
    with(id, [self = shared_from_this(), id, pre_key](const Keys&) {
        const auto at = self->known_.find(id);
        if (at == self->known_.end()) return;  // the store failed
        at->second.used.push_back(pre_key);
        self->look_after(id);
    });
}

/// Replaces used prekeys and renews what is old, once at a time; what is used meanwhile comes after.
void OmemoOwnKeys::look_after(AccountId id) {
    const auto at = known_.find(id);
    if (at == known_.end() || at->second.is_being_changed) return;
    Known& known = at->second;
    known.is_being_changed = true;
    known.looked_after = now_();
    workers_.ask<Keys>(
        line(id),
        [keys = known.keys, used = std::exchange(known.used, {}), now = now_()]() -> Keys {
            OwnKeys changed = *keys;
            for (const auto pre_key : used) changed.use(pre_key);
            if (!changed.maintain(now) && used.empty()) return nullptr;
            return std::make_shared<const OwnKeys>(std::move(changed));
        },
        [self = shared_from_this(), id](const Keys& changed) {
            const auto end = [self, id] {
                const auto known = self->known_.find(id);
                if (known == self->known_.end()) return;
                known->second.is_being_changed = false;
                if (!known->second.used.empty()) self->look_after(id);
            };
            if (!changed) return end();
            if (const auto known = self->known_.find(id); known != self->known_.end()) known->second.keys = changed;
            self->save(id, changed, [end](bool) { end(); });  // if it failed, the next change saves it, too
        });
}

void OmemoOwnKeys::save(AccountId id, const Keys& keys, std::function<void(bool saved)> done) {
    keys::OmemoChange change;
    change.account = id;
    change.own = coi::Secret(std::string(keys->save().bytes()));
    keys::save(store_, std::move(change), [done = std::move(done)](const Store::Failure& failed) { done(!failed); });
}

void OmemoOwnKeys::found(AccountId id, const Keys& keys) {
    if (known_.size() >= most_known)
        std::erase_if(known_, [](const auto& each) { return !each.second.is_being_changed; });
    if (keys) known_[id] = {keys, now_()};
    auto waiters = asked_.extract(id);
    if (waiters.empty()) return;
    for (const auto& done : waiters.mapped()) done(keys);
}

}  // namespace gateway
