// From Jabber to mail; see outgoing.h.

#include "gateway/pipeline/outgoing.h"

#include "coi/message.h"
#include "gateway/accounts/blocking.h"
#include "gateway/accounts/damaged_account.h"
#include "gateway/encryption/otr_messages.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/model/framed.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/store/ids.h"
#include "gateway/store/resolve.h"
#include "gateway/translate/conversation.h"
#include "gateway/translate/feature/call.h"
#include "gateway/translate/feature/otr_message.h"
#include "gateway/translate/feature/receipt.h"
#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0191_blocking.h"

namespace gateway {

namespace {

std::string domain_of(const coi::Address& address) {
    const std::string spec = address.addr_spec();
    return spec.substr(spec.rfind('@') + 1);
}

}  // namespace

OutgoingPipeline::OutgoingPipeline(Modules modules, Settings settings)
    : modules_(std::move(modules)),
      settings_(std::move(settings)),
      quota_(std::make_shared<queue::Quota>(settings_.most_waiting)),
      announced_(modules_.after) {}

void OutgoingPipeline::reload(Settings settings) {
    settings_ = std::move(settings);
    quota_ = std::make_shared<queue::Quota>(settings_.most_waiting);
}

void OutgoingPipeline::take(const xmpp::Tag& message, const Opened* opened) {
    const auto completed = announced_.completed(message);
    const xmpp::Tag& whole = completed ? *completed : message;
    const Head head = head_of(whole, opened);
    announced_.note(whole, [this, head, is_all = AnnouncedFiles::are_all_of(whole)](const std::string& name) {
        miss_file(head, name, is_all);
    });
    start(answered(head, carry(head, whole)));
}

void OutgoingPipeline::take_tunnelled(const Account& account, const coi::Address& to, const xmpp::Tag& message) {
    const Head head = head_of(message, nullptr);
    start(answered(head, carry_tunnelled(account, head, to, message)));
}

OutgoingPipeline::Head OutgoingPipeline::head_of(const xmpp::Tag& message, const Opened* opened) const {
    const std::string user = xmpp::read_jid(xmpp::attribute(message, "from")).bare();
    const xmpp::Tag& came = opened ? opened->original : message;
    auto kept = xmpp::returnable(came);
    if (xmpp::xep0184::requests(came)) xmpp::xep0184::add_request(*kept);  // asked when it has left (queue/delivered)
    return {std::move(kept), modules_.directory.language(user, xmpp::attribute(message, "xml:lang")),
            opened ? opened->by : EndToEnd::none, opened ? opened->keys : nullptr, call::rejection(message)};
}

// --- the way of a message
Task<> OutgoingPipeline::carry(Head head, const xmpp::Tag& message) {
    auto written = read_message(message, head.lang);
    if (!written) co_return;
    const AccountId id = co_await writer(*written);
    lead(id, *written, head);
    const bool is_receipt = written->event.get<Receipt>() != nullptr;
    if (blocking::is_blocked(modules_.directory, id, written->to.canonical())) {
        if (is_receipt) co_return;
        throw Refusal::blocked(written->to.addr_spec(), settings_.component, head.lang);
    }
    if (written->announces()) co_return;  // the message with its place will be the file's
    note_writer(id, *written);
    if (is_receipt) co_return co_await carry_receipts(id, head, std::move(written->event));
    co_await carry_message(id, head, std::move(written->event));
}

Task<> OutgoingPipeline::carry_tunnelled(const Account& account, Head head, coi::Address to, const xmpp::Tag& message) {
    if (blocking::is_blocked(modules_.directory, account.id, to.canonical()))
        throw Refusal::blocked(to.addr_spec(), settings_.component, head.lang);
    const Contact contact = modules_.directory.known_or_new(account.id, to);
    auto event = read_tunnelled(message);
    if (!event || !otr_message::stands(contact.privacy)) {
        throw Refusal{"cancel", "not-acceptable",
                      otr_messages::not_carried(event.has_value(), to.addr_spec(), head.lang)};
    }
    event->get<OtrMessage>()->words = otr_message::words(head.lang);
    event->contact = contact.address;
    event->when = modules_.now();
    co_await carry_message(account.id, head, std::move(*event));
}

Task<> OutgoingPipeline::carry_message(AccountId id, Head head, Event event) {
    Turn turn = co_await turns_.next(id, event.contact.canonical());
    co_await resolve(id, event);
    if (event.contents.empty()) throw Refusal::not_known(head.lang);
    co_await post(id, head, std::move(event), std::move(turn));
}

/// [XEP-0333 §4.2] a marker means everything up to here. What has not been reported for long is nobody's news.
Task<> OutgoingPipeline::carry_receipts(AccountId id, Head head, Event event) {
    if (event.get<Receipt>()->kind != Receipt::Kind::displayed)
        co_return;  // "delivered to a client" is no disposition [RFC 8098 §3.2.6]
    modules_.read.displayed(id, event.contact.canonical(), event.about->stanza);
    constexpr std::size_t most = 100;
    const auto [failure, messages] = co_await called_back<Store::Failure, std::vector<coi::MessageId>>([&](auto done) {
        ids::shown_up_to(modules_.store, id, event.contact.canonical(), event.about->stanza, most, std::move(done));
    });
    if (failure) co_return;  // the next marker reports them
    const Contact& contact = modules_.directory.add(id, event.contact);
    for (auto& one : receipt::of_messages(event, messages, contact.dialect))
        start(unanswered(post(id, head, std::move(one), {})));
}

/// From the event to the queue: at most one mail.
Task<> OutgoingPipeline::post(AccountId id, Head head, Event event, Turn turn) {
    std::vector<queue::Entry> waiting;
    if (event.get<Retraction>() != nullptr) {
        waiting = co_await answer_of<std::vector<queue::Entry>>([&](auto done) {
            queue::waiting(modules_.store, id, event.contact.canonical(), event.about->message, std::move(done));
        });
    }
    auto draft = translate(account_of(modules_.directory, id), head, std::move(event));
    if (!draft) co_return;
    draft->waiting = std::move(waiting);
    co_await add_picture(id, *draft);
    std::string bytes = co_await encrypt(id, head, *draft);
    co_await commit(id, head, *draft, std::move(bytes), std::move(turn));
    if (const auto* receipt = draft->event.get<Receipt>()) {
        std::vector<coi::MessageId> messages = receipt->further;
        messages.push_back(draft->event.about->message);
        modules_.read.reported(id, draft->event.contact.canonical(), messages);
    }
}

Task<> OutgoingPipeline::answered(Head head, Task<> way) {
    std::optional<Refusal> refusal;
    ++under_way_;
    try {
        co_await std::move(way);
    } catch (const AccountGone&) {  // removed meanwhile, with all that waited; this was not among it
        refusal = Refusal::busy(head.lang);
    } catch (const StoreUnavailable&) {
        refusal = Refusal::busy(head.lang);
    } catch (const StoreError&) {
        refusal = Refusal::busy(head.lang);
    } catch (const Refusal& thrown) {
        refusal = thrown;
    }
    --under_way_;
    if (!refusal) co_return;
    if (head.keys) keys::save(modules_.store, *head.keys, [](const Store::Failure&) {});
    announced_.forget(*head.tag);
    if (head.rejection) {
        modules_.to_jabber.send(*head.rejection);
    } else if (const auto error =
                   xmpp::error_reply(*head.tag, refusal->type, refusal->condition, refusal->text, head.lang)) {
        if (refusal->is_of_blocked) xmpp::xep0191::add_blocked(*error);
        modules_.to_jabber.send(*error);
    }
    explain(head, refusal->text);
}

/// The words of the error as a message of the conversation, for clients that do not show an error's. Not often: a
/// program that answers by itself would get one for each answer. Where OTR is spoken, by OTR.
void OutgoingPipeline::explain(const Head& head, const std::string& words) {
    const std::string& client = xmpp::attribute(*head.tag, "from");
    const std::string user = xmpp::read_jid(client).bare();
    if (modules_.clients.shows_errors(client) && !head.rejection) return;
    if (!explained_.take(user, std::chrono::steady_clock::now())) return;
    const xmpp::JID to = xmpp::read_jid(xmpp::attribute(*head.tag, "to"));
    const std::string line = "⚠ " + xmpp::clean(words);
    if (head.came_by != EndToEnd::none) {
        const auto contact = address_of(to);
        const Account* account = modules_.directory.of_user(user);
        if (account && contact) modules_.notices.tell_end_to_end(*account, contact->canonical(), to.bare(), line);
        return;
    }
    xmpp::Tag message("message");
    message.addAttribute("type", "chat");
    message.addAttribute("id", mint_stanza_id().value);
    message.addAttribute("from", to.bare());
    message.addAttribute("to", client);
    xmpp::add(message, "body", {}, framed::notice(line));
    modules_.to_jabber.send(message);
}

Task<> OutgoingPipeline::unanswered(Task<> way) {
    ++under_way_;
    try {
        co_await std::move(way);
    } catch (const AccountGone&) {
    } catch (const StoreUnavailable&) {
    } catch (const StoreError&) {
    } catch (const Refusal&) {  // nobody waits for a word on a receipt
    }
    --under_way_;
}

// --- the stages
/// nullopt: nothing that mail has words for, and whoever did not write hears no error (chat states, stray markers).
std::optional<OutgoingPipeline::Written> OutgoingPipeline::read_message(const xmpp::Tag& message,
                                                                        const std::string& lang) const {
    const xmpp::JID from = xmpp::read_jid(xmpp::attribute(message, "from"));
    const xmpp::JID to = xmpp::read_jid(xmpp::attribute(message, "to"));
    auto event = read(message);
    if (!event && !says_something(message)) return std::nullopt;
    const auto contact = address_of(to);
    const bool is_receipt = event && event->get<Receipt>() != nullptr;
    if (is_receipt && (!contact || !modules_.directory.of_user(from.bare()))) return std::nullopt;
    if (!contact) throw Refusal::no_address(settings_.component, lang);
    if (!event && !AnnouncedFiles::are_all_of(message)) throw Refusal::unreadable(message, lang);
    if (const Account* damaged = damaged_account(modules_.directory, from.bare()); damaged && !is_receipt)
        throw Refusal{"cancel", "internal-server-error", damaged_words(*damaged, settings_.component, lang)};
    return Written{event ? std::move(*event) : Event{}, *contact, from, to, xmpp::xep0172::nick(message), lang};
}

/// The account that the user writes with; a relay account is made with the first message.
Task<AccountId> OutgoingPipeline::writer(const Written& written) {
    const std::string jid = written.from.bare();
    if (const Account* account = modules_.directory.of_user(jid)) co_return account->id;
    const std::string& server = written.from.server();
    if (settings_.relay_domain.empty() || server != settings_.relay_domain)
        throw Refusal::unregistered(server, settings_.register_domains, settings_.component, written.lang);
    const auto* made = co_await called_back<const Account*>(
        [&](auto done) { modules_.relay_accounts.get(jid, written.lang, std::move(done)); });
    if (made == nullptr) throw Refusal::busy(written.lang);
    co_return made->id;
}

/// What the message says about its writer, and how they write the contact's address.
void OutgoingPipeline::note_writer(AccountId id, Written& written) {
    Directory& directory = modules_.directory;
    Event& event = written.event;
    event.user = account_of(directory, id).jid;
    event.when = modules_.now();
    if (directory.contact(id, written.to.canonical()) == nullptr)
        modules_.names.met(event.user, written.spelled.bare(), written.to);
    const auto spell = [&](Contact& contact) { use_spelling(contact, written.spelled, settings_.component, true); };
    event.contact = directory.change(id, written.to, spell).address;
    if (!event.lang.empty()) directory.note_language(id, event.lang);
    directory.note_name(id, written.nick);
}

/// Finds the message that the event is about.
Task<> OutgoingPipeline::resolve(AccountId id, Event& event) {
    if (!event.about) co_return;
    auto about = co_await answer_of<std::optional<Reference>>([&](auto done) {
        ids::resolve(modules_.store, id, event.contact.canonical(), event.about->stanza, refers_to(event),
                     std::move(done));
    });
    if (about) event.about = std::move(about);
    resolved(event, {.found = !event.about->message.empty() && !event.about->is_retracted});
}

/// The mail, with an id of its own; nullopt: a mail program would only be bothered by it.
std::optional<OutgoingPipeline::Draft> OutgoingPipeline::translate(const Account& account, const Head& head,
                                                                   Event event) {
    const Contact& contact = modules_.directory.add(account.id, event.contact);
    const bool sets_timer = note_timer(account, contact, event);
    if (!carries(event, contact.dialect)) {
        const std::string words = not_carried(event, head.lang);
        const bool is_news = event.get<DisappearsAfter>() == nullptr || sets_timer;
        if (is_news && !words.empty()) throw Refusal{"cancel", "not-acceptable", words};
        return std::nullopt;
    }
    if (sets_timer) explain_timer(account, contact, head);
    event.message = coi::mint(domain_of(account.address));
    event.lang = head.lang;
    Draft draft;
    draft.mail = write_mail(event, account.address, contact);
    draft.event = std::move(event);
    if (!draft.is_automatic() && !contact.answer_to.empty()) draft.mail.to = {recipient_of(contact)};
    // At once: what is written while this one is being encrypted continues it (gateway/pipeline/incoming goes by that
    // order).
    if (draft.is_message()) modules_.directory.note_last_out(account.id, contact.address, draft.mail.id);
    draft.held = modules_.directory.hold(account.id, contact.canonical);
    return draft;
}

/// The user's picture, where the contact has not had this one. It stays in the mail only if that is encrypted.
Task<> OutgoingPipeline::add_picture(AccountId id, Draft& draft) {
    if (!draft.is_message()) co_return;
    auto news = co_await called_back<std::optional<Picture>>([&](auto done) {
        modules_.profiles.news_for(modules_.directory.known_or_new(id, draft.event.contact), std::move(done));
    });
    account_of(modules_.directory, id);
    const bool is_coi = modules_.directory.known_or_new(id, draft.event.contact).dialect == Dialect::coi;
    if (!news || (is_coi && draft.mail.text.empty())) co_return;
    draft.picture = news->info.id;
    if (is_coi)
        draft.mail.card = coi::Card{std::move(news->bytes), {}};
    else
        draft.mail.avatar = std::move(news->bytes);
}

OutgoingMail OutgoingPipeline::letter_of(const Head& head, const Draft& draft) {
    const auto* reply = draft.event.get<ReplyTo>();
    return {draft.mail, head.came_by, reply != nullptr && !reply->quote.empty(), false, false, {}};
}

/// The final bytes of the mail. From then on the contact is known as somebody who was written to.
Task<std::string> OutgoingPipeline::encrypt(AccountId id, const Head& head, Draft& draft) {
    Directory& directory = modules_.directory;
    const coi::Address& to = draft.event.contact;
    EncryptResult letter = co_await called_back<EncryptResult>([&](auto done) {
        modules_.encryption.close(account_of(directory, id), directory.known_or_new(id, to), letter_of(head, draft),
                                  std::move(done));
    });
    account_of(directory, id);
    const Contact before = directory.known_or_new(id, to);
    if (letter.bytes.empty()) {
        forget_mail(id, draft.event.contact, draft.mail.id);
        throw Refusal::not_closed(letter, before.address.addr_spec(), head.lang);
    }
    if (!letter.encrypted) draft.picture.reset();
    // A subject is part of what is protected: it must not come up again in a mail that is not.
    const bool has_subject = head.came_by == EndToEnd::none && draft.event.get<Text>() != nullptr;
    const Contact& contact = directory.change(id, to, [&](Contact& known) {
        known.privacy.encrypted = known.privacy.encrypted || letter.encrypted;
        if (!draft.is_automatic()) note_written(draft.mail, known, has_subject);
    });
    draft.encrypted = letter.encrypted;
    // How OMEMO's messages leave is told when the user begins with it.
    const bool is_news = letter.encrypted && !before.privacy.encrypted && head.came_by != EndToEnd::omemo;
    if (is_news && !draft.is_automatic()) modules_.notices.encrypted(account_of(directory, id), contact);
    co_return std::move(letter.bytes);
}

}  // namespace gateway
