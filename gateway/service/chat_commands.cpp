// Chat messages and their answers; see chat_commands.h.

#include "gateway/service/chat_commands.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/service/chat_words.h"
#include "gateway/service/help.h"
#include "gateway/translate/translate.h"
#include "xmpp/jid.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0184_receipts.h"

namespace gateway {
namespace {

/// The choice that a user typed, normalised for comparison.
std::string choice(const std::string& text) { return lower(bare_word(text)); }

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == text.npos ? std::string_view() : text.substr(first);
}

/// Removes the first word of `rest`, with the white space around it, and returns it.
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

/// Whether the text is a pasted invite, complete or not.
bool is_invite(std::string_view text) {
    const std::string start = lower(std::string(text.substr(0, 24)));
    return start.starts_with("openpgp4fpr:") || start.starts_with("https://i.delta.chat");
}

struct PastedKey {
    std::string armoured, passphrase;  // the text before the key, or after it
};
PastedKey split_key(const std::string& text) {
    constexpr std::size_t longest_passphrase = 4096;  // bytes
    constexpr std::string_view begin = "-----BEGIN PGP", end = "-----END PGP";
    const auto from = text.find(begin);
    const auto last = text.rfind(end);
    if (from == text.npos || last == text.npos || last < from) return {};
    const auto to = std::min(text.find('\n', last), text.size());
    std::string before = text.substr(0, from), after = text.substr(to);
    const auto one_line = [](std::string& words) {
        std::string rest = words;
        words.clear();
        if (rest.size() > longest_passphrase) return words;
        for (std::string word = take_word(rest); !word.empty(); word = take_word(rest))
            words += (words.empty() ? "" : " ") + word;
        return words;
    };
    return {text.substr(from, to - from), one_line(before).empty() ? one_line(after) : before};
}

/// The JID of the gateway that the user has written to: answers come from it.
std::string own_jid(const xmpp::Tag& message) { return xmpp::read_jid(xmpp::attribute(message, "to")).bare(); }

}  // namespace

/// One message to the gateway, and how to answer it.
struct ChatCommands::Asked {
    std::string user, lang, rest;
    Word word = Word::unknown;
    std::function<void(const std::string&)> reply;
    std::shared_ptr<const xmpp::Tag> head;  // of the message: its addresses
};

/// A user above the rate limit is told once in a while, by an error, which no program answers [RFC 6120 §8.3.1].
void ChatCommands::too_many(const xmpp::Tag& message, const Asked& asked) {
    const std::string words = say(asked.lang, "These were too many messages. Please wait a minute, then write again.");
    if (told_.take(asked.user, registrar_.now())) return asked.reply(words);
    const auto error = xmpp::error_reply(message, "wait", "resource-constraint", words, asked.lang);
    if (error) sender_.send(*error);
}

