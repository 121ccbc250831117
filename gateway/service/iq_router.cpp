// Routes each iq by its namespace and answers it once [RFC 6120 §8.2.3, §8.4]; see iq_router.h.

#include "gateway/service/iq_router.h"

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/service/adhoc.h"
#include "gateway/service/chat_commands.h"
#include "gateway/service/disco.h"
#include "gateway/service/last_activity.h"
#include "gateway/service/privacy_commands.h"
#include "gateway/service/registrar.h"
#include "xmpp/jid.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0012_last.h"
#include "xmpp/xep/xep0030_disco.h"
#include "xmpp/xep/xep0050_commands.h"
#include "xmpp/xep/xep0077_register.h"
#include "xmpp/xep/xep0092_version.h"
#include "xmpp/xep/xep0100_gateway.h"
#include "xmpp/xep/xep0199_ping.h"
#include "xmpp/xep/xep0231_bob.h"

namespace gateway {

using namespace xmpp;

struct IqRouter::State {
    State(const Clients& clients, ContactCards& cards_, OmemoNodes& omemo_nodes_, StanzaSender& sender_,
          FileStore& files, std::shared_ptr<Registrar> registrar_, std::shared_ptr<PrivacyCommands> privacy)
        : sender(sender_),
          cards(cards_),
          omemo_nodes(omemo_nodes_),
          invite_picture(files, sender),
          registrar(std::move(registrar_)),
          registration(*registrar, clients, sender),
          commands(*registrar, privacy, clients, sender, invite_picture),
          chat_words(*registrar, privacy, sender, invite_picture) {}

    /// One iq, and what each answer needs.
    struct Question {
        const Tag& iq;
        const Tag& asked;  // the payload
        std::string user, lang;
        bool get;
        bool to_gateway;
    };
    bool answer(const Question&);
    bool answer_everywhere(const Question&);
    bool answer_as_gateway(const Question&);
    Dialect dialect_of_asked(const Question&) const;
    Stanza last_activity_of(const Question&) const;
    void prompt(const Question&);
    bool give_data(const Question&);
    void refuse(const Tag& iq, const char* type, const char* condition, const std::string& words,
                const std::string& lang) {
        if (auto error = error_reply(iq, type, condition, words, lang)) sender.send(*error);
    }

