// See privacy_forms.h.

#include "gateway/service/privacy_forms.h"

#include "gateway/localization.h"
#include "gateway/service/privacy_commands.h"

namespace gateway::privacy_forms {

using xmpp::xep0004::Field;
using xmpp::xep0004::Form;

Form join(const std::string& lang) {
    Form form;
    form.title = say(lang, "Follow an invite");
    form.fields = {{"invite", "text-single", say(lang, "The invite (a link or OPENPGP4FPR:…)"), "", true}};
    return form;
}

Form contact(const std::string& lang) {
    Form form;
    form.title = say(lang, "Protection of a contact");
    form.fields = {{"contact", "text-single", say(lang, "Mail address"), "", true}};
    return form;
}

Form privacy(const Contact& contact, const std::string& status, const std::string& lang) {
    Form form;
    form.title = say(lang, "Protection of a contact");
    form.instructions = status;
    Field choice{"policy", "list-single", say(lang, "Mail to this contact"),
                 PrivacyCommands::name(contact.privacy.policy)};
    choice.options = {{say(lang, "As to all my contacts"), "inherit"},
                      {say(lang, "Encrypted where the other side can read it"), "prefer"},
                      {say(lang, "Encrypted, or not at all"), "require"},
                      {say(lang, "Not encrypted"), "off"}};
    form.fields = {{"contact", "hidden", "", contact.address.addr_spec()},
                   std::move(choice),
                   {"otr_clear", "boolean", say(lang, "What I write under OTR may leave as readable mail"),
                    contact.privacy.otr_clear ? "1" : "0"},
                   {"omemo_clear", "boolean", say(lang, "What I write under OMEMO may leave as readable mail"),
                    contact.privacy.omemo_clear ? "1" : "0"},
                   {"otr_tunnel", "boolean", say(lang, "OTR goes through the gateway to the contact's own program"),
                    contact.privacy.tunnel == Tunnel::on ? "1" : "0"}};
    return form;
}

Form block(const std::string& lang) {
    Form form;
    form.title = say(lang, "Block somebody");
    form.instructions = say(lang, "Nothing that they write is shown here any more. They are not told.");
    form.fields = {{"contact", "text-single", say(lang, "Mail address"), "", true}};
    return form;
}

Form unblock(const std::vector<coi::Address>& blocked, const std::string& lang) {
    constexpr std::size_t most = 200;  // a stanza has room for these; the others have a word in a chat
    Form form;
    form.title = say(lang, "Unblock somebody");
    Field choice{"contact", "list-single", say(lang, "Mail address"), "", true};
    for (const auto& address : blocked) {
        if (choice.options.size() < most) choice.options.push_back({address.addr_spec(), address.addr_spec()});
    }
    form.fields = {std::move(choice)};
    return form;
}

Form history(const std::string& lang) {
    Form form;
    form.title = say(lang, "Old messages");
    form.instructions =
        say(lang, "The last messages with a contact are fetched from your mailbox. What you have already is left out.");
    form.fields = {{"contact", "text-single", say(lang, "Mail address"), "", true},
                   {"number", "text-single", say(lang, "How many mails, at most 100"), "20"}};
    return form;
}

Form key_export(const std::string& lang) {
    Form form;
    form.title = say(lang, "Export my key");
    form.instructions = say(lang, "Whoever has this key can read your mail. Keep it as you keep a password.");
    form.fields = {{"passphrase", "text-private", say(lang, "Passphrase to protect it with"), "", true}};
    return form;
}

Form key_import(const std::string& lang) {
    Form form;
    form.title = say(lang, "Import a key");
    form.instructions =
        say(lang,
            "A key that another program of yours uses for your address, or its Autocrypt Setup Message. "
            "It takes the place of the key that is used here.");
    form.fields = {{"key", "text-multi", say(lang, "The key (-----BEGIN PGP …)"), "", true},
                   {"passphrase", "text-private", say(lang, "Its passphrase or setup code"), ""}};
    return form;
}

Form key_replace(const std::string& lang) {
    Form form;
    form.title = say(lang, "Make a new key");
    form.instructions = say(lang,
                            "A new key takes the place of the one that is used for your address. What was encrypted to "
                            "the former one can no longer be read here, and whoever verified it is warned.");
    return form;
}

Form key(const std::string& armoured, const std::string& lang) {
    Form form;
    form.type = "result";
    form.title = say(lang, "Your secret key");
    form.fields = {{"key", "text-multi", say(lang, "The key (-----BEGIN PGP …)"), armoured}};
    return form;
}

Form invite(const coi::securejoin::Invite& invite, const xmpp::xep0221::Media& image, const std::string& lang) {
    Form form;
    form.type = "result";
    form.title = say(lang, "Invite");
    form.instructions =
        say(lang,
            "Let one person scan the picture, or give them the link by a way that you trust. It is good "
            "for 14 days.");
    Field code{"qr", "fixed", say(lang, "QR code"), ""};
    code.media = image;
    form.fields = {std::move(code),
                   {"link", "text-single", say(lang, "Link"), coi::securejoin::print_link(invite)},
                   {"uri", "text-single", say(lang, "For other programs"), coi::securejoin::print_uri(invite)}};
    return form;
}

}  // namespace gateway::privacy_forms
