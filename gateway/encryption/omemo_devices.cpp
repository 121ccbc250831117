// See omemo_devices.h.

#include "gateway/encryption/omemo_devices.h"

#include <algorithm>
#include <utility>

#include "gateway/log.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0060_pubsub.h"
#include "xmpp/xep/xep0384_omemo.h"

namespace gateway {
namespace {

namespace xep0060 = xmpp::xep0060;
namespace xep0384 = xmpp::xep0384;

constexpr std::string_view question_id = "omemo-";
constexpr auto patience = std::chrono::seconds(20);
constexpr auto list_lasts = std::chrono::minutes(10);
constexpr auto silence_lasts = std::chrono::minutes(1);
constexpr std::size_t most_questions = 2000, most_users = 100'000, most_devices = 100;

/// What a node holds. Of several items, which programs with other habits have left: the one with the right id [XEP-0384
/// §4.3], else the last.
const xmpp::Tag* content_of(const xmpp::Tag& result, const std::string& node) {
    const xmpp::Tag* found = nullptr;
    for (const auto& item : xep0060::items_of(result, node)) {
        if (item.payload && item.id == xep0384::item_id) return item.payload;
        if (item.payload) found = item.payload;
    }
    return found;
}

/// [XEP-0060 §6.5.9] Who asks may not read.
bool is_refusal(const xmpp::Tag& iq) {
    const auto error = xmpp::error_of(iq);
    return error && (error->type == "auth" || error->condition == "forbidden" || error->condition == "not-allowed" ||
                     error->condition == "not-authorized" || error->condition == "subscription-required");
}

}  // namespace

/// Only a server speaks as a bare JID. COMPAT ejabberd: what it sends when a client logs in can be older than what it
/// has sent already, so the list is asked for again when it is needed.
bool OmemoDevices::take_event(const xmpp::Tag& message) {
    if (!xep0384::news_of(message)) return false;
    const xmpp::JID from = xmpp::read_jid(xmpp::attribute(message, "from"));
    if (from.resource().empty()) forget_list(from.bare());
    return true;
}

void OmemoDevices::remember(const std::string& user, List devices) {
    if (lists_.size() >= most_users) lists_.clear();
    lists_[user] = {std::move(devices), RateLimit::Clock::now()};
}

void OmemoDevices::forget_list(const std::string& user) {
    lists_.erase(user);
    unanswered_.erase(user);
}

bool OmemoDevices::take_answer(const xmpp::Tag& iq) {
    const std::string& type = xmpp::attribute(iq, "type");
    if (type != "result" && type != "error") return false;
    const std::string& id = xmpp::attribute(iq, "id");
    if (!id.starts_with(question_id)) return false;
    const auto question = questions_.find(id);
    if (question == questions_.end() || question->second.user != xmpp::attribute(iq, "from")) return true;
    unanswered_.erase(question->second.user);
    if (type == "result") {
        refused_.erase(question->second.user);
        end(id, &iq);
    } else if (is_refusal(iq)) {
        refused(std::move(questions_.extract(id).mapped()));
    } else {
        end(id, nullptr);
    }
    return true;
}

/// The contact may see the user where the roster says so, or the access model is "roster" [XEP-0060 §4.5].
void OmemoDevices::refused(Question question) {
    const std::string contact_jid = std::exchange(question.contact_jid, "");
    if (!contact_jid.empty()) return send(contact_jid, std::move(question));
    if (refused_.size() >= most_users) refused_.clear();
    refused_.insert(question.user);
    question.done(nullptr);
}

void OmemoDevices::offline() {
    lists_.clear();
    unanswered_.clear();
    while (!questions_.empty()) end(std::string(questions_.begin()->first), nullptr);
}

void OmemoDevices::ask(const Whose& whose, const std::string& node, Answer done) {
    send(component_, {whose.user, node, whose.contact_jid, std::move(done)});
}

void OmemoDevices::send(const std::string& from, Question question) {
    const auto now = RateLimit::Clock::now();
    if (is_silent(question.user) || questions_.size() >= most_questions || !questions_of_user_.take(question.user, now))
        return question.done(nullptr);
    const std::string id = std::string(question_id) + std::to_string(++asked_);
    const auto request = xep0060::request(from, question.user, id, {question.node, ""});
    questions_[id] = std::move(question);
    after_(patience, [self = weak_from_this(), id] {
        const auto devices = self.lock();
        const auto open = devices ? devices->questions_.find(id) : decltype(questions_)::iterator{};
        if (!devices || open == devices->questions_.end()) return;
        if (devices->unanswered_.size() >= most_users) devices->unanswered_.clear();
        if (open->second.node == xep0384::devices_node)
            devices->unanswered_[open->second.user] = RateLimit::Clock::now();
        devices->end(id, nullptr);
    });
    stream_.send(*request);
}

void OmemoDevices::end(const std::string& id, const xmpp::Tag* result) {
    const auto question = questions_.extract(id);
    if (!question.empty()) question.mapped().done(result);
}

bool OmemoDevices::is_silent(const std::string& user) const {
    const auto since = unanswered_.find(user);
    return since != unanswered_.end() && RateLimit::Clock::now() - since->second < silence_lasts;
}

void OmemoDevices::list(const Whose& whose, std::function<void(std::optional<List>)> done) {
    const std::string user = whose.user;
    const auto known = lists_.find(user);
    if (known != lists_.end() && RateLimit::Clock::now() - known->second.since < list_lasts)
        return done(known->second.devices);
    auto& waiting = list_wanted_[user];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;
    ask(whose, xep0384::devices_node, [self = shared_from_this(), user](const xmpp::Tag* result) {
        const xmpp::Tag* content = result ? content_of(*result, xep0384::devices_node) : nullptr;
        auto devices = content ? xep0384::devices_of(*content) : std::nullopt;
        if (devices) self->remember(user, std::move(*devices));
        const auto known = self->lists_.find(user);
        const auto found = known == self->lists_.end() ? std::nullopt : std::optional(known->second.devices);
        const auto waiting = self->list_wanted_.extract(user);
        for (const auto& each : waiting.mapped()) each(found);
    });
}

void OmemoDevices::bundle(const Whose& whose, DeviceId device, std::function<void(std::optional<Bundle>)> done) {
    const Place place{whose.user, device};
    auto& waiting = bundle_wanted_[place];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;
    const std::string node = xep0384::bundle_node(device);
    ask(whose, node, [self = shared_from_this(), place, node](const xmpp::Tag* result) {
        const xmpp::Tag* content = result ? content_of(*result, node) : nullptr;
        const auto found = content ? xep0384::bundle_of(*content) : std::nullopt;
        const auto waiting = self->bundle_wanted_.extract(place);
        for (const auto& each : waiting.mapped()) each(found);
    });
}

void OmemoDevices::bundles(const Whose& whose, const List& wanted,
                           std::function<void(std::map<DeviceId, Bundle>)> done) {
    struct Joined {
        std::size_t open;
        std::map<DeviceId, Bundle> found{};
    };
    if (wanted.empty()) return done({});
    const auto joined = std::make_shared<Joined>(wanted.size());
    for (const auto device : wanted) {
        bundle(whose, device, [joined, device, done](std::optional<Bundle> bundle) {
            if (bundle) joined->found[device] = std::move(*bundle);
            if (--joined->open == 0) done(std::move(joined->found));
        });
    }
}

void OmemoDevices::doubt(const std::string& user, DeviceId device) {
    const auto known = lists_.find(user);
    if (known != lists_.end() && std::ranges::find(known->second.devices, device) == known->second.devices.end())
        lists_.erase(known);
}

void OmemoDevices::load(AccountId id, std::function<void(bool loaded)> done) {
    if (devices_.contains(id)) return done(true);
    auto& waiting = load_wanted_[id];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;
    keys::omemo_devices(store_, id,
                        [self = shared_from_this(), id](const Store::Failure& failure, std::vector<Device> devices) {
                            if (self->devices_.size() >= most_users) self->devices_.clear();
                            if (!failure) self->devices_.try_emplace(id, std::move(devices));
                            const auto waiting = self->load_wanted_.extract(id);
                            for (const auto& each : waiting.mapped()) each(!failure);
                        });
}

const std::vector<OmemoDevices::Device>& OmemoDevices::of(AccountId id) const {
    static const std::vector<Device> none;
    const auto known = devices_.find(id);
    return known == devices_.end() ? none : known->second;
}

/// Who waits for the user's word does so because they have verified one.
bool OmemoDevices::has_verified(AccountId id) const {
    return std::ranges::any_of(of(id), [](const Device& each) {
        return each.trust == Device::Trust::verified || each.trust == Device::Trust::undecided;
    });
}

const OmemoDevices::Device* OmemoDevices::find(AccountId id, DeviceId device) const {
    const auto& all = of(id);
    const auto at = std::ranges::find(all, device, &Device::id);
    return at == all.end() ? nullptr : &*at;
}

OmemoDevices::News OmemoDevices::note(AccountId id, DeviceId device, const std::string& identity_key) {
    const auto loaded = devices_.find(id);
    if (loaded == devices_.end()) return News::none;  // released meanwhile
    auto& all = loaded->second;
    const auto at = std::ranges::find(all, device, &Device::id);
    if (at != all.end() && at->identity_key == identity_key) return News::none;
    const auto trust = has_verified(id) ? Device::Trust::undecided : Device::Trust::blind;
    if (at != all.end()) {
        if (at->trust == Device::Trust::blind) at->trust = trust;
        if (at->trust == Device::Trust::verified) at->trust = Device::Trust::undecided;
        at->identity_key = identity_key;
        save(id, *at);
        return News::key;
    }
    const auto news = all.empty() ? News::first : News::device;
    if (all.size() >= most_devices) drop_unlisted(id);
    if (all.size() >= most_devices) return News::none;
    all.push_back({device, identity_key, trust});
    save(id, all.back());
    return news;
}

/// A user has a few devices. Of more than a hundred those go first that their server lists no more. The user's word on
/// a device is kept: their server would only have to show a hundred others, and the next one would be trusted blindly.
void OmemoDevices::drop_unlisted(AccountId id) {
    const Account* account = directory_.find(id);
    const auto list = account ? lists_.find(account->jid) : lists_.end();
    auto& all = devices_[id];
    const auto has_word = [](const Device& each) {
        return each.trust == Device::Trust::verified || each.trust == Device::Trust::revoked;
    };
    std::erase_if(all, [&](const Device& each) {
        if (has_word(each) || list == lists_.end() ||
            std::ranges::find(list->second.devices, each.id) != list->second.devices.end())
            return false;
        keys::forget_omemo_device(store_, id, each.id, [](const Store::Failure&) {});
        return true;
    });
    const auto first = std::ranges::find_if_not(all, has_word);
    if (all.size() < most_devices || first == all.end()) return;
    keys::forget_omemo_device(store_, id, first->id, [](const Store::Failure&) {});
    all.erase(first);
}

bool OmemoDevices::set_trust(AccountId id, DeviceId device, Device::Trust trust) {
    const auto loaded = devices_.find(id);
    if (loaded == devices_.end()) return false;
    auto& all = loaded->second;
    const auto at = std::ranges::find(all, device, &Device::id);
    if (at == all.end()) return false;
    at->trust = trust;
    save(id, *at);
    return true;
}

void OmemoDevices::save(AccountId id, const Device& device) {
    keys::OmemoChange change;
    change.account = id;
    change.devices = {device};
    keys::save(store_, std::move(change), [id](const Store::Failure& failed) {
        if (failed) log::warn("what account {} trusts is not saved: {}", static_cast<std::int64_t>(id), failed->what());
    });
}

}  // namespace gateway
