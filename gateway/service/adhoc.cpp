// The ad-hoc commands [XEP-0050 §2.4, §4.4]; see adhoc.h. A session id that belongs to somebody else is answered as an
// expired one [XEP-0050 §3.3].

#include "gateway/service/adhoc.h"

#include <algorithm>
#include <array>

#include "gateway/localization.h"
#include "gateway/service/account_forms.h"
#include "gateway/service/adhoc_sessions.h"
#include "gateway/service/help.h"
#include "gateway/service/privacy_forms.h"
#include "gateway/service/qr.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0004_forms.h"

namespace gateway {
namespace {

using namespace xmpp;
using xep0050::Action;

/// All commands, in the order in which clients show them.
constexpr std::array nodes = {"link",       "invite",     "join",        "status",   "privacy",
                              "block",      "unblock",    "history",     "settings", "coi",
                              "key-export", "key-import", "key-replace", "unlink",   "help"};

}  // namespace

struct AdHocCommands::State : std::enable_shared_from_this<State> {
    State(Registrar& r, std::shared_ptr<PrivacyCommands> p, const Clients& c, StanzaSender& s, InvitePicture& i)
        : registrar(r), privacy(std::move(p)), clients(c), sender(s), invite_picture(i) {}

    /// A command that is being processed: what is needed to answer it.
    struct Call {
        std::shared_ptr<Tag> head;
        std::string user, lang, node, session;
    };

    void take(const Tag& iq, const std::string& user);
    void start(const Call&);
    void go_on(const Call&, const Tag& iq, Action);
    void submit(const Call&, const Tag& command);
    void ask(const Call&, const xep0004::Form&, const std::string& error_words = {}, bool has_next = false);
    void end(const Call&, const std::string& status, const std::string& note_type = {}, const std::string& note = {});
    void end(const Call&, const CommandResult&);
    void end(const Call&, const xep0004::Form&, const std::string& png = {});
    void invite(const Call&);
    void submit_privacy(const Call&, const std::map<std::string, std::string>& values);
    bool submit_keys(const Call&, const std::map<std::string, std::string>& values);
    PrivacyCommands::Done finish(const Call&);
    void refuse(const Call&, const char* type, const char* condition, const char* own, const std::string& words);
    bool offered(const std::string& node, const std::string& user) const;
    void cancel(const Call&, const AdHocSessions::Session&);

