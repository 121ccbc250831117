// What a DSN or an MDN says, told to the user; see reports.h.

#include "gateway/pipeline/reports.h"

#include <algorithm>
#include <ranges>

#include "coi/mail/header.h"
#include "gateway/model/addresses.h"
#include "gateway/model/relays.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/queue/bounce.h"
#include "gateway/translate/feature/security_label.h"
#include "gateway/translate/occupant.h"
#include "gateway/translate/smtp_refusal.h"
#include "gateway/translate/translate.h"

namespace gateway {

namespace {

using ids::News;

constexpr std::size_t secret_length = 16;  // hex digits of the ENVID's: 64 bits, each guess is a mail
constexpr std::size_t most_ids = 5;        // looked for of each field

/// The message that a report is about.
struct About {
    ids::Known known;
    bool by_envelope = false;           // the report knows our secret
    std::vector<std::string> others{};  // canonical: where else mail to the contact goes
};

/// What may name that message, the most reliable first.
std::vector<coi::MessageId> named_by(const coi::Message& report, const std::optional<coi::MessageId>& by_envelope) {
    std::vector<coi::MessageId> named;
    if (by_envelope) named.push_back(*by_envelope);
    if (report.dsn) named.push_back({report.dsn->envelope_id});
    named.push_back(report.dsn ? report.dsn->original : report.mdn->original);
    for (const auto& id : report.in_reply_to | std::views::take(most_ids)) named.push_back(id);
    for (const auto& id : report.references | std::views::reverse | std::views::take(most_ids)) named.push_back(id);
    return named;
}

bool is_contact(const std::string& address, const About& about) {
    const auto read = coi::parse_addr_spec(address);
    return read && (read->canonical() == about.known.contact ||
                    std::ranges::find(about.others, read->canonical()) != about.others.end());
}

/// The returned header says that the mail went to the contact: it was forwarded before it failed.
bool returns_mail_to_contact(const coi::Message& report, const About& about) {
    for (const auto& each : coi::parse_address_list(coi::field(coi::split_fields(report.report_original), "to"), 20)) {
        if (is_contact(each.addr_spec(), about)) return true;
    }
    return false;
}

/// What the report says of the contact's mailbox: a failure before a delay.
const coi::Dsn::Recipient* news_of(const coi::Message& report, const About& about) {
    const bool any = about.by_envelope || returns_mail_to_contact(report, about);
    for (const auto action : {coi::Dsn::Action::failed, coi::Dsn::Action::delayed}) {
        for (const auto& each : report.dsn->recipients) {
            if (each.action == action && (any || each.address.empty() || is_contact(each.address, about))) return &each;
        }
    }
    return nullptr;
}

/// [RFC 3464 §2.3.3] The contact's server has the mail: it is in the mailbox, or that server makes no reports
/// ("relayed"). Not "expanded": of a list nobody says more. The envelope id proves that the report answers our wish
/// [RFC 3461 §4.1].
bool says_delivered(const coi::Message& report, const About& about) {
    return about.by_envelope && std::ranges::any_of(report.dsn->recipients, [](const coi::Dsn::Recipient& each) {
               return each.action == coi::Dsn::Action::delivered || each.action == coi::Dsn::Action::relayed;
           });
}

/// Whether it comes from where reports of this message come from. Mail in a mailbox says so itself, if at all.
bool is_plausible(const IncomingMail& report, const About& about) {
    if (about.by_envelope) return true;
    if (report.is_author_refuted) return false;
    std::string path = report.reverse_path ? *report.reverse_path : report.mail.header("return-path");
    std::erase_if(path, [](char c) { return c == '<' || c == '>' || c == ' '; });
    if (path.empty()) return true;
    const auto sender = coi::parse_addr_spec(path), contact = coi::parse_addr_spec(about.known.contact);
    return sender && contact && sender->domain == contact->domain;
}

}  // namespace

ids::Known known_report(const IncomingMail& arrival, Time now) {
    return {arrival.account, arrival.mail.from.front().canonical(), arrival.mail.id, {}, false, "", "", false, now};
}

std::string envelope_id(const coi::MessageId& id, const Seal& seal) {
    return seal.keyed_hash("envelope\n" + id.value).substr(0, secret_length) + "." + id.value;
}

std::optional<coi::MessageId> message_of_envelope(const std::string& text, const Seal& seal) {
    if (text.size() <= secret_length + 1) return std::nullopt;
    coi::MessageId id{text.substr(secret_length + 1)};
    return envelope_id(id, seal) == text ? std::optional(std::move(id)) : std::nullopt;
}

Reports::Reports(Modules modules, Seal seal, StanzaSettings settings)
    : modules_(std::move(modules)), seal_(std::move(seal)), settings_(std::move(settings)) {}

ids::Known Reports::told(const ids::Known& known, News news) const {
    return ids::told(known, news, modules_.now(), seal_);
}

Task<ReportNews> Reports::read_report(const IncomingMail& report) {
    const auto nothing = [](DeliveryResult::Kind kind, const char* why) { return ReportNews{.why = {kind, why}}; };
    using Kind = DeliveryResult::Kind;
    if (!report.mail.dsn && report.mail.mdn->original.empty())
        co_return nothing(Kind::silent, "a program's news about itself");
    const bool is_dsn = report.mail.dsn.has_value();
    const auto by_envelope = is_dsn ? message_of_envelope(report.mail.dsn->envelope_id, seal_) : std::nullopt;
    auto found = co_await answer_of<std::optional<ids::Reported>>([&](auto done) {
        ids::find_reported(modules_.store, report.account, named_by(report.mail, by_envelope),
                           is_dsn ? News::failed : News::displayed, std::move(done));
    });
    if (!found) co_return nothing(Kind::declined, "a report about no message of ours");
    if (found->is_told) co_return nothing(Kind::duplicate, "it was told before");
    if (!is_dsn) co_return read_mdn(report, found->known);
    About about{std::move(found->known), by_envelope.has_value() && found->named == 0};
    if (const Contact* contact = modules_.directory.contact(about.known.account, about.known.contact)) {
        if (const auto to = coi::parse_addr_spec(contact->answer_to)) about.others.push_back(to->canonical());
        for (const auto& relay : contact->relays.all) about.others.push_back(relay.address.canonical());
    }
    const auto* news = news_of(report.mail, about);
    if (news == nullptr && says_delivered(report.mail, about)) co_return read_success(about.known);
    if (news == nullptr) co_return nothing(Kind::taken, "a report that nothing failed");
    if (!is_plausible(report, about))
        co_return nothing(Kind::declined, "a report that does not come from a mail system");
    const auto failed =
        std::ranges::count(report.mail.dsn->recipients, coi::Dsn::Action::failed, &coi::Dsn::Recipient::action);
    co_return read_dsn(about.known, *news, static_cast<std::size_t>(failed));
}

ReportNews Reports::read_dsn(const ids::Known& known, const coi::Dsn::Recipient& news, std::size_t failed) const {
    const bool delayed = news.action == coi::Dsn::Action::delayed;
    const Contact* contact = modules_.directory.contact(known.account, known.contact);
    auto lost = bounce::lost(known, contact, settings_.component);
    const Account* account = modules_.directory.find(known.account);
    const auto sent_to = account && contact ? relays::recipients(*contact, account->address).size() : 1;
    lost.has_others = sent_to > 1 && (delayed || failed < sent_to);
    lost.is_group = occupant::is_local(known.contact);
    if ((lost.has_others || lost.is_group) && !news.address.empty()) lost.address = news.address;
    const auto error = smtp_refusal::error_of_report(news.status, news.diagnostic);
    ReportNews found{.told = told(known, delayed ? News::delayed : News::failed),
                     .why = {DeliveryResult::Kind::taken, "nobody is to be told"}};
    if (!delayed) {
        found.notices = bounce::to_jabber(lost, error, settings_.component, modules_.now());
    } else if (!lost.jid.empty() && !lost.has_others && !lost.is_group) {
        found.notices.push_back(bounce::delayed(lost, "", settings_.component, modules_.now()));
    }
    return found;
}

ReportNews Reports::read_success(const ids::Known& known) const {
    const Account* account = modules_.directory.find(known.account);
    const auto address = coi::parse_addr_spec(known.contact);
    if (!known.wants_receipt || !account || !address)
        return {.why = {DeliveryResult::Kind::taken, "nobody asked for this receipt"}};
    const auto from = jid_of(modules_.directory.contact(known.account, known.contact), *address, settings_.component);
    if (!from) return {.why = {DeliveryResult::Kind::taken, "no JID is the contact's"}};
    Event event;
    event.user = account->jid;
    event.contact = *address;
    event.about = Reference{.stanza = known.stanza};
    ReportNews found{.told = told(known, News::arrived)};
    add_receipt(found, std::move(event), *account, known, *from, Receipt::Kind::delivered);
    return found;
}

void Reports::add_receipt(ReportNews& found, Event event, const Account& account, const ids::Known& known,
                          const xmpp::JID& from, Receipt::Kind kind) const {
    event.contents = {Receipt{kind}};
    event.stanza = mint_stanza_id();
    found.notices.push_back(stanza_entry(event, account, known.contact, from, modules_.now(), settings_));
}

/// Nobody else may say that the contact has read it.
bool Reports::is_from_contact(const IncomingMail& report, const ids::Known& known) const {
    if (report.mail.from.front().canonical() != known.contact || report.is_author_refuted) return false;
    if (report.proof() == trust::Proof::key || report.is_author_proven) return true;
    const Contact* contact = modules_.directory.contact(known.account, known.contact);
    return !contact || !contact->privacy.encrypted;
}

ReportNews Reports::read_mdn(const IncomingMail& report, const ids::Known& known) const {
    auto event = read(report.mail);
    const Account* account = modules_.directory.find(known.account);
    const auto from =
        jid_of(modules_.directory.contact(known.account, known.contact), report.mail.from.front(), settings_.component);
    const auto* receipt = event ? event->get<Receipt>() : nullptr;
    if (!receipt || !known.wants_receipt || !account || !from || !is_from_contact(report, known))
        return {.why = {DeliveryResult::Kind::taken, "nobody asked for this receipt"}};
    const auto news = receipt->kind == Receipt::Kind::displayed ? News::displayed : News::arrived;
    event->about->stanza = known.stanza;
    event->user = account->jid;
    event->contact = report.mail.from.front();
    event->when = {};  // of a receipt nobody asks
    ReportNews found{.told = told(known, news)};
    // What was seen has arrived: clients without XEP-0333 learn at least that.
    add_receipt(found, *event, *account, known, *from, Receipt::Kind::delivered);
    if (news == News::displayed) add_receipt(found, *event, *account, known, *from, Receipt::Kind::displayed);
    return found;
}

}  // namespace gateway
