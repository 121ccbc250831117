// From Jabber to mail; see outgoing.h.

#include "gateway/pipeline/outgoing.h"

#include <algorithm>

#include "coi/message.h"
#include "gateway/accounts/damaged_account.h"
#include "gateway/encryption/otr_messages.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/pipeline/resolve.h"
#include "gateway/store/ids.h"
#include "gateway/translate/conversation.h"
#include "gateway/translate/feature/otr_message.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0172_nick.h"

namespace gateway {

namespace {

std::string domain_of(const coi::Address& address) {
    const std::string spec = address.addr_spec();
    return spec.substr(spec.rfind('@') + 1);
}

}  // namespace

OutgoingPipeline::OutgoingPipeline(Directory& directory, Store& store, RelayAccounts& relay_accounts, Settings settings,
                                   Calls calls)
    : directory_(directory),
      store_(store),
      relay_accounts_(relay_accounts),
      settings_(std::move(settings)),
      room_(std::make_shared<queue::Quota>(settings_.most_waiting)),
      calls_(std::move(calls)) {}

void OutgoingPipeline::reload(Settings settings) {
    settings_ = std::move(settings);
    room_ = std::make_shared<queue::Quota>(settings_.most_waiting);
}

void OutgoingPipeline::refuse(const xmpp::Tag& message, const char* type, const char* condition,
                              const std::string& text) {
    if (const auto error = xmpp::error_reply(message, type, condition, text, xmpp::attribute(message, "xml:lang"))) {
        calls_.send(*error);
    }
}

void OutgoingPipeline::take(const xmpp::Tag& message, const xmpp::Tag* under_otr) {
    const Head head{xmpp::returnable(under_otr ? *under_otr : message), under_otr != nullptr};
    const std::string& lang = xmpp::attribute(message, "xml:lang");
    const xmpp::JID from = xmpp::read_jid(xmpp::attribute(message, "from"));
    const Account* account = directory_.of_user(from.bare());
    auto event = read(message);
    const bool is_receipt = event && event->get<Receipt>() != nullptr;
    // Chat states, markers for nothing: mail has no words for them, and whoever did not write hears no error.
    if (!event && !says_something(message)) return;
    if (is_receipt && !account) return;
    const auto contact = address_of(xmpp::read_jid(xmpp::attribute(message, "to")));
    if (!contact && !is_receipt) {
        return refuse(*head.tag, "modify", "jid-malformed",
                      say(lang, "This is not a mail address. A contact is written like bob\\40example.org@{1}.",
                          {settings_.component}));
    }
    if (!contact) return;
    if (!event) return refuse_unreadable(message, head);
    if (const Account* damaged = damaged_account(directory_, from.bare()); damaged && !is_receipt) {
        return refuse(*head.tag, "cancel", "internal-server-error", damaged_words(*damaged, settings_.component, lang));
    }
    if (account) return take_as(*account, message, std::move(*event), *contact, head);
    if (settings_.relay_domain.empty() || from.server() != settings_.relay_domain)
        return refuse_unregistered(from.server(), head);
    std::shared_ptr<xmpp::Tag> copy(message.clone());
    relay_accounts_.get(from.bare(), lang,
                        [this, copy, event = *event, contact = *contact, head](const Account* account) {
                            if (account) return take_as(*account, *copy, event, contact, head);
                            refuse_busy(*head.tag);
                        });
}

void OutgoingPipeline::refuse_busy(const xmpp::Tag& message) {
    refuse(message, "wait", "resource-constraint",
           say(xmpp::attribute(message, "xml:lang"),
               "The gateway cannot take messages right now. Please try again later."));
}

/// What a user wrote or did, and mail has no words for.
void OutgoingPipeline::refuse_unreadable(const xmpp::Tag& message, const Head& head) {
    const std::string& lang = xmpp::attribute(message, "xml:lang");
    if (xmpp::attribute(message, "type") == "groupchat") {
        return refuse(*head.tag, "cancel", "service-unavailable",
                      say(lang, "Group chats are not carried to mail yet."));
    }
    if (is_end_to_end_encrypted(message)) {
        return refuse(*head.tag, "cancel", "not-acceptable",
                      say(lang,
                          "Your client encrypted this message with a method that cannot reach mail. It was not sent. "
                          "Please switch "
                          "encryption off for this contact and send it again."));
    }
    refuse(*head.tag, "cancel", "feature-not-implemented",
           say(lang, "Mail has no way to carry this, and it was not sent. Text reaches everybody."));
}

void OutgoingPipeline::refuse_unregistered(const std::string& server, const Head& head) {
    const std::string& lang = xmpp::attribute(*head.tag, "xml:lang");
    const bool may_link = std::ranges::any_of(settings_.register_domains,
                                              [&](const auto& domain) { return xmpp::JID(domain).server() == server; });
    if (!may_link) {
        return refuse(*head.tag, "cancel", "not-allowed",
                      say(lang, "This gateway is not for users of your server, so your message was not sent."));
    }
    refuse(
        *head.tag, "auth", "registration-required",
        say(lang, "Please link your mailbox first: write “link” to {1} or register with it.", {settings_.component}));
}

void OutgoingPipeline::take_as(const Account& account, const xmpp::Tag& message, Event event, const coi::Address& to,
                               const Head& head) {
    event.user = account.jid;
    event.when = calls_.now();
    const xmpp::JID written_to = xmpp::read_jid(xmpp::attribute(message, "to"));
    const auto spell = [&](Contact& contact) { use_spelling(contact, written_to, settings_.component, true); };
    event.contact = directory_.change(account.id, to, spell).address;
    if (!event.lang.empty()) directory_.note_language(account.id, event.lang);
    directory_.note_name(account.id, xmpp::xep0172::nick(message));
    if (event.get<Receipt>() != nullptr) return take_receipt(account, head, std::move(event));
    turns_.take(account.id, to.canonical(),
                [this, id = account.id, head, event = std::move(event)](const Turn& turn) mutable {
                    resolve(id, head, std::move(event), turn);
                });
}

/// Finds the message that the event is about.
void OutgoingPipeline::resolve(AccountId id, const Head& head, Event event, const Turn& turn) {
    const auto go_on = [this, id, head, turn](Event found) {
        if (const Account* account = directory_.find(id)) write(*account, head, std::move(found), turn);
    };
    if (!event.about) return go_on(std::move(event));
    store_.ask<std::optional<Reference>>(
        [id, contact = event.contact.canonical(), stanza = event.about->stanza, from = refers_to(event)](Database& db) {
            return resolve_stanza(db, id, contact, stanza, from);
        },
        [this, head, go_on, event](const Store::Failure& failure, std::optional<Reference> about) mutable {
            if (failure) return refuse_busy(*head.tag);
            event.about = about ? std::move(about) : event.about;
            resolved(event, {.found = !event.about->message.empty()});
            go_on(std::move(event));
        });
}

void OutgoingPipeline::take_tunnelled(const Account& account, const coi::Address& to, const xmpp::Tag& message) {
    const std::string& said = xmpp::attribute(message, "xml:lang");
    const std::string lang = said.empty() ? account.lang : said;
    const Contact contact = directory_.known_or_new(account.id, to);
    auto event = read_tunnelled(message);
    if (!event || !otr_message::stands(contact.privacy)) {
        return refuse(message, "cancel", "not-acceptable",
                      otr_messages::not_carried(event.has_value(), to.addr_spec(), lang));
    }
    event->get<OtrMessage>()->words = otr_message::words(lang);
    event->contact = contact.address;
    event->when = calls_.now();
    turns_.take(account.id, contact.canonical,
                [this, id = account.id, head = Head{xmpp::returnable(message)},
                 event = std::move(*event)](const Turn& turn) mutable { resolve(id, head, std::move(event), turn); });
}

void OutgoingPipeline::take_receipt(const Account& account, const Head& head, Event event) {
    if (event.get<Receipt>()->kind != Receipt::Kind::displayed)
        return;  // "delivered to a client" is no disposition [RFC 8098 §3.2.6]
    // [XEP-0333 §4.2] a marker means everything up to here. What has not been reported for long is nobody's news.
    constexpr std::size_t most = 100;
    store_.ask<std::vector<coi::MessageId>>(
        [id = account.id, contact = event.contact.canonical(), stanza = event.about->stanza](Database& db) {
            return ids::shown_up_to(db, id, contact, stanza, most);
        },
        [this, id = account.id, head, event = std::move(event)](const Store::Failure& failure,
                                                                const std::vector<coi::MessageId>& messages) {
            if (failure) return;
            for (const auto& message : messages) {
                const Account* still = directory_.find(id);
                if (!still) return;
                Event one = event;
                one.about->message = message;
                write(*still, head, std::move(one), {});
            }
        });
}

void OutgoingPipeline::write(const Account& account, const Head& head, Event event, Turn turn) {
    const Contact& contact = directory_.add(account.id, event.contact);
    if (!carries(event, contact.dialect)) return;  // a mail program would only be bothered by it
    event.message = coi::mint(domain_of(account.address));
    auto draft = std::make_shared<Draft>();
    draft->mail = write_mail(event, account.address, contact);
    if (!draft->is_receipt() && !contact.answer_to.empty()) draft->mail.to = {recipient_of(contact)};
    draft->event = std::move(event);
    draft->from_otr = head.from_otr;
    draft->turn = std::move(turn);
    // At once: what is written while this one is being encrypted continues it (gateway/pipeline/incoming goes by that
    // order).
    if (draft->is_message()) directory_.note_last_out(account.id, contact.address, draft->mail.id);
    draft->contact = directory_.hold(account.id, contact.canonical);
    draft->head = head.tag;
    const auto* reply = draft->event.get<ReplyTo>();
    const bool has_quote = reply != nullptr && !reply->quote.empty();
    calls_.close(account, contact, {draft->mail, head.from_otr, has_quote, false, false, {}},
                 [this, draft, id = account.id](EncryptResult letter) { closed(id, *draft, std::move(letter)); });
}

void OutgoingPipeline::closed(AccountId id, const Draft& draft, EncryptResult letter) {
    const Account* account = directory_.find(id);
    if (!account) return;  // unlinked meanwhile: all of it is deleted
    const coi::Address& to = draft.event.contact;
    const Contact before = directory_.known_or_new(id, to);
    if (letter.bytes.empty()) {
        // What follows does not name it: nobody waits for it.
        if (before.last_out == draft.mail.id) directory_.note_last_out(id, to, {});
        return refuse(draft, before.address.addr_spec(), letter);
    }
    const bool first = letter.encrypted && !before.privacy.encrypted;
    const Contact& contact = directory_.change(id, to, [&](Contact& known) {
        known.privacy.encrypted = known.privacy.encrypted || letter.encrypted;
        if (!draft.is_receipt()) note_written(draft.mail, known, draft.has_subject());
    });
    commit(*account, contact, draft, std::move(letter.bytes));
    if (first && !draft.is_receipt()) calls_.encrypted(*account, contact);
}

void OutgoingPipeline::refuse(const Draft& draft, const std::string& contact, const EncryptResult& letter) {
    if (draft.is_receipt()) return;
    const std::string& lang = xmpp::attribute(*draft.head, "xml:lang");
    if (letter.refusal != policy::Refusal::none) {
        const bool soon = letter.refusal == policy::Refusal::not_looked_yet;
        return refuse(*draft.head, soon ? "wait" : "modify", soon ? "resource-constraint" : "not-acceptable",
                      policy::words(letter.refusal, contact, lang));
    }
    if (letter.error && !letter.error->permanent) return refuse_busy(*draft.head);
    if (letter.error && letter.error->kind == coi::ErrorKind::refused) {
        return refuse(*draft.head, "modify", "not-acceptable",
                      say(lang,
                          "This message was not sent: the key of {1} can no longer be used (it has expired or was "
                          "revoked). Ask them to write to you, which brings their new key.",
                          {contact}));
    }
    refuse(*draft.head, "modify", "not-acceptable", say(lang, "This message cannot be written as a mail."));
}

void OutgoingPipeline::commit(const Account& account, const Contact& contact, const Draft& draft, std::string bytes) {
    const bool is_receipt = draft.is_receipt();
    const Event& event = draft.event;
    const std::string& lang = xmpp::attribute(*draft.head, "xml:lang");
    auto entry = std::make_shared<queue::Entry>();
    entry->direction = queue::Direction::mail;
    entry->account = account.id;
    entry->contact = contact.canonical;
    entry->name = event.message.value;
    entry->origin = is_receipt ? "" : xmpp::attribute(*draft.head, "from");
    entry->origin_id = event.stanza.value;
    if (!is_receipt) entry->beside = xmpp::print(*draft.head);
    entry->lang = lang;
    entry->from =
        is_receipt && account.kind == Account::Kind::relay ? "" : account.address.addr_spec();  // [RFC 8098 §2.1]
    entry->to = is_receipt ? contact.address.addr_spec() : draft.mail.to.front().addr_spec();
    entry->payload = std::move(bytes);
    entry->taken = entry->next = event.when;
    entry->expires = event.when + settings_.expire;
    ids::Known known{account.id, contact.canonical,   event.message, event.stanza, true, entry->origin,
                     lang,       event.wants_receipt, event.when};
    std::optional<queue::Entry> replaced;
    if (event.get<Correction>() != nullptr) {
        known.corrects = event.about->message;
        const bool is_read_by_a_person = contact.dialect == Dialect::mail || contact.dialect == Dialect::unknown;
        if (is_read_by_a_person) replaced = bursts_.hold(*entry, known.corrects, calls_.withdraw);
    }
    const auto ended =
        draft.is_message() ? bursts_.end(entry->account, entry->contact, entry->taken) : std::vector<std::int64_t>{};
    auto too_many = std::make_shared<bool>(false);
    store_.commit(
        [entry, known, is_receipt, too_many, room = room_, replaced, ended](Database& db) {
            if (!replaced && (*too_many = !room->take(db, entry->account))) return;
            if (replaced) queue::done(db, replaced->id);
            for (const auto id : ended) queue::retry(db, id, entry->taken, 0, "", false);
            if (!is_receipt) ids::remember(db, known);
            entry->id = queue::put(db, *entry);
        },
        [this, entry, head = draft.head, is_receipt, too_many, held = draft.contact, replaced,
         original = known.corrects, is_end = !ended.empty()](const Store::Failure& failure) {
            if (!failure && !*too_many) {
                bursts_.committed(*entry, original);
                const auto [id, to] = std::pair(entry->account, entry->contact);
                calls_.committed(std::move(*entry));
                if (is_end) calls_.unblock(id, to);
                return;
            }
            if (replaced) calls_.committed(*replaced);
            if (is_receipt) return;
            const std::string& their_lang = xmpp::attribute(*head, "xml:lang");
            refuse(*head, "wait", "resource-constraint",
                   failure ? say(their_lang, "The gateway cannot take messages right now. Please try again later.")
                           : say(their_lang,
                                 "Too many of your messages still wait to be delivered. Please try again later."));
        });
}

}  // namespace gateway
