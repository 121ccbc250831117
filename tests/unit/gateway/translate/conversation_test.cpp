// What one mail after the other teaches of a contact.

#include "gateway/translate/conversation.h"

#include <gtest/gtest.h>

#include "gateway/translate/translate.h"

namespace gateway {
namespace {

coi::Message mail(const std::string& id, const std::string& subject, const std::string& text = "Hi") {
    coi::Message message;
    message.id = {id};
    message.from = {{"Bob", "Bob", "example.org"}};
    message.subject = subject;
    message.text = text;
    return message;
}

void note(const coi::Message& message, Contact& contact) {
    auto event = read(message);
    ASSERT_TRUE(event);
    note_read(message, *event, contact);
}

std::string subject_shown(const coi::Message& message, Contact& contact) {
    auto event = read(message);
    note_read(message, *event, contact);
    return event->get<Text>()->subject;
}

TEST(Conversation, Dialects) {
    EXPECT_EQ(dialect_of(mail("chat$1@example.org", "")), Dialect::coi);
    EXPECT_EQ(dialect_of(mail("1@example.org", "")), Dialect::mail);
    auto chatmail = mail("uuid@localhost", "");
    chatmail.headers["chat-version"] = "1.0";
    EXPECT_EQ(dialect_of(chatmail), Dialect::chatmail);
}

TEST(Conversation, ASubjectIsShownOnce) {
    Contact contact;
    EXPECT_EQ(subject_shown(mail("1@x", "Tea"), contact), "Tea");
    EXPECT_EQ(subject_shown(mail("2@x", "Re: Tea"), contact), "");
    EXPECT_EQ(subject_shown(mail("3@x", "Coffee"), contact), "Coffee");
    EXPECT_EQ(subject_shown(mail("4@x", "Re:"), contact), "");
    EXPECT_EQ(contact.subject, "Coffee");
    EXPECT_EQ(contact.last_in.value, "4@x");
}

TEST(Conversation, AnAnswerToOurSubjectShowsNone) {
    Contact contact;
    coi::Message ours = mail("chat$1@jabber.example", "Chat: Hello");
    note_written(ours, contact);
    EXPECT_TRUE(contact.written_to);
    EXPECT_EQ(subject_shown(mail("1@x", "AW: Chat: Hello"), contact), "");
}

TEST(Conversation, AnAnswerToAnOlderMessageDoesNotRepeatOurWords) {
    Contact contact;
    note_written(mail("chat$1@jabber.example", "Chat: Hello"), contact);
    EXPECT_EQ(subject_shown(mail("1@x", "Tea"), contact), "Tea");
    coi::Message answer = mail("2@x", "Re: Chat: Hello");
    answer.in_reply_to = {{"chat$1@jabber.example"}};
    EXPECT_EQ(subject_shown(answer, contact), "");
    EXPECT_EQ(subject_shown(mail("3@x", "Chat: tonight?"), contact), "Chat: tonight?") << "their own words";
}

TEST(Conversation, UnprovenMailChangesNothingOfAProvenOne) {
    for (const auto prove : {+[](Privacy& p) { p.authenticated = true; }, +[](Privacy& p) { p.encrypted = true; },
                             +[](Privacy& p) { p.verified = true; }}) {
        Contact contact;
        contact.address = {"Bob", "bob", "example.org"};
        contact.dialect = Dialect::coi;
        contact.subject = "Tea";
        contact.last_in = {"1@x"};
        contact.thread = {"0@x"};
        prove(contact.privacy);
        auto forged = mail("uuid@localhost", "Subject by Eve");
        forged.from = {{"Eve", "BoB", "example.org"}};
        forged.headers["chat-version"] = "1.0";
        forged.headers["ephemeral-timer"] = "1";
        forged.references = {{"9@evil"}};
        for (const auto proof : {trust::Proof::nothing, trust::Proof::other_key}) {
            for (const bool encrypted : {false, true}) {
                const Contact before = contact;
                auto event = read(forged);
                note_read(forged, *event, contact, {proof, encrypted});
                EXPECT_EQ(contact, before);
            }
        }
        auto event = read(forged);
        note_read(forged, *event, contact, {trust::Proof::key, true});
        EXPECT_EQ(contact.timer, 1u);
        EXPECT_EQ(contact.dialect, Dialect::chatmail);
        EXPECT_EQ(contact.thread.value, "9@evil");
        EXPECT_EQ(contact.address.local, "BoB");
    }
}

TEST(Conversation, WhatCameEncryptedIsRememberedAsSuch) {
    Contact contact;
    const auto comes = [&contact](const std::string& subject, bool encrypted) {
        const auto message = mail("1@x", subject);
        auto event = read(message);
        note_read(message, *event, contact, {trust::Proof::nothing, encrypted});
        return contact.privacy.came_protected;
    };
    EXPECT_FALSE(comes("Tea", false));
    EXPECT_TRUE(comes("Merger with ACME", true)) << "whoever wrote it";
    EXPECT_TRUE(comes("", false)) << "the subject is still the protected one";
    EXPECT_TRUE(comes("Re: Merger with ACME", false));
    EXPECT_FALSE(comes("Coffee", false));
}

TEST(Conversation, LearnsSpellingAndDialect) {
    Contact contact;
    contact.dialect = Dialect::coi;
    subject_shown(mail("1@x", "Tea"), contact);
    EXPECT_EQ(contact.address.local, "Bob");
    EXPECT_EQ(contact.dialect, Dialect::mail);
}

TEST(Conversation, AReactionOrAnEditIsNotWhatIsAnswered) {
    Contact contact;
    note(mail("1@x", ""), contact);
    auto reaction = mail("2@x", "Re: Tea", "👍"), edit = mail("3@x", "Re: Tea", "> Hi\n\n✏️Hello");
    reaction.headers = {{"chat-version", "1.0"}, {"content-disposition", "reaction"}};
    edit.headers = {{"chat-version", "1.0"}, {"chat-edit", "<1@x>"}};
    note(reaction, contact);
    note(edit, contact);
    EXPECT_EQ(contact.last_in.value, "1@x");
}

// [RFC 5322 §3.6.4]
TEST(Conversation, TheThreadsStartIsKept) {
    Contact contact;
    note_written(mail("chat$1@jabber.example", "Chat: Hello"), contact);
    EXPECT_EQ(contact.thread.value, "chat$1@jabber.example");
    auto answer = mail("2@x", "Re: Chat: Hello");
    answer.in_reply_to = {{"chat$1@jabber.example"}};
    note(answer, contact);
    note_written(mail("chat$3@jabber.example", "Re: Chat: Hello"), contact);
    EXPECT_EQ(contact.thread.value, "chat$1@jabber.example") << "also with a program that writes no References";

    note(mail("4@x", "Something new"), contact);
    EXPECT_EQ(contact.thread.value, "4@x");
    EXPECT_TRUE(contact.last_out.empty()) << "it is of another thread";

    answer.references = {{"0@elsewhere"}, {"4@x"}};
    note(answer, contact);
    EXPECT_EQ(contact.thread.value, "0@elsewhere");
    auto chat = mail("5@localhost", "Message from Bob");
    chat.headers["chat-version"] = "1.0";
    note(chat, contact);
    EXPECT_EQ(contact.thread.value, "0@elsewhere") << "a chat goes on";
    chat.headers["chat-group-name"] = "Sailing";
    chat.references = {{"group@localhost"}};
    note(chat, contact);
    EXPECT_EQ(contact.thread.value, "0@elsewhere") << "a group has its own";
}

TEST(Conversation, ADeletionTimerIsKeptAndReturned) {
    Contact contact;
    auto timed = mail("1@localhost", "Message from Bob");
    timed.headers = {{"chat-version", "1.0"}, {"ephemeral-timer", "3600"}};
    note(timed, contact);
    Event event;
    event.contents = {Text{"Hi", ""}};
    const coi::Address own{"Alice", "alice", "jabber.example"};
    EXPECT_EQ(write_mail(event, own, contact).header("ephemeral-timer"), "3600");
    event.contents = {Receipt{Receipt::Kind::displayed}};
    event.about = Reference{.message = {"1@localhost"}};
    EXPECT_EQ(write_mail(event, own, contact).header("ephemeral-timer"), "");

    auto group = timed;
    group.headers = {{"chat-version", "1.0"}, {"chat-group-name", "Sailing"}};
    note(group, contact);
    EXPECT_EQ(contact.timer, 3600U) << "a group has its own";
    timed.headers.erase("ephemeral-timer");
    note(timed, contact);
    EXPECT_EQ(contact.timer, 0U);
}

TEST(Conversation, AReceiptTeachesNothing) {
    Contact contact;
    contact.dialect = Dialect::chatmail;
    auto receipt = mail("9@x", "Read");
    receipt.mdn = coi::Mdn{{"1@jabber.example"}, true};
    auto event = read(receipt);
    ASSERT_TRUE(event);
    note_read(receipt, *event, contact);
    EXPECT_EQ(contact.dialect, Dialect::chatmail);
    EXPECT_TRUE(contact.last_in.empty());
}

}  // namespace
}  // namespace gateway
