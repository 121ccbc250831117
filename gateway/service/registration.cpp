// The link form, and the protocol of registration [XEP-0077 §3]; see registration.h.

#include "gateway/service/registration.h"

#include "gateway/localization.h"
#include "gateway/service/registrar.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0077_register.h"

namespace gateway {
namespace {

using namespace xmpp;

std::string print(const coi::net::Endpoint& endpoint) {
    const bool literal = endpoint.host.find(':') != std::string::npos;
    return (literal ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

std::string print(coi::net::Security security) { return security == coi::net::Security::starttls ? "starttls" : "tls"; }

/// The first value of a field: what was typed, else what is stored.
LinkForm known_values(const Account* account, const LinkForm* typed) {
    if (typed) return *typed;
    LinkForm form;
    if (!account) return form;
    form.email = account->address.addr_spec();
    form.username = account->login.username;
    form.imap_server = print(account->login.imap);
    form.imap_security = print(account->login.imap.security);
    form.smtp_server = print(account->login.smtp);
    form.smtp_security = print(account->login.smtp.security);
    form.oauth = account->login.oauth;
    return form;
}

xep0004::Field text_field(const char* var, const std::string& label, const std::string& value) {
    return {var, "text-single", label, value};
}

xep0004::Field security_field(const char* var, const std::string& label, const std::string& value) {
    xep0004::Field field{var, "list-single", label, value.empty() ? "tls" : value};
    field.options = {{"TLS", "tls"}, {"STARTTLS", "starttls"}};
    return field;
}

/// The words of an error as a message to the client that made the request.
Stanza words_of(const Tag& request, const std::string& words) {
    auto message = std::make_unique<Tag>("message");
    message->addAttribute("type", "chat");
    message->addAttribute("from", attribute(request, "to"));
    message->addAttribute("to", attribute(request, "from"));
    add(*message, "body", {}, clean(words));
    return message;
}

}  // namespace

LinkForm link_form(const std::map<std::string, std::string>& fields, bool complete) {
    const auto value = [&](const char* name) {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string() : found->second;
    };
    LinkForm form;
    form.email = value("email");
    form.password = value("password");
    form.username = value("username");
    form.imap_server = value("imap_server");
    form.imap_security = value("imap_security");
    form.smtp_server = value("smtp_server");
    form.smtp_security = value("smtp_security");
    form.oauth = xep0004::is_true(value("oauth"));
    form.complete = complete;
    return form;
}

xep0004::Form print_link_form(const Account* account, const LinkForm* typed, const std::string& lang) {
    const LinkForm known = known_values(account, typed);
    xep0004::Form form;
    form.form_type = xep0077::ns;
    form.title = say(lang, "Link a mailbox");
    form.instructions =
        say(lang, "Mail address and password are enough for most mailboxes: the servers are found out.");
    form.fields.push_back(text_field("email", say(lang, "Mail address"), known.email));
    form.fields.back().required = true;
    form.fields.push_back({"password", "text-private", say(lang, "Password"), ""});
    form.fields.back().required = true;
    form.fields.push_back(text_field("username", say(lang, "Login name, if it is not the address"), known.username));
    form.fields.push_back(text_field("imap_server", say(lang, "IMAP server (name:port)"), known.imap_server));
    form.fields.push_back(security_field("imap_security", say(lang, "IMAP encryption"), known.imap_security));
    form.fields.push_back(text_field("smtp_server", say(lang, "SMTP server (name:port)"), known.smtp_server));
    form.fields.push_back(security_field("smtp_security", say(lang, "SMTP encryption"), known.smtp_security));
    form.fields.push_back({"oauth", "boolean", say(lang, "The password is an OAuth token"), known.oauth ? "1" : "0"});
    return form;
}

void Registration::take(const Tag& iq, const std::string& user) {
    const std::string lang = registrar_.language(iq, user);
    const auto answer = [&sender = sender_, &clients = clients_, lang,
                         head = std::shared_ptr<Tag>(head_of(iq))](const CommandResult& ending) {
        // [XEP-0077 §3.3] the submitted fields are not sent back: they contain a password.
        sender.send(*(ending.good() ? result_of(*head)
                                    : error_reply(*head, ending.type, ending.condition, ending.words, lang)));
        if (!ending.good() && clients.hides_form_errors(attribute(*head, "from")))
            sender.send(*words_of(*head, ending.words));
    };
    if (!registrar_.mailbox(user) && !registrar_.may_link(user)) return answer(registrar_.not_allowed(user, lang));
    if (attribute(iq, "type") == "get") return offer(iq, user);
    const auto request = xep0077::request(iq);
    if (!request || (request->remove && !request->alone)) {
        return answer({say(lang, "This request was not understood."), "modify", "bad-request"});
    }
    if (request->cancelled) return answer({""});
    if (request->remove) return registrar_.unlink(user, lang, answer);
    registrar_.link(user, link_form(request->fields, request->by_form), lang, answer);
}

void Registration::offer(const Tag& iq, const std::string& user) {
    const std::string lang = registrar_.language(iq, user);
    const Account* account = registrar_.mailbox(user);
    xep0077::Offer offer;
    offer.registered = account != nullptr;
    offer.instructions = say(lang, "Please give the address and the password of your mailbox.");
    offer.fields = {{"email", account ? account->address.addr_spec() : ""}, {"password", ""}};
    offer.form = print_link_form(account, nullptr, lang);
    auto result = result_of(iq);
    xep0077::add_offer(*result, offer);
    sender_.send(*result);
}

}  // namespace gateway
