// What stands around the pipelines in tests: encryption that leaves mail as it is, and what a test wants to see.
//
// A test sets the functions that it needs.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coi/message.h"
#include "gateway/model/file_source.h"
#include "gateway/pipeline/incoming.h"
#include "gateway/pipeline/outgoing.h"
#include "tests/support/fakes.h"
#include "tests/support/store_loop.h"

namespace gateway {

/// Fetches nothing unless a test gives it room, and then what the test gives it.
struct FakeFileSource : FileSource {
    std::size_t largest() const override { return room; }
    void fetch(const std::string&, const std::string& url,
               std::function<void(coi::Result<FetchedFile>)> done) override {
        asked.push_back(url);
        waiting.push_back(std::move(done));
    }
    void gives(const std::string& type, const std::string& bytes) {
        next()(FetchedFile{type, std::make_shared<const std::string>(bytes)});
    }
    void fails(coi::Error error) { next()(std::move(error)); }

    std::size_t room = 0;
    std::vector<std::string> asked;  // addresses
    std::vector<std::function<void(coi::Result<FetchedFile>)>> waiting;

  private:
    std::function<void(coi::Result<FetchedFile>)> next() {
        auto done = std::move(waiting.at(0));
        waiting.erase(waiting.begin());
        return done;
    }
};

/// Pictures of messages: what a test gives.
struct FakeInlinePictures : InlinePictureSource {
    void fetch(const InlinePicture& picture, std::function<void(coi::Result<FetchedFile>)> done) override {
        asked.push_back(picture.client + " " + picture.contact + " " + picture.cid);
        waiting.push_back(std::move(done));
    }
    void gives(std::size_t which, const std::string& bytes) {
        waiting.at(which)(FetchedFile{"image/png", std::make_shared<const std::string>(bytes)});
    }
    void fails(std::size_t which) { waiting.at(which)(coi::Error{coi::ErrorKind::unreachable, false, "away", 0, {}}); }

