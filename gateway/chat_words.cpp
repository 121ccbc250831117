// Plain words in, plain words out; see chat_words.h. The words are fixed English and German ones, whatever the
// catalogue says, so that nobody loses a command by a change of language.

#include "gateway/chat_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "gateway/identity.h"
#include "gateway/translate.h"
#include "gateway/words.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0184_receipts.h"

namespace gateway {
namespace {

enum class Word { help, status, link, unlink, contact, mail, unknown };

struct Spelling {
    const char* text;
    Word word;
    bool german = false;
};

// German words are answered in German even if the client does not say its language.
constexpr std::array spellings = {
    Spelling{"help", Word::help},
    Spelling{"?", Word::help},
    Spelling{"hilfe", Word::help, true},
    Spelling{"status", Word::status},
    Spelling{"zustand", Word::status, true},
    Spelling{"link", Word::link},
    Spelling{"register", Word::link},
    Spelling{"verbinden", Word::link, true},
    Spelling{"unlink", Word::unlink},
    Spelling{"unregister", Word::unlink},
    Spelling{"trennen", Word::unlink, true},
    Spelling{"contact", Word::contact},
    Spelling{"kontakt", Word::contact, true},
    Spelling{"mail", Word::mail},
};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// The first word of `rest`, taken off it with the white space around it.
std::string take_word(std::string& rest) {
    const auto first = rest.find_first_not_of(" \t\r\n");
    if (first == rest.npos) return rest.clear(), "";
    const auto end = std::min(rest.find_first_of(" \t\r\n", first), rest.size());
    std::string word = rest.substr(first, end - first);
    const auto next = rest.find_first_not_of(" \t\r\n", end);
    const auto last = rest.find_last_not_of(" \t\r\n");
    rest = next == rest.npos ? "" : rest.substr(next, last - next + 1);
    return word;
}

}  // namespace

/// One message to us, and how to answer it.
struct ChatWords::Asked {
    std::string user, lang, rest;
    Word word = Word::unknown;
    std::function<void(const std::string&)> reply;
};

void ChatWords::take(const xmpp::Tag& message, const std::string& user) {
    const std::string& type = xmpp::attribute(message, "type");
    const xmpp::Tag* body = xmpp::child(message, "body", "");
    if (type == "error" || type == "headline" || type == "groupchat" || !body || body->cdata().empty()) return;
    if (!answers_.take(user, registrar_.calls().now())) return;
    Asked asked;
    asked.user = user;
    asked.rest = body->cdata();
    const std::string said = lower(take_word(asked.rest));
    const auto* known = std::ranges::find_if(spellings, [&](const auto& spelling) { return said == spelling.text; });
    asked.lang = registrar_.language(message, user);
    if (known != spellings.end()) {
        asked.word = known->word;
        if (asked.lang.empty() && known->german) asked.lang = "de";
    }
    asked.reply = [send = registrar_.calls().send, lang = asked.lang, from = registrar_.settings().component,
                   to = xmpp::attribute(message, "from"), type](const std::string& words) {
        xmpp::Tag reply("message");
        reply.addAttribute("type", type == "chat" ? "chat" : "normal");
        reply.addAttribute("from", from);
        reply.addAttribute("to", to);
        reply.addAttribute("xml:lang", xmpp::clean(lang));
        xmpp::add(reply, "body", {}, words);
        send(reply);
    };
    const std::string& id = xmpp::attribute(message, "id");
    if (xmpp::xep0184::requests(message) && !id.empty()) {
        xmpp::Tag receipt("message");
        receipt.addAttribute("from", registrar_.settings().component);
        receipt.addAttribute("to", xmpp::attribute(message, "from"));
        xmpp::xep0184::add_received(receipt, id);
        registrar_.calls().send(receipt);
    }
    if (sealed(message))
        return asked.reply(say(asked.lang, "I cannot read encrypted messages. Please write to me without encryption."));
    answer(asked);
}

void ChatWords::answer(const Asked& asked) {
    const auto tell = [reply = asked.reply](const Ending& ending) { reply(ending.words); };
    switch (asked.word) {
        case Word::help:
            return asked.reply(registrar_.help(asked.user, asked.lang));
        case Word::status:
            return asked.reply(registrar_.status(asked.user, asked.lang));
        case Word::link:
            return link(asked);
        case Word::unlink:
            return registrar_.unlink(asked.user, asked.lang, tell);
        case Word::contact:
            return contact(asked);
        case Word::mail:
            return mail(asked);
        case Word::unknown:
            break;
    }
    asked.reply(say(asked.lang, "I did not understand that.") + "\n" + registrar_.help(asked.user, asked.lang));
}

void ChatWords::link(const Asked& asked) {
    if (!registrar_.may_link(asked.user)) return asked.reply(registrar_.not_allowed(asked.lang).words);
    LinkForm form;
    form.complete = true;
    std::string rest = asked.rest;
    form.email = take_word(rest);
    form.password = rest;
    if (form.email.empty() || form.password.empty()) {
        return asked.reply(say(
            asked.lang,
            "Your client can link a mailbox by a form: register with {1}, or run its command “Link a mailbox”. If it "
            "has no "
            "forms, write: link ADDRESS PASSWORD. Then delete that message from your history: it holds your password.",
            {registrar_.settings().component}));
    }
    registrar_.link(asked.user, form, asked.lang, [reply = asked.reply](const Ending& ending) { reply(ending.words); });
}

void ChatWords::contact(const Asked& asked) {
    const auto address = coi::parse_addr_spec(asked.rest);
    const auto jid = address ? jid_of(*address, registrar_.settings().component) : std::nullopt;
    if (!jid) return asked.reply(say(asked.lang, "“{1}” is no mail address.", {asked.rest}));
    asked.reply(say(asked.lang, "To write to {1}, write to {2}.", {address->addr_spec(), jid->bare()}));
}

void ChatWords::mail(const Asked& asked) {
    const std::string wanted = lower(asked.rest);
    const Account* account = registrar_.directory().of_user(asked.user);
    const auto tell = [reply = asked.reply](const Ending& ending) { reply(ending.words); };
    const bool copy = !account || account->sent_copy;
    if (wanted == "chats") return registrar_.change(asked.user, Take::chats, copy, asked.lang, tell);
    if (wanted == "contacts" || wanted == "kontakte") {
        return registrar_.change(asked.user, Take::contacts, copy, asked.lang, tell);
    }
    if (wanted == "all" || wanted == "alle") return registrar_.change(asked.user, Take::all, copy, asked.lang, tell);
    asked.reply(say(asked.lang, "Write: mail chats, mail contacts or mail all."));
}

}  // namespace gateway
