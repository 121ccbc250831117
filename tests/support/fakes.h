// Stand-ins for the modules that other modules tell something: they note what they are told.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/accounts/profile_observer.h"
#include "gateway/accounts/subscription_observer.h"
#include "gateway/encryption/message_receiver.h"
#include "gateway/model/file_store.h"
#include "gateway/model/jabber_stream.h"
#include "gateway/model/read_observer.h"
#include "gateway/model/timer.h"
#include "gateway/model/user_notices.h"
#include "gateway/queue/entry_sender.h"
#include "gateway/store/outlet.h"
#include "gateway/store/room_audience.h"

namespace gateway {

struct FakeStream : JabberStream {
    void send(const xmpp::Tag& stanza) override { sent.emplace_back(stanza.clone()); }
    void deliver(const xmpp::Tag& stanza, std::function<void(const xmpp::Outcome&)> done) override {
        delivered.emplace_back(stanza.clone());
        done(outcome);
    }
    bool has_room() const override { return sent.size() < room; }

    std::vector<xmpp::Stanza> sent, delivered;
    xmpp::Outcome outcome{};
    std::size_t room = 1000;
};

/// Holds nothing unless a test gives it room.
struct FakeFileStore : FileStore {
    std::size_t largest() const override { return room; }
    bool is_unsure() const override { return unsure; }
    void put(const std::string& user, StoredFile file, std::function<void(coi::Result<std::string>)> done) override {
        put_for.push_back(user);
        stored.push_back(file);
        if (failure) return done(*failure);
        done("https://files.example/" + std::to_string(stored.size()) + "/" + file.name);
    }

    std::size_t room = 0;
    bool unsure = false;
    std::optional<coi::Error> failure;
    std::vector<std::string> put_for;
    std::vector<StoredFile> stored;
};

struct FakeOutlet : queue::Outlet {
    void committed(queue::Entry entry) override { entries.push_back(std::move(entry)); }
    bool withdraw(const queue::Entry&) override { return false; }
    bool is_kept(const queue::Entry&) const override { return false; }
    void unblock(AccountId, const std::string& contact) override { unblocked.push_back(contact); }

    std::vector<queue::Entry> entries;
    std::vector<std::string> unblocked;  // contacts
};

struct FakeAudience : RoomAudience {
    void said(const Room& room, const std::vector<rooms::Said>& all) override {
        for (const auto& one : all) heard.push_back(one);
        rooms.push_back(room);
    }
    void changed(const Room& room, const RoomChange& change) override {
        rooms.push_back(room);
        changes.push_back(change);
    }

    std::vector<rooms::Said> heard;
    std::vector<Room> rooms;
    std::vector<RoomChange> changes;
};

struct FakeNotices : UserNotices {
    void tell(const Account&, const std::string& text) override { said.push_back(text); }
    void tell_in(const Account&, const std::string&, const std::string& text) override { said.push_back(text); }
    void tell_end_to_end(const Account&, const std::string&, const std::string&, const std::string& text) override {
        said.push_back(text);
    }
    void encrypted(const Account&, const Contact&) override {}
    void other_key(const Account&, const Contact&, const trust::KeyNews& news) override { other_keys.push_back(news); }
    void away(const Account&, const Contact&, const coi::Message&) override {}
    void verified(const Account&, const Contact& contact) override { verified_contacts.push_back(contact.canonical); }
    void foreign_key(const Account&, const coi::openpgp::Fingerprint&) override {}

    std::vector<std::string> said, verified_contacts;
    std::vector<trust::KeyNews> other_keys;
};

struct FakeReceiver : MessageReceiver {
    void take(const xmpp::Tag& message, const Opened*) override { taken.emplace_back(message.clone()); }
    void take_tunnelled(const Account&, const coi::Address&, const xmpp::Tag&) override {}

    std::vector<xmpp::Stanza> taken;
};

/// Its attempts do not end.
struct FakeSender : EntrySender {
    void send(const queue::Entry& entry, std::function<void(AttemptResult)>) override { sent.push_back(entry); }
    void done(const queue::Entry&) override {}
    void refused(const queue::Entry&, const coi::Error&) override {}
    DestinationId destination(const queue::Entry&) const override { return shared_destination; }
    std::size_t capacity(DestinationId) const override { return 10; }

    std::vector<queue::Entry> sent;
};

struct FakeSubscriptions : SubscriptionObserver {
    void granted(const std::string& jid) override { told.push_back("granted " + jid); }
    void cancelled(const std::string& jid) override { told.push_back("cancelled " + jid); }
    void unsubscribed(const std::string& jid) override { told.push_back("unsubscribed " + jid); }

    std::vector<std::string> told;
};

struct FakeProfiles : ProfileObserver {
    void profile_changed(const Contact& contact) override { changed.push_back(contact); }

    std::vector<Contact> changed;
};

struct FakeRead : ReadObserver, SeenReceiver {
    void displayed(AccountId, const std::string& contact, const StanzaId& stanza) override {
        told.push_back("displayed " + contact + " " + stanza.value);
    }
    void reported(AccountId, const std::string& contact, const std::vector<coi::MessageId>& messages) override {
        for (const auto& message : messages) told.push_back("reported " + contact + " " + message.value);
    }
    void seen(AccountId, const MailsOfFolder& mails) override { seen_mails.push_back(mails); }

    std::vector<std::string> told;
    std::vector<MailsOfFolder> seen_mails;
};

/// Timers that are due when the test says so.
struct FakeTimer {
    Timer timer() {
        return [this](std::chrono::milliseconds, std::function<void()> call) { calls.push_back(std::move(call)); };
    }
    void pass() {
        for (auto due = std::exchange(calls, {}); auto& call : due) call();
    }

    std::vector<std::function<void()>> calls;
};

}  // namespace gateway