    Registrar& registrar;
    std::shared_ptr<PrivacyCommands> privacy;
    const Clients& clients;
    StanzaSender& sender;
    InvitePicture& invite_picture;
    AdHocSessions sessions;
};

AdHocCommands::AdHocCommands(Registrar& registrar, std::shared_ptr<PrivacyCommands> privacy, const Clients& clients,
                             StanzaSender& sender, InvitePicture& invite_picture)
    : state_(std::make_shared<State>(registrar, std::move(privacy), clients, sender, invite_picture)) {}
AdHocCommands::~AdHocCommands() = default;

void AdHocCommands::take(const Tag& iq, const std::string& user) { state_->take(iq, user); }

bool AdHocCommands::may_register(const std::string& user) const {
    return state_->registrar.may_link(user) || state_->registrar.mailbox(user) != nullptr;
}

std::string AdHocCommands::name(const std::string& node, const std::string& user, const std::string& lang) const {
    if (!state_->offered(node, user)) return {};
    if (node == "link")
        return state_->registrar.mailbox(user) ? say(lang, "Change the login") : say(lang, "Link a mailbox");
    if (node == "status") return say(lang, "Status");
    if (node == "settings") return say(lang, "Settings");
    if (node == "coi") return say(lang, "Folder of chats");
    if (node == "unlink") return say(lang, "Unlink the mailbox");
    if (node == "invite") return say(lang, "Invite");
    if (node == "join") return say(lang, "Follow an invite");
    if (node == "privacy") return say(lang, "Protection of a contact");
    if (node == "block") return say(lang, "Block somebody");
    if (node == "unblock") return say(lang, "Unblock somebody");
    if (node == "history") return say(lang, "Old messages");
    if (node == "key-export") return say(lang, "Export my key");
    if (node == "key-import") return say(lang, "Import a key");
    if (node == "key-replace") return say(lang, "Make a new key");
    return say(lang, "Help");
}

std::optional<xep0231::Data> AdHocCommands::data(const std::string& cid, const std::string& user) const {
    state_->sessions.forget_old(state_->registrar.now());
    const auto png = state_->sessions.image(cid, user);
    if (!png) return std::nullopt;
    return xep0231::Data{"image/png", *png};
}

std::vector<xep0030::Item> AdHocCommands::items(const std::string& user, const std::string& lang) const {
    std::vector<xep0030::Item> items;
    for (const char* node : nodes) {
        if (state_->offered(node, user)) {
            items.push_back({state_->registrar.settings().component, node, name(node, user, lang)});
        }
    }
    return items;
}

bool AdHocCommands::State::offered(const std::string& node, const std::string& user) const {
    if (std::ranges::find(nodes, node) == nodes.end()) return false;
    if (node == "link") return registrar.may_link(user);
    if (node == "history") return registrar.mailbox(user) != nullptr;
    const bool known = registrar.directory().of_user(user) != nullptr;
    if (node == "settings") return known || registrar.is_relay_user(user);
    if (node == "coi") return registrar.mailbox(user) != nullptr;
    if (node == "unlink" || node.starts_with("key-")) return known;
    return known || registrar.may_use(user);
}

void AdHocCommands::State::take(const Tag& iq, const std::string& user) {
    Call call{std::shared_ptr<Tag>(head_of(iq)), user, registrar.language(iq, user), "", ""};
    const auto request = xep0050::request(iq);
    if (!request || attribute(iq, "type") != "set") {
        return refuse(call, "modify", "bad-request", "malformed-action",
                      say(call.lang, "This request was not understood."));
    }
    call.node = request->node;
    call.session = request->session;
    sessions.forget_old(registrar.now());
    if (!call.session.empty()) return go_on(call, iq, request->action);
    if (!offered(call.node, user)) {
        const bool known = std::ranges::find(nodes, call.node) != nodes.end();
        return refuse(call, known ? "auth" : "cancel", known ? "forbidden" : "item-not-found", nullptr,
                      say(call.lang, "There is no such command for you."));
    }
    // A session cannot start with another action [XEP-0050 §3.3].
    if (request->action != Action::execute && request->action != Action::next && request->action != Action::complete) {
        return refuse(call, "modify", "bad-request", "bad-action", say(call.lang, "This request was not understood."));
    }
    start(call);
}

void AdHocCommands::State::start(const Call& begun) {
    Call call = begun;
    if (call.node == "help") return end(call, "completed", "info", help::commands(registrar, call.user, call.lang));
    if (call.node == "status") return end(call, "completed", "info", registrar.status(call.user, call.lang));
    if (call.node == "invite") return invite(call);
    if (call.node == "unblock" && privacy->blocked_by(call.user).empty())
        return privacy->blocked({call.user, call.lang}, finish(call));
    call.session = sessions.start(attribute(*call.head, "from"), call.node, registrar.now());
    if (call.node == "link") return ask(call, print_link_form(registrar.mailbox(call.user), nullptr, call.lang));
    if (call.node == "unlink") return ask(call, account_forms::unlink(call.lang));
    if (call.node == "coi") return ask(call, account_forms::chat_folder(call.lang));
    if (call.node == "join") return ask(call, privacy_forms::join(call.lang));
    if (call.node == "privacy") return ask(call, privacy_forms::contact(call.lang), "", true);
    if (call.node == "block") return ask(call, privacy_forms::block(call.lang));
    if (call.node == "history") return ask(call, privacy_forms::history(call.lang));
    if (call.node == "unblock") return ask(call, privacy_forms::unblock(privacy->blocked_by(call.user), call.lang));
    if (call.node == "key-export") return ask(call, privacy_forms::key_export(call.lang));
    if (call.node == "key-import") return ask(call, privacy_forms::key_import(call.lang));
    if (call.node == "key-replace") return ask(call, privacy_forms::key_replace(call.lang));
    Account of_relay;  // the defaults of a new account
    of_relay.take = IncomingFilter::all;
    const Account* account = registrar.directory().of_user(call.user);
    ask(call, account_forms::settings(account ? *account : of_relay, call.lang));
}

/// Cancels a session. While a login is being checked, two iqs are answered: the submitted form, and this one.
void AdHocCommands::State::cancel(const Call& call, const AdHocSessions::Session& session) {
    if (session.checking && !registrar.cancel_link(call.user)) {
        return refuse(
            call, "cancel", "not-allowed", nullptr,
            say(call.lang, "It is too late to cancel: the mailbox is being linked. You can unlink it again."));
    }
    end(call, "canceled");
}

void AdHocCommands::State::go_on(const Call& call, const Tag& iq, Action action) {
    auto* session = sessions.find(call.session, attribute(iq, "from"), call.node);
    if (!session) {
        return refuse(call, "cancel", "not-allowed", "session-expired",
                      say(call.lang, "This command has ended. Please start it again."));
    }
    const Tag* command = child(iq, "command", xep0050::ns);
    if (action == Action::cancel || xep0004::cancelled(*command)) return cancel(call, *session);
    if (action == Action::prev) {
        return refuse(call, "modify", "bad-request", "bad-action", say(call.lang, "This request was not understood."));
    }
    AdHocSessions::prolong(*session, registrar.now());
    submit(call, *command);
}

void AdHocCommands::State::submit(const Call& call, const Tag& command) {
    const auto values = xep0004::submitted(command);
    const auto finish = [self = weak_from_this(), call](const CommandResult& ending) {
        if (const auto state = self.lock()) state->end(call, ending);
    };
    if (call.node == "unlink") return registrar.unlink(call.user, call.lang, finish);
    if (!values) {
        return refuse(call, "modify", "bad-request", "bad-payload", say(call.lang, "The form is missing."));
    }
    if (call.node == "privacy") return submit_privacy(call, *values);
    if (submit_keys(call, *values)) return;
    const Account* account = registrar.directory().of_user(call.user);
    if (call.node == "settings") {
        auto wanted = account ? account_forms::settings_of(*account) : account_forms::MailSettings{};
        account_forms::take(wanted, *values);
        return registrar.change(call.user, wanted, call.lang, finish);
    }
    const LinkForm form = link_form(*values, true);
    sessions.note_checking(call.session, true);
    registrar.link(call.user, form, call.lang, [self = weak_from_this(), call, form](const CommandResult& ending) {
        const auto state = self.lock();
        if (!state) return;
        state->sessions.note_checking(call.session, false);
        if (ending.cancelled) return state->end(call, "canceled");
        // After an error the filled-in form is shown again for correction.
        if (ending.condition == "not-acceptable") {
            return state->ask(call, print_link_form(nullptr, &form, call.lang), ending.words);
        }
        state->end(call, ending);
    });
}

PrivacyCommands::Done AdHocCommands::State::finish(const Call& call) {
    return [self = weak_from_this(), call](const CommandResult& ending) {
        if (const auto state = self.lock()) state->end(call, ending);
    };
}

bool AdHocCommands::State::submit_keys(const Call& call, const std::map<std::string, std::string>& values) {
    const auto value = [&](const char* name) {
        const auto found = values.find(name);
        return found == values.end() ? std::string() : found->second;
    };
    const PrivacyCommands::Asker asker{call.user, call.lang};
    if (call.node == "coi") return registrar.file_chats(call.user, value("filter"), call.lang, finish(call)), true;
    if (call.node == "join") return privacy->join(asker, value("invite"), finish(call)), true;
    if (call.node == "block") return privacy->block(asker, value("contact"), true, finish(call)), true;
    if (call.node == "unblock") return privacy->block(asker, value("contact"), false, finish(call)), true;
    if (call.node == "history") return privacy->history(asker, value("contact"), value("number"), finish(call)), true;
    if (call.node == "key-replace") return privacy->replace_key(asker, finish(call)), true;
    if (call.node == "key-import") {
        return privacy->import_key(asker, value("key"), value("passphrase"), finish(call)), true;
    }
    if (call.node != "key-export") return false;
    if (value("passphrase").empty()) {
        ask(call, privacy_forms::key_export(call.lang), say(call.lang, "Please give a passphrase."));
        return true;
    }
    privacy->export_key(asker, value("passphrase"), [self = weak_from_this(), call](const CommandResult& ending) {
        const auto state = self.lock();
        if (!state) return;
        if (!ending.good()) return state->end(call, ending);
        state->end(call, privacy_forms::key(ending.words, call.lang));
    });
    return true;
}

/// The first form asks for the contact, the second shows its settings and changes them.
void AdHocCommands::State::submit_privacy(const Call& call, const std::map<std::string, std::string>& values) {
    const PrivacyCommands::Asker asker{call.user, call.lang};
    const auto named = values.find("contact");
    const std::string contact = named == values.end() ? "" : named->second;
    const auto wanted = values.find("policy"), clear = values.find("otr_clear");
    if (wanted == values.end()) {
        return privacy->status(asker, contact, [self = weak_from_this(), call, contact](const CommandResult& ending) {
            const auto state = self.lock();
            if (!state) return;
            const Account* account = state->registrar.directory().of_user(call.user);
            const auto address = state->privacy->address(contact);
            if (!account || !address) return state->ask(call, privacy_forms::contact(call.lang), ending.words, true);
            const Contact met = state->registrar.directory().known_or_new(account->id, *address);
            state->ask(call, privacy_forms::privacy(met, ending.words, call.lang));
        });
    }
    const std::string otr = clear != values.end() && xep0004::is_true(clear->second) ? "clear" : "encrypted";
    const auto omemo_clear = values.find("omemo_clear");
    const std::string omemo = omemo_clear == values.end()             ? ""  // as it is
                              : xep0004::is_true(omemo_clear->second) ? "clear"
                                                                      : "encrypted";
    const auto through = values.find("otr_tunnel");
    const bool tunnel =
        through == values.end() ? privacy->has_tunnel(asker, contact) : xep0004::is_true(through->second);
    const auto is_omemo_set = [self = weak_from_this(), call, asker, contact, tunnel](const CommandResult& allowed) {
        const auto state = self.lock();
        if (!state || !allowed.good()) return state ? state->end(call, allowed) : void();
        if (tunnel != state->privacy->has_tunnel(asker, contact))
            return state->privacy->otr(asker, contact, tunnel ? "tunnel on" : "tunnel off", state->finish(call));
        state->privacy->status(asker, contact, state->finish(call));
    };
    const auto is_otr_set = [self = weak_from_this(), call, asker, contact, omemo,
                             is_omemo_set](const CommandResult& allowed) {
        const auto state = self.lock();
        if (!state || !allowed.good()) return state ? state->end(call, allowed) : void();
        if (omemo.empty()) return is_omemo_set(allowed);
        state->privacy->omemo(asker, contact, omemo, is_omemo_set);
    };
    privacy->policy(asker, contact, wanted->second,
                    [self = weak_from_this(), call, asker, contact, otr, is_otr_set](const CommandResult& set) {
                        const auto state = self.lock();
                        if (!state || !set.good()) return state ? state->end(call, set) : void();
                        state->privacy->otr(asker, contact, otr, is_otr_set);
                    });
}

void AdHocCommands::State::invite(const Call& call) {
    privacy->invite({call.user, call.lang}, [self = weak_from_this(), call](const CommandResult& ending,
                                                                            const auto& invite) {
        const auto state = self.lock();
        if (!state) return;
        if (invite) state->invite_picture.show(*invite, *call.head, call.user);  // COMPAT no client shows it in a form
        const auto image = invite ? qr_image(coi::securejoin::print_link(*invite)) : coi::Result<QrImage>(coi::Error{});
        if (!image) return state->end(call, ending);
        const std::string cid = xep0231::cid(image->png);
        if (!state->sessions.keep_image(cid, call.user, image->png, state->registrar.now()))
            return state->end(call, ending);
        state->end(call,
                   privacy_forms::invite(*invite, {"cid:" + cid, "image/png", image->side, image->side}, call.lang),
                   image->png);
    });
}

/// `has_next`: another form follows this one [XEP-0050 §2.4.2].
void AdHocCommands::State::ask(const Call& call, const xep0004::Form& form, const std::string& error_words,
                               bool has_next) {
    auto result = result_of(*call.head);
    Tag& command = xep0050::add_command(*result, {call.node,
                                                  call.session,
                                                  "executing",
                                                  error_words.empty() ? "" : "error",
                                                  error_words,
                                                  {has_next ? "next" : "complete"}});
    xep0004::Form shown = form;
    // COMPAT Psi+ shows no note beside a form.
    if (!error_words.empty())
        shown.instructions = error_words + (form.instructions.empty() ? "" : "\n" + form.instructions);
    xep0004::add_form(command, shown);
    sender.send(*result);
}

void AdHocCommands::State::end(const Call& call, const std::string& status, const std::string& note_type,
                               const std::string& note) {
    sessions.end(call.session);
    auto result = result_of(*call.head);
    xep0050::add_command(
        *result, {call.node, call.session.empty() ? AdHocSessions::fresh_id() : call.session, status, note_type, note});
    sender.send(*result);
}

/// `png`: a picture of the form, beside it: not all clients ask for what a form refers to [XEP-0231 §2.1].
void AdHocCommands::State::end(const Call& call, const xep0004::Form& form, const std::string& png) {
    sessions.end(call.session);
    auto result = result_of(*call.head);
    Tag& command = xep0050::add_command(
        *result, {call.node, call.session.empty() ? AdHocSessions::fresh_id() : call.session, "completed"});
    xep0004::add_form(command, form);
    if (!png.empty()) xep0231::add_data(command, {"image/png", png});
    sender.send(*result);
}

void AdHocCommands::State::end(const Call& call, const CommandResult& ending) {
    // COMPAT Psi+ empties the window of a form: only another form is shown there.
    if (!call.session.empty() && clients.hides_notes(attribute(*call.head, "from"))) {
        xep0004::Form words;
        words.type = "result";
        words.instructions = ending.words;
        return end(call, words);
    }
    if (ending.good()) return end(call, "completed", "info", ending.words);
    sessions.end(call.session);
    refuse(call, ending.type.c_str(), ending.condition.c_str(), nullptr, ending.words);
}

void AdHocCommands::State::refuse(const Call& call, const char* type, const char* condition, const char* own,
                                  const std::string& words) {
    auto error = error_reply(*call.head, type, condition, words, call.lang);
    if (!error) return;
    if (own) xep0050::add_condition(*error, own);
    sender.send(*error);
}

}  // namespace gateway