    StanzaSender& sender;
    ContactCards& cards;
    OmemoNodes& omemo_nodes;
    InvitePicture invite_picture;
    std::shared_ptr<Registrar> registrar;
    Registration registration;
    AdHocCommands commands;
    ChatCommands chat_words;
    RateLimit::Clock::time_point started = registrar->now();
};

IqRouter::IqRouter(Directory& directory, RelayAccounts& relay_accounts, KeyManagement& desk, LinkedMailboxes& mailboxes,
                   LinkObserver& observer, ProfileObserver& shown, Notices& notices, const Clients& clients,
                   ContactCards& cards, OmemoNodes& omemo_nodes, StanzaSender& sender, FileStore& files,
                   ServiceSettings settings, RateLimit::Now now) {
    auto registrar = std::make_shared<Registrar>(directory, relay_accounts, mailboxes, observer, std::move(settings),
                                                 std::move(now));
    auto privacy = std::make_shared<PrivacyCommands>(*registrar, desk, notices, shown);
    state_ =
        std::make_unique<State>(clients, cards, omemo_nodes, sender, files, std::move(registrar), std::move(privacy));
}
IqRouter::~IqRouter() = default;

bool IqRouter::may_use(const std::string& jid) const { return state_->registrar->may_use(jid); }

bool IqRouter::may_register(const std::string& jid) const { return state_->commands.may_register(jid); }

void IqRouter::reload(ServiceSettings settings) { state_->registrar->reload(std::move(settings)); }

void IqRouter::take_iq(const Tag& iq) {
    const std::string& type = attribute(iq, "type");
    if (type == "result" || type == "error") return;
    const auto user = bare(attribute(iq, "from"));
    if (!user) return;
    const std::string lang = state_->registrar->language(iq, *user);
    const Tag* asked = payload(iq);
    if ((type != "get" && type != "set") || !asked) {
        return state_->refuse(iq, "modify", "bad-request", say(lang, "This request was not understood."), lang);
    }
    const bool to_gateway = is_gateway(read_jid(attribute(iq, "to")));
    if (state_->answer({iq, *asked, *user, lang, type == "get", to_gateway})) return;
    // [RFC 6120 §8.4] an unknown namespace.
    state_->refuse(iq, "cancel", "service-unavailable", say(lang, "This service is not available here."), lang);
}

bool IqRouter::State::answer(const Question& question) {
    return answer_everywhere(question) || (question.to_gateway && answer_as_gateway(question));
}

bool IqRouter::State::answer_everywhere(const Question& question) {
    const std::string ns = namespace_of(question.asked);
    if (!question.get) return false;
    if (ns == xep0030::ns_info || ns == xep0030::ns_items) {
        sender.send(*discover(question.iq, question.user, question.lang, commands, registrar->settings(),
                              dialect_of_asked(question)));
        return true;
    }
    if (ns == xep0012::ns) {
        sender.send(*last_activity_of(question));
        return true;
    }
    if (ns == xep0199::ns) {
        sender.send(*result_of(question.iq));
        return true;
    }
    if (ns == xep0092::ns) {
        auto result = result_of(question.iq);
        xep0092::add_version(*result, "coigate", COIGATE_VERSION);
        sender.send(*result);
        return true;
    }
    return omemo_nodes.take(question.iq, question.user, question.lang) ||
           cards.take(question.iq, question.user, question.lang);
}

Dialect IqRouter::State::dialect_of_asked(const Question& question) const {
    const Account* account = registrar->directory().of_user(question.user);
    const auto address = address_of(read_jid(attribute(question.iq, "to")));
    const Contact* contact =
        account && address ? registrar->directory().contact(account->id, address->canonical()) : nullptr;
    return contact ? contact->dialect : Dialect::unknown;
}

Stanza IqRouter::State::last_activity_of(const Question& question) const {
    if (!question.to_gateway) {
        const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        return last_activity(question.iq, registrar->directory(), question.user, question.lang, now);
    }
    auto result = result_of(question.iq);
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(registrar->now() - started);
    xep0012::add_last(*result, uptime.count());
    return result;
}

bool IqRouter::State::answer_as_gateway(const Question& question) {
    const std::string ns = namespace_of(question.asked);
    if (ns == xep0077::ns) return registration.take(question.iq, question.user), true;
    if (ns == xep0050::ns) return commands.take(question.iq, question.user), true;
    if (ns == xep0100::ns) return prompt(question), true;
    return ns == xep0231::ns && give_data(question);
}

/// A picture that one of this user's forms refers to [XEP-0231 §2.2]. Only this user gets it: anybody who sees an
/// invite can follow it.
bool IqRouter::State::give_data(const Question& question) {
    const auto cid = xep0231::requested(question.iq);
    const auto data = cid ? commands.data(*cid, question.user) : std::nullopt;
    if (!data) {
        refuse(question.iq, "cancel", "item-not-found", say(question.lang, "There is nothing here."), question.lang);
        return true;
    }
    auto result = result_of(question.iq);
    xep0231::add_data(*result, *data);
    sender.send(*result);
    return true;
}

void IqRouter::State::prompt(const Question& question) {
    const auto& [iq, asked, user, lang, get, to_gateway] = question;
    auto result = result_of(iq);
    if (get) {
        xep0100::add_prompt(*result,
                            say(lang, "Please enter the mail address of the person you would like to write to."),
                            say(lang, "Mail address"));
        return sender.send(*result);
    }
    const std::string typed = xep0100::prompted(iq);
    const std::string& component = registrar->settings().component;
    const auto address = address_typed(typed, component);
    const auto jid = address ? jid_of(*address, component) : std::nullopt;
    if (!jid) return refuse(iq, "modify", "not-acceptable", say(lang, "“{1}” is no mail address.", {typed}), lang);
    xep0100::add_jid(*result, jid->bare());
    sender.send(*result);
}

void IqRouter::take_words(const Tag& message) {
    if (const auto user = bare(attribute(message, "from"))) state_->chat_words.take(message, *user);
}

}  // namespace gateway
