// What is known of a linked mailbox's mails being read, and which flags wait to be set.

#include "gateway/store/mail_places.h"

#include <gmock/gmock.h>

#include "gateway/store/mailbox_reading.h"
#include "gateway/store/take_incoming.h"
#include "tests/unit/gateway/store/operations.h"

namespace gateway::mail_places {

void PrintTo(const ReadUpTo& read, std::ostream* out) { *out << read.contact << " " << read.stanza.value; }

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct MailPlacesTest : testing::Test, Operations {
    TakenIncoming take(const std::string& message, std::uint32_t uid, const std::string& contact = "bob@example.org",
                       std::uint32_t uid_validity = 7) {
        TakeIncoming mail;
        mail.known = known(message, "s-" + message, false);
        mail.known.contact = contact;
        mail.place = MailPlace{"INBOX", uid_validity, uid};
        return wait<TakenIncoming>([&](auto done) { take_incoming(store, std::move(mail), std::move(done)); });
    }
    bool shows(const std::string& stanza, bool marks) {
        return wait<bool>([&](auto done) { displayed(store, alice, bob, {stanza}, marks, std::move(done)); });
    }
    std::vector<std::uint32_t> unread_uids() {
        return wait<std::vector<std::uint32_t>>(
            [&](auto done) { unread(store, alice, "INBOX", 7, 100, std::move(done)); });
    }
    /// UID, and which flags.
    std::vector<std::string> waiting() {
        std::vector<std::string> all;
        for (const auto& mark :
             wait<std::vector<Mark>>([&](auto done) { to_mark(store, alice, 100, std::move(done)); }))
            all.push_back(std::to_string(mark.place.uid) + (mark.is_seen ? " seen" : "") +
                          (mark.is_reported ? " reported" : ""));
        return all;
    }
    std::vector<ReadUpTo> become(MailsOfFolder mails) {
        auto read = wait<std::vector<ReadUpTo>>([&](auto done) { read_with(store, alice, mails, std::move(done)); });
        EXPECT_TRUE(noted(mails, read, {}));
        return read;
    }
    bool noted(const MailsOfFolder& mails, const std::vector<ReadUpTo>& read, std::vector<queue::Entry> entries) {
        return wait<std::optional<std::vector<queue::Entry>>>(
                   [&](auto done) { note_read(store, alice, mails, read, std::move(entries), std::move(done)); })
            .has_value();
    }
    std::vector<ReadUpTo> are_seen(std::vector<std::uint32_t> uids, std::uint32_t uid_validity = 7) {
        return become({"INBOX", uid_validity, std::move(uids)});
    }
    std::vector<ReadUpTo> are_gone(std::vector<std::uint32_t> uids) {
        return become({"INBOX", 7, {}, std::move(uids)});
    }
};

TEST_F(MailPlacesTest, displayed_means_all_up_to_this_one) {
    take("a", 1);
    take("b", 2);
    take("c", 3);
    take("d", 4, "carol@example.org");
    EXPECT_TRUE(shows("s-b", true));
    EXPECT_THAT(waiting(), ElementsAre("1 seen", "2 seen"));
    EXPECT_THAT(unread_uids(), ElementsAre(4, 3));
    EXPECT_FALSE(shows("s-b", true)) << "once";
    EXPECT_FALSE(shows("unknown", true));
    EXPECT_FALSE(shows("", true));
}

TEST_F(MailPlacesTest, what_the_user_does_not_want_marked_is_known_as_read) {
    take("a", 1);
    EXPECT_FALSE(shows("s-a", false));
    EXPECT_THAT(waiting(), IsEmpty());
    EXPECT_THAT(unread_uids(), IsEmpty());
    EXPECT_FALSE(shows("s-a", true)) << "what was read before the setting stays as it is";
}

TEST_F(MailPlacesTest, flags_wait_until_they_are_set) {
    take("a", 1);
    shows("s-a", true);
    EXPECT_TRUE(wait<bool>([&](auto done) { reported(store, alice, bob, {{"a"}, {"unknown"}}, std::move(done)); }));
    EXPECT_THAT(waiting(), ElementsAre("1 seen reported"));
    EXPECT_TRUE(wait<mailbox_reading::State>([&](auto done) { mailbox_reading::load(store, alice, done); }).has_marks);
    auto marks = wait<std::vector<Mark>>([&](auto done) { to_mark(store, alice, 100, std::move(done)); });
    EXPECT_EQ(marks.at(0).place, (MailPlace{"INBOX", 7, 1}));
    marks[0].is_reported = false;  // it came while the others were being set
    marked(store, marks, {});
    loop.flush(store);
    EXPECT_THAT(waiting(), ElementsAre("1 reported"));
    EXPECT_FALSE(wait<bool>([&](auto done) { reported(store, alice, bob, {{"a"}}, std::move(done)); })) << "once";
}

TEST_F(MailPlacesTest, what_was_read_elsewhere_is_told_up_to_the_first_unread_one) {
    take("a", 1);
    take("b", 2);
    take("c", 3);
    take("d", 4, "carol@example.org");
    EXPECT_THAT(are_seen({2}), IsEmpty()) << "a marker would say that the one before was read, too";
    EXPECT_THAT(are_seen({1, 4}), ElementsAre(ReadUpTo{bob, {"s-b"}}, ReadUpTo{"carol@example.org", {"s-d"}}));
    EXPECT_THAT(are_seen({1, 2, 4}), IsEmpty()) << "once";
    EXPECT_THAT(are_seen({3}), ElementsAre(ReadUpTo{bob, {"s-c"}}));
}

TEST_F(MailPlacesTest, what_is_gone_holds_up_nothing_and_was_not_read) {
    take("a", 1);
    take("b", 2);
    take("c", 3);
    EXPECT_THAT(become({"INBOX", 7, {2}, {1}}), ElementsAre(ReadUpTo{bob, {"s-b"}}));
    EXPECT_THAT(unread_uids(), ElementsAre(3));
    EXPECT_THAT(are_gone({3}), IsEmpty());
    EXPECT_THAT(unread_uids(), IsEmpty());
    EXPECT_FALSE(shows("s-c", true)) << "there is nothing to mark";
}

TEST_F(MailPlacesTest, what_was_read_behind_it_is_told_when_it_is_gone) {
    take("a", 1);
    take("b", 2);
    take("c", 3);
    EXPECT_THAT(are_seen({2}), IsEmpty());
    EXPECT_THAT(are_gone({1}), ElementsAre(ReadUpTo{bob, {"s-b"}}));
    EXPECT_THAT(are_gone({1}), IsEmpty()) << "once";
}

TEST_F(MailPlacesTest, a_mail_that_lies_elsewhere_by_now_is_not_gone) {
    take("a", 1);
    take("a", 9);  // moved
    EXPECT_THAT(are_gone({1}), IsEmpty());
    EXPECT_THAT(unread_uids(), ElementsAre(9));
    EXPECT_THAT(are_gone({9}), IsEmpty());
    take("a", 12);
    EXPECT_THAT(unread_uids(), ElementsAre(12)) << "it comes back with its next place";
}

TEST_F(MailPlacesTest, what_is_told_is_committed_with_what_was_read) {
    take("a", 1);
    take("b", 2);
    queue::Entry entry;
    entry.account = alice;
    entry.contact = bob;
    const std::vector<ReadUpTo> first{{bob, {"s-a"}}};
    EXPECT_FALSE(noted({"INBOX", 7, {1, 2}}, first, {entry})) << "it is not that which was read";
    EXPECT_THAT(unread_uids(), ElementsAre(2, 1));
    const auto put = wait<std::optional<std::vector<queue::Entry>>>(
        [&](auto done) { note_read(store, alice, {"INBOX", 7, {1}}, first, {entry}, std::move(done)); });
    ASSERT_TRUE(put);
    EXPECT_NE(put->at(0).id, 0);
    EXPECT_THAT(unread_uids(), ElementsAre(2));
}

TEST_F(MailPlacesTest, what_jabber_has_displayed_is_not_told_to_jabber) {
    take("a", 1);
    take("b", 2);
    shows("s-a", true);
    EXPECT_THAT(are_seen({1}), IsEmpty());
    EXPECT_THAT(are_seen({2}), ElementsAre(ReadUpTo{bob, {"s-b"}}));
}

TEST_F(MailPlacesTest, the_last_copy_counts) {
    take("a", 1);
    EXPECT_TRUE(take("a", 9).is_duplicate);
    EXPECT_THAT(unread_uids(), ElementsAre(9));
}

TEST_F(MailPlacesTest, another_uidvalidity_is_another_mail) {
    take("a", 1);
    EXPECT_THAT(are_seen({1}, 8), IsEmpty());
    take("b", 2);
    mailbox_reading::moved(store, alice, {"INBOX", 8, 1});
    EXPECT_THAT(unread_uids(), IsEmpty()) << "nobody knows which mails those were";
    EXPECT_TRUE(take("b", 5, bob, 8).is_duplicate);
}

TEST_F(MailPlacesTest, a_place_goes_with_its_message) {
    take("a", 1);
    shows("s-a", true);
    ids::expire(store, Time(std::chrono::hours(1)));
    loop.flush(store);
    EXPECT_THAT(waiting(), IsEmpty());
}

}  // namespace
}  // namespace gateway::mail_places