void ChatCommands::take(const xmpp::Tag& message, const std::string& user) {
    const std::string& type = xmpp::attribute(message, "type");
    const xmpp::Tag* body = xmpp::body_of(message);
    if (type == "error" || type == "headline" || type == "groupchat" || !body || body->cdata().empty()) return;
    Asked asked;
    asked.user = user;
    asked.rest = body->cdata();
    const bool pasted = is_invite(trimmed(body->cdata()));
    const std::string first = pasted ? "" : lower(take_word(asked.rest));
    const std::string said = first.starts_with("?") && bare_word(first).empty() ? "?" : bare_word(first);
    asked.lang = registrar_.language(message, user);
    const auto [word, is_german] = chat_word(said);
    asked.word = pasted ? Word::join : word;
    if (is_german) {  // COMPAT Gajim and some libraries put xml:lang="en" on every stanza
        registrar_.note_word_language(user, "de");
        asked.lang = registrar_.directory().language(user, "de");
    }
    if (word == Word::language) {  // the answer is in the language that is chosen
        const auto named = language_named(choice(asked.rest));
        if (named && !named->empty()) asked.lang = *named;
    }
    asked.reply = [&sender = sender_, lang = asked.lang, from = own_jid(message), to = xmpp::attribute(message, "from"),
                   type](const std::string& words) {
        xmpp::Tag reply("message");
        reply.addAttribute("id", mint_stanza_id().value);
        reply.addAttribute("type", type == "chat" ? "chat" : "normal");
        reply.addAttribute("from", from);
        reply.addAttribute("to", to);
        reply.addAttribute("xml:lang", xmpp::clean(lang));
        xmpp::add(reply, "body", {}, words);
        xmpp::xep0172::add_nick(reply, say(lang, "Mail gateway"));
        sender.send(reply);
    };
    auto head = std::make_shared<xmpp::Tag>("message");
    for (const char* name : {"from", "to"}) head->addAttribute(name, xmpp::attribute(message, name));
    asked.head = std::move(head);
    if (!answers_.take(user, registrar_.now())) return too_many(message, asked);
    const std::string& id = xmpp::attribute(message, "id");
    if (xmpp::xep0184::requests(message) && !id.empty()) {
        xmpp::Tag receipt("message");
        receipt.addAttribute("from", own_jid(message));
        receipt.addAttribute("to", xmpp::attribute(message, "from"));
        xmpp::xep0184::add_received(receipt, id);
        sender_.send(receipt);
    }
    if (is_end_to_end_encrypted(message))
        return asked.reply(say(asked.lang, "I cannot read encrypted messages. Please write to me without encryption."));
    answer(asked);
}

void ChatCommands::answer(const Asked& asked) {
    const auto tell = [reply = asked.reply](const CommandResult& ending) { reply(ending.words); };
    switch (asked.word) {
        case Word::help:
            return asked.reply(help(asked));
        case Word::status:
            if (!asked.rest.empty()) return privacy_->status({asked.user, asked.lang}, asked.rest, tell);
            return asked.reply(registrar_.status(asked.user, asked.lang));
        case Word::link:
            return link(asked);
        case Word::unlink:
            return unlink(asked);
        case Word::contact:
            return contact(asked);
        case Word::mail:
            return mail(asked);
        case Word::settings:
            return asked.reply(registrar_.settings_of(asked.user, asked.lang));
        case Word::coi:
            return registrar_.file_chats(asked.user, choice(asked.rest), asked.lang, tell);
        case Word::cancel:
            return cancel(asked);
        case Word::language:
            return language(asked);
        case Word::hello:
            return asked.reply(say(asked.lang,
                                   "Hello! I carry messages between Jabber and mail. Write “help” to see "
                                   "what I can do."));
        default:
            if (answer_privacy(asked)) return;
    }
    asked.reply(say(asked.lang, "I did not understand that. Write “help” to see what I can do."));
}

/// At most eight lines, of what this user can do; “help encryption” has the rest.
std::string ChatCommands::help(const Asked& asked) const {
    constexpr std::array about_encryption{"encryption", "verschlüsselung"};
    const bool is_more = std::ranges::find(about_encryption, choice(asked.rest)) != about_encryption.end();
    return is_more ? help::encryption(registrar_, asked.user, asked.lang)
                   : help::commands(registrar_, asked.user, asked.lang);
}

/// A word typed by mistake deletes nothing.
void ChatCommands::unlink(const Asked& asked) {
    const auto tell = [reply = asked.reply](const CommandResult& ending) { reply(ending.words); };
    const std::string sure = choice(asked.rest);
    if (sure == "yes" || sure == "ja") return registrar_.unlink(asked.user, asked.lang, tell);
    const std::string losses = help::losses(registrar_, asked.user, asked.lang);
    if (losses.empty()) return registrar_.unlink(asked.user, asked.lang, tell);  // says that there is nothing
    asked.reply(losses + "\n" + say(asked.lang, "To go on, write: unlink yes"));
}

