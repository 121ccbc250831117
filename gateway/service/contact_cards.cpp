// See contact_cards.h.

#include "gateway/service/contact_cards.h"

#include <utility>

#include "gateway/accounts/nick.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "xmpp/jid.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0060_pubsub.h"
#include "xmpp/xep/xep0084_avatar.h"
#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0292_vcard4.h"

namespace gateway {

using namespace xmpp;

namespace {

constexpr std::size_t most_waiting = 10'000, most_of_user = 1000, most_under_way = 4;
constexpr std::size_t beside_picture = 4096;  // bytes of a stanza around it
constexpr auto pause = std::chrono::milliseconds(20);
constexpr const char* current = "current";  // the id of an item of which there is only one

}  // namespace

bool ContactCards::take(const Tag& iq, const std::string& user, const std::string& lang) {
    Question question{std::shared_ptr<const Tag>(head_of(iq)), Form::vcard, "", user, lang};
    const JID to = read_jid(attribute(iq, "to"));
    if ((!is_gateway(to) && !address_of(to)) || !read(iq, question)) return false;
    find(question, to);
    const bool shows_picture = question.form != Form::name && question.form != Form::picture_info;
    if (question.contact.empty() || !shows_picture) {
        answer(std::move(question), "");
    } else {
        wait(std::move(question));
    }
    return true;
}

/// What is asked for.
bool ContactCards::read(const Tag& iq, Question& question) const {
    if (xep0054::is_request(iq)) return true;
    const auto wanted = xep0060::requested(iq);
    if (!wanted) return false;
    question.item = wanted->item;
    static const std::map<std::string, Form> nodes{{xep0084::ns_data, Form::picture},
                                                   {xep0084::ns_metadata, Form::picture_info},
                                                   {xep0172::ns, Form::name},
                                                   {xep0292::node, Form::vcard4}};
    const auto node = nodes.find(wanted->node);
    if (node == nodes.end()) return false;
    question.form = node->second;
    return true;
}

/// What this user's account knows of the contact.
void ContactCards::find(Question& question, const JID& to) const {
    const auto address = address_of(to);
    if (is_gateway(to) || !address) {
        question.card.full_name = say(question.lang, "Mail gateway");
        question.card.description = say(question.lang, "I carry messages between Jabber and mail.");
        return;
    }
    const Account* account = directory_.of_user(question.user);
    const Contact* contact = account ? directory_.contact(account->id, address->canonical()) : nullptr;
    question.card.nickname = contact ? nick(directory_, *contact) : "";
    question.card.full_name = question.card.nickname.empty() ? address->addr_spec() : question.card.nickname;
    question.card.email = address->addr_spec();
    if (!contact || contact->profile.picture.id.empty()) return;
    question.account = account->id;
    question.contact = contact->canonical;
    question.picture = contact->profile.picture;
}

void ContactCards::answer(Question question, std::string_view picture) const {
    auto result = result_of(*question.iq);
    if (!picture.empty()) {
        question.card.photo = std::string(picture);
        question.card.photo_type = mime_of(question.picture.type);
    }
    const std::string& id = question.picture.id;
    const bool is_wanted = question.item.empty() || question.item == id;
    const auto item = [&](const char* node, const std::string& named) -> Tag& {
        return xep0060::add_item(xep0060::add_items(*result, node), named);
    };
    switch (question.form) {
        case Form::vcard:
            xep0054::add_vcard(*result, question.card);
            break;
        case Form::vcard4:
            xep0292::add_vcard(item(xep0292::node, current), question.card);
            break;
        case Form::name:
            xep0172::add_nick(item(xep0172::ns, current), question.card.full_name);
            break;
        case Form::picture:
            if (picture.empty() || !is_wanted)
                return refuse(question, "cancel", "item-not-found", say(question.lang, "There is nothing here."));
            xep0084::add_data(item(xep0084::ns_data, id), picture);
            break;
        case Form::picture_info:
            if (id.empty() || !is_wanted)
                return refuse(question, "cancel", "item-not-found", say(question.lang, "There is nothing here."));
            xep0084::add_metadata(item(xep0084::ns_metadata, id), info_of(question.picture));
            break;
    }
    stream_.send(*result);
}

void ContactCards::refuse(const Question& question, const char* type, const char* condition,
                          const std::string& words) const {
    if (const auto error = error_reply(*question.iq, type, condition, words, question.lang)) stream_.send(*error);
}

void ContactCards::wait(Question question) {
    const auto known = by_user_.find(question.user);
    if (waiting_.size() == most_waiting || (known != by_user_.end() && known->second == most_of_user))
        return refuse(question, "wait", "resource-constraint",
                      say(question.lang, "You have asked for too much at once. Please try again later."));
    ++by_user_[question.user];
    waiting_.push_back(std::move(question));
    serve();
}

void ContactCards::serve() {
    while (!waiting_.empty() && under_way_ < most_under_way && stream_.has_room()) {
        auto next = std::make_shared<Question>(std::move(waiting_.front()));
        waiting_.pop_front();
        ++under_way_;
        profiles_.read(next->account, next->contact, [this, next](const std::optional<Picture>& picture) {
            --under_way_;
            served(next->user);
            const bool fits = picture && picture->bytes.size() / 3 * 4 + beside_picture < largest_;
            if (fits) next->picture = picture->info;
            answer(std::move(*next), fits ? picture->bytes : "");
            serve();
        });
    }
    if (waiting_.empty() || under_way_ > 0 || std::exchange(is_pausing_, true)) return;
    after_(pause, [this] {
        is_pausing_ = false;
        serve();
    });
}

void ContactCards::served(const std::string& user) {
    const auto known = by_user_.find(user);
    if (known != by_user_.end() && --known->second == 0) by_user_.erase(known);
}

void ContactCards::offline() {
    waiting_.clear();
    by_user_.clear();
}

}  // namespace gateway
