// See omemo_nodes.h.

#include "gateway/service/omemo_nodes.h"

#include <memory>
#include <utility>

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "xmpp/jid.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0060_pubsub.h"
#include "xmpp/xep/xep0384_omemo.h"

namespace gateway {

using namespace xmpp;

namespace {

constexpr std::size_t most_waiting = 10'000, most_contacts = 1000;
constexpr auto pause = std::chrono::milliseconds(20);

}  // namespace

bool OmemoNodes::take(const Tag& iq, const std::string& user, const std::string& lang) {
    const JID to = read_jid(attribute(iq, "to"));
    const auto wanted = xep0060::requested(iq);
    if (!wanted || is_gateway(to) || !address_of(to)) return false;
    const auto device = xep0384::device_of_node(wanted->node);
    const bool is_list = wanted->node == xep0384::devices_node;
    if (!is_list && device == 0) return false;
    const std::shared_ptr<const Tag> asked(head_of(iq));
    const auto refuse = [this, asked, lang](const char* type, const char* condition) {
        if (const auto error = error_reply(*asked, type, condition, say(lang, "There is nothing here."), lang))
            stream_.send(*error);
    };
    const auto give = [this, asked, refuse, is_list, device, node = wanted->node](const OmemoOwnKeys::Keys& keys) {
        if (!keys) return refuse("wait", "resource-constraint");
        if (!is_list && device != keys->device()) return refuse("cancel", "item-not-found");
        auto result = result_of(*asked);
        Tag& item = xep0060::add_item(xep0060::add_items(*result, node), xep0384::item_id);
        is_list ? xep0384::add_devices(item, {keys->device()}) : xep0384::add_bundle(item, keys->bundle());
        stream_.send(*result);
    };
    if (const Account* account = directory_.of_user(user)) {
        omemo_.own_keys(account->id, give);
    } else {
        relay_accounts_.get(user, lang, [this, give, refuse](const Account* made) {
            made ? omemo_.own_keys(made->id, give) : refuse("cancel", "item-not-found");
        });
    }
    return true;
}

void OmemoNodes::introduce(const std::string& client) {
    const Account* account = directory_.of_user(client.substr(0, client.find('/')));
    if (account == nullptr) return;
    omemo_.own_keys(account->id, [this, client, id = account->id](const OmemoOwnKeys::Keys& keys) {
        if (!keys || directory_.find(id) == nullptr || !directory_.is_loaded(id)) return;
        std::size_t told = 0;
        for (const Contact* contact : directory_.contacts(id)) {
            if (!contact->subscribed && !contact->written_to) continue;
            if (++told > most_contacts || waiting_.size() >= most_waiting) break;
            for (const auto& jid : jids_of(*contact, component_)) waiting_.push_back({client, jid, keys->device()});
        }
        if (!is_pausing_) tell_some();
    });
}

void OmemoNodes::tell_some() {
    while (!waiting_.empty() && stream_.has_room()) {
        const News& next = waiting_.front();
        stream_.send(*xep0384::event(next.jid, next.client, {next.device}));
        waiting_.pop_front();
    }
    is_pausing_ = !waiting_.empty();
    if (is_pausing_) after_(pause, [this] { tell_some(); });
}

}  // namespace gateway