/// The link, and behind it the picture.
void ChatCommands::invite(const Asked& asked) {
    privacy_->invite({asked.user, asked.lang}, [this, asked](const CommandResult& ending, const auto& invite) {
        asked.reply(ending.words);
        if (invite) invite_picture_.show(*invite, *asked.head, asked.user);
    });
}

bool ChatCommands::answer_privacy(const Asked& asked) {
    const auto tell = [reply = asked.reply](const CommandResult& ending) { reply(ending.words); };
    const PrivacyCommands::Asker asker{asked.user, asked.lang};
    std::string rest = asked.rest;
    switch (asked.word) {
        case Word::invite:
            return invite(asked), true;
        case Word::join:
            return privacy_->join(asker, rest, tell), true;
        case Word::fingerprint:
            if (choice(rest) == "mail") return privacy_->mail_fingerprints(asker, tell), true;
            return privacy_->fingerprint(asker, rest, tell), true;
        case Word::accept:
            if (rest.empty()) return asked.reply(say(asked.lang, "Write: accept CONTACT")), true;
            return privacy_->accept(asker, rest, tell), true;
        case Word::policy:
            return policy(asked), true;
        case Word::otr: {
            const std::string contact = take_word(rest);
            return privacy_->otr(asker, contact, choice(rest), tell), true;
        }
        case Word::omemo: {
            const std::string contact = take_word(rest);
            return privacy_->omemo(asker, choice(contact).find('@') == std::string::npos ? choice(contact) : contact,
                                   choice(rest), tell),
                   true;
        }
        case Word::verify: {
            const std::string contact = take_word(rest);
            return privacy_->verify(asker, contact, rest, tell), true;
        }
        case Word::key:
            return key(asked), true;
        case Word::block:
        case Word::unblock:
            if (rest.empty()) return asked.reply(say(asked.lang, "Write: block ADDRESS or unblock ADDRESS")), true;
            return privacy_->block(asker, rest, asked.word == Word::block, tell), true;
        case Word::blocked:
            return privacy_->blocked(asker, tell), true;
        case Word::history: {
            const std::string contact = take_word(rest);
            if (contact.empty())
                return asked.reply(say(asked.lang, "Write: history CONTACT or history CONTACT 50")), true;
            return privacy_->history(asker, contact, rest, tell), true;
        }
        default:
            return false;
    }
}

void ChatCommands::policy(const Asked& asked) {
    std::string rest = asked.rest;
    std::string contact = take_word(rest);
    std::string wanted = choice(rest);
    if (wanted.empty() && PrivacyCommands::policy_named(choice(contact))) {
        wanted = choice(contact);
        contact.clear();
    }
    privacy_->policy({asked.user, asked.lang}, contact, wanted,
                     [reply = asked.reply](const CommandResult& ending) { reply(ending.words); });
}

void ChatCommands::key(const Asked& asked) {
    const auto tell = [reply = asked.reply](const CommandResult& ending) { reply(ending.words); };
    const PrivacyCommands::Asker asker{asked.user, asked.lang};
    std::string rest = asked.rest;
    const std::string verb = choice(take_word(rest));
    if (verb == "import" || verb == "importieren") {
        const auto [armoured, passphrase] = split_key(rest);
        if (!armoured.empty()) return privacy_->import_key(asker, armoured, passphrase, tell);
        return asked.reply(say(asked.lang,
                               "Write “key import”, its passphrase or setup code, and the key from -----BEGIN PGP to "
                               "the end, all in one message; or use my command “Import a key”. Then delete that "
                               "message from your history."));
    }
    if (verb == "export" || verb == "exportieren") {
        if (!rest.empty()) {
            return privacy_->export_key(
                asker, rest, [reply = asked.reply, lang = asked.lang](const CommandResult& ending) {
                    if (!ending.good()) return reply(ending.words);
                    reply(say(lang, "This is your secret key. Keep it, and delete these messages from your history.") +
                          "\n" + ending.words);
                });
        }
        return asked.reply(say(asked.lang,
                               "Whoever has your secret key can read your mail, and this chat stays in your history. "
                               "To have it nevertheless, protected by a passphrase, write: key export PASSPHRASE"));
    }
    if (verb == "replace" || verb == "ersetzen") {
        const std::string sure = choice(rest);
        if (sure == "yes" || sure == "ja") return privacy_->replace_key(asker, tell);
        return asked.reply(say(asked.lang,
                               "A new key takes the place of the one that is used for your address. What was encrypted "
                               "to the former one can no longer be read here, and whoever verified it is warned. To go "
                               "on, write: key replace yes"));
    }
    asked.reply(say(asked.lang, "Write: key export, key import or key replace."));
}