    std::vector<std::string> asked;
    std::vector<std::function<void(coi::Result<FetchedFile>)>> waiting;
};

struct PipelinePeers final : queue::Outlet,
                             StanzaSender,
                             UserNotices,
                             MailEncryption,
                             HandshakeReceiver,
                             OwnKeyFields,
                             TunnelGate,
                             ProfileObserver,
                             CallEnder {
    std::function<void(queue::Entry)> on_committed = [](const queue::Entry&) {};
    std::function<void(const xmpp::Tag&)> on_stanza = [](const xmpp::Tag&) {};
    std::function<void(const std::string&)> on_words = [](const std::string&) {};
    std::function<void(const Contact&, const trust::KeyNews&)> on_other_key = [](const Contact&, const auto&) {};
    std::function<void(const Contact&, const coi::Message&)> on_away = [](const Contact&, const coi::Message&) {};
    std::function<void(const std::string&)> on_call = [](const std::string&) {};
    /// May keep the result back.
    std::function<void(EncryptResult, std::function<void(EncryptResult)>)> on_closed =
        [](EncryptResult letter, const auto& done) { done(std::move(letter)); };
    std::function<Decrypted(coi::Message)> opened = [](coi::Message mail) {
        return Decrypted{.mail = std::move(mail)};
    };
    std::function<Time()> time = [] { return Time(std::chrono::sys_days(std::chrono::year(2026) / 6 / 1)); };
    std::vector<std::string> encrypted_with;  // contacts of whom the user was told that it begins
    bool may_withdraw = false, is_passed = true;
    int unblocked = 0;
    FakeStream stream;  // what clients are asked, and names
    Clients clients{stream, "coi.jabber.example"};
    FakeFileStore files;
    FakeFileSource source;
    FakeInlinePictures pictures;
    /// Runs what workers have done; a test that needs them sets it.
    std::function<void(std::function<void()>)> post = [](const auto&) {};
    Workers threads{1, [this](std::function<void()> call) { post(std::move(call)); }};
    std::vector<std::unique_ptr<OutgoingFiles>> files_to_mail;  // one for each pipeline
    std::vector<std::unique_ptr<RosterNames>> rosters;
    std::vector<std::unique_ptr<ContactNames>> names;  // one for each directory
    std::vector<std::unique_ptr<ContactProfiles>> profiles;
    std::vector<std::unique_ptr<UserProfiles>> user_profiles;
    FakeTimer timer;
    std::vector<Contact> changed_profiles;
    FakeRead read;
    FakeAudience rooms;
    Turns room_turns;

    // --- queue::Outlet, StanzaSender
    void committed(queue::Entry entry) override { on_committed(std::move(entry)); }
    bool withdraw(const queue::Entry&) override { return may_withdraw; }
    bool is_kept(const queue::Entry&) const override { return may_withdraw; }
    void unblock(AccountId, const std::string&) override { ++unblocked; }
    void send(const xmpp::Tag& tag) override { on_stanza(tag); }
    // --- UserNotices
    void tell(const Account&, const std::string& text) override { on_words(text); }
    void tell_in(const Account&, const std::string&, const std::string& text) override { on_words(text); }
    void tell_end_to_end(const Account&, const std::string& contact, const std::string& jid,
                         const std::string& text) override {
        on_words(contact + " " + jid + " " + text);
    }
    void encrypted(const Account&, const Contact& contact) override { encrypted_with.push_back(contact.canonical); }
    void other_key(const Account&, const Contact& contact, const trust::KeyNews& news) override {
        on_other_key(contact, news);
    }
    void away(const Account&, const Contact& contact, const coi::Message& mail) override { on_away(contact, mail); }
    void verified(const Account&, const Contact&) override {}
    void foreign_key(const Account&, const coi::openpgp::Fingerprint&) override {}
    // --- MailEncryption
    void close(const Account&, const Contact&, OutgoingMail letter, std::function<void(EncryptResult)> done) override {
        auto bytes = coi::print(letter.mail);
        if (bytes) return on_closed({*bytes, false, policy::Refusal::none, std::nullopt}, std::move(done));
        on_closed({"", false, policy::Refusal::none, bytes.error()}, std::move(done));
    }
    void open(const Account&, std::shared_ptr<const std::string>, coi::Message mail,
              std::function<void(Decrypted)> done) override {
        done(opened(std::move(mail)));
    }
    // --- ProfileObserver
    void profile_changed(const Contact& contact) override { changed_profiles.push_back(contact); }
    // --- HandshakeReceiver, OwnKeyFields, TunnelGate, CallEnder
    void take(const Account&, const IncomingMail&, std::function<void(DeliveryResult)> done) override {
        done({DeliveryResult::Kind::declined, "no invites here"});
    }
    void own_field(AccountId, const std::string&, std::function<void(coi::openpgp::Fingerprint)>) override {}
    void end_call(AccountId, const coi::Address& caller, const coi::MessageId& call) override {
        on_call(caller.canonical() + " " + call.value);
    }
    bool may_pass(const Account&, const std::string&, const coi::MessageId&, const OtrMessage&) override {
        return is_passed;
    }

    IncomingPipeline::Modules incoming(Directory& directory, Store& store, PendingVerdicts& verdicts,
                                       Workers& workers) {
        return {directory,
                store,
                verdicts,
                workers,
                *this,
                *this,
                *this,
                *this,
                *this,
                *this,
                names_of(directory),
                profiles_of(directory, store),
                files,
                *this,
                rooms,
                room_turns,
                [this] { return time(); }};
    }
    OutgoingPipeline::Modules outgoing(Directory& directory, Store& store, RelayAccounts& relay_accounts) {
        OutgoingFiles& files_out = *files_to_mail.emplace_back(std::make_unique<OutgoingFiles>(OutgoingFiles::Modules{
            directory, store, threads, *this, *this, source, pictures, *this, [this] { return time(); }}));
        return {
            directory,
            store,
            relay_accounts,
            *this,
            *this,
            *this,
            clients,
            names_of(directory),
            *user_profiles.emplace_back(std::make_unique<UserProfiles>(directory, store, stream, "coi.jabber.example")),
            *this,
            files_out,
            read,
            [this] { return time(); },
            timer.timer()};
    }
    ContactProfiles& profiles_of(Directory& directory, Store& store) {
        return *profiles.emplace_back(std::make_unique<ContactProfiles>(directory, store, clients, *this, stream,
                                                                        "coi.jabber.example", timer.timer()));
    }
    ContactNames& names_of(const Directory& directory) {
        return *names.emplace_back(std::make_unique<ContactNames>(
            directory, clients,
            *rosters.emplace_back(std::make_unique<RosterNames>(directory, stream, "coi.jabber.example")), stream,
            "coi.jabber.example"));
    }
};

}  // namespace gateway