void ChatCommands::link(const Asked& asked) {
    if (!registrar_.may_link(asked.user)) return asked.reply(registrar_.not_allowed(asked.user, asked.lang).words);
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
    registrar_.link(asked.user, form, asked.lang,
                    [reply = asked.reply](const CommandResult& ending) { reply(ending.words); });
}

/// The pending request, by chat or by form, is answered as cancelled too.
void ChatCommands::cancel(const Asked& asked) {
    const bool cancelled = registrar_.cancel_link(asked.user);
    asked.reply(cancelled ? say(asked.lang, "I have stopped checking your login.")
                          : say(asked.lang, "There is nothing under way that could be cancelled."));
}

void ChatCommands::contact(const Asked& asked) {
    if (asked.rest.empty()) return asked.reply(say(asked.lang, "Write: contact ADDRESS"));
    const auto address = address_typed(asked.rest, registrar_.settings().component);
    const auto jid = address ? jid_of(*address, registrar_.settings().component) : std::nullopt;
    if (!jid) return asked.reply(say(asked.lang, "“{1}” is no mail address.", {asked.rest}));
    asked.reply(
        say(asked.lang, "To write to {1}, start a chat with this address, or open the link:", {address->addr_spec()}) +
        "\n" + jid->bare() + "\n" + uri_of(*jid));
}

void ChatCommands::language(const Asked& asked) {
    const auto tell = [reply = asked.reply](const CommandResult& ending) { reply(ending.words); };
    const auto lang = language_named(choice(asked.rest));
    if (!lang) return asked.reply(say(asked.lang, "Write: language en, language de or language auto."));
    registrar_.choose_language(asked.user, *lang, asked.lang, tell);
}

void ChatCommands::mail(const Asked& asked) {
    const std::string wanted = choice(asked.rest);
    const Account* account = registrar_.directory().of_user(asked.user);
    auto settings = account ? account_forms::settings_of(*account) : account_forms::MailSettings{};
    const bool relayed = account == nullptr || account->kind == Account::Kind::relay;  // there is nothing to mark
    if (wanted == "chats") {
        settings.take = IncomingFilter::chats;
    } else if (wanted == "contacts" || wanted == "kontakte") {
        settings.take = IncomingFilter::contacts;
    } else if (wanted == "all" || wanted == "alle") {
        settings.take = IncomingFilter::all;
    } else if (relayed && (wanted.starts_with("read") || wanted.starts_with("gelesen"))) {
        return asked.reply(say(asked.lang, "You have not linked a mailbox. Write “link” to see how."));
    } else if (wanted == "read on" || wanted == "gelesen an") {
        settings.marks_read = true;
    } else if (wanted == "read off" || wanted == "gelesen aus") {
        settings.marks_read = false;
    } else {
        return asked.reply(say(asked.lang, "Write: mail chats, mail contacts or mail all.") +
                           (relayed ? "" : "\n" + say(asked.lang, "Write: mail read on or mail read off.")));
    }
    registrar_.change(asked.user, settings, asked.lang,
                      [reply = asked.reply](const CommandResult& ending) { reply(ending.words); });
}

}  // namespace gateway
