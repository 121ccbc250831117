// What users are told and can set about keys, invites and protection: by words to the gateway, and by commands. The
// rooms behind are real; time stands still at 2023.

#include "gateway/service/privacy_commands.h"

#include <algorithm>

#include <gmock/gmock.h>

#include "gateway/store/sqlite/invites.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/setup_message.h"
#include "tests/unit/gateway/service/service_play.h"

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class PrivacyWordsTest : public ServicePlay {
  protected:
    PrivacyWordsTest() { account = link(Account::Kind::relay); }

    std::string ask_words(const std::string& words, const std::string& lang = "") {
        say(words, lang);
        return reply();
    }
    const coi::Address bobs{"", "bob", "example.org"};
    const Contact& bob() { return directory.add(account, bobs); }
    void bob(const std::function<void(Contact&)>& change) { directory.change(account, bobs, change); }
    coi::autocrypt::Peer peer() {
        coi::autocrypt::Peer peer;
        Transactions(store).now([&](Database& db) { peer = keys::peer(db, account, "bob@example.org"); });
        return peer;
    }
    /// Bob was verified, and a mail in his name brings another key.
    void bob_changes_his_key() {
        coi::autocrypt::Peer changed;
        changed.offered_key = "new";
        changed.offered = std::string(40, 'B');
        changed.key = changed.verified_key = "old";
        changed.fingerprint = changed.verified = std::string(40, 'A');
        changed.last_seen = changed.autocrypt_timestamp = std::chrono::sys_seconds(std::chrono::seconds(1));
        Transactions(store).now([&](Database& db) { keys::save(db, account, "bob@example.org", changed); });
        bob([&](Contact& contact) {
            contact.privacy.has_key = contact.privacy.verified = contact.privacy.conflicting = true;
        });
    }
    static std::string link_in(const std::string& words) { return words.substr(words.find("https://i.delta.chat/#")); }

    AccountId account{};
};

TEST_F(PrivacyWordsTest, an_invite_is_given_out_and_kept) {
    const std::string words = ask_words("invite");
    const auto invite = coi::securejoin::parse(link_in(words));
    ASSERT_TRUE(invite) << words;
    EXPECT_EQ(invite->address.addr_spec(), "alice@jabber.example");
    std::vector<coi::securejoin::Offer> offers;
    Transactions(store).now([&](Database& db) { offers = keys::offers(db, account); });
    ASSERT_EQ(offers.size(), 1U);
    EXPECT_EQ(offers.front().invite, *invite);
    EXPECT_THAT(ask_words("einladen"), HasSubstr("Einladung"));
}

TEST_F(PrivacyWordsTest, the_picture_of_an_invite_follows_where_files_can_be_stored) {
    files.room = 100'000;
    say("invite");
    ASSERT_TRUE(loop.run_until([this] { return stream.sent.size() == 2; }));
    ASSERT_EQ(files.stored.size(), 1u);
    EXPECT_EQ(files.put_for.front(), "alice@jabber.example");
    EXPECT_TRUE(files.stored.front().bytes->starts_with("\x89PNG"));
    const auto& shown = *stream.sent.back();
    EXPECT_EQ(xmpp::body_of(shown)->cdata(), "https://files.example/1/invite.png");
    EXPECT_NE(xmpp::child(shown, "x", "jabber:x:oob"), nullptr);
    EXPECT_EQ(xmpp::attribute(shown, "to").find("alice@jabber.example/"), 0u);
}

TEST_F(PrivacyWordsTest, a_pasted_invite_is_followed_in_any_form) {
    const auto invite = coi::securejoin::make(std::string(40, 'C'), {"", "carol", "example.org"});
    EXPECT_THAT(ask_words(" " + coi::securejoin::print_link(invite) + "\n"), HasSubstr("carol@example.org"));
    EXPECT_THAT(ask_words(coi::securejoin::print_uri(invite)), HasSubstr("carol@example.org"));
    ASSERT_EQ(mails.size(), 2U);
    EXPECT_EQ(mails.front().to, "carol@example.org");
    EXPECT_THAT(mails.front().payload, HasSubstr("Secure-Join: vc-request"));
    EXPECT_TRUE(directory.contact(account, "carol@example.org")->written_to);
}

TEST_F(PrivacyWordsTest, a_broken_or_own_invite_is_not_followed) {
    EXPECT_THAT(ask_words("https://i.delta.chat/#AAAA&a=carol%40example.org"), StartsWith("This is no invite"));
    EXPECT_THAT(ask_words(link_in(ask_words("invite"))), StartsWith("This is your own invite"));
    EXPECT_TRUE(mails.empty());
}

TEST_F(PrivacyWordsTest, fingerprints_are_told_as_people_compare_them) {
    EXPECT_THAT(ask_words("fingerprint bob@example.org"), HasSubstr("No key of bob@example.org is known yet."));
    bob_changes_his_key();
    const std::string words = ask_words("fingerprint bob\\40example.org@coi.jabber.example");
    EXPECT_THAT(words, HasSubstr("AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA (verified)"));
    EXPECT_THAT(words, HasSubstr("which is not used: BBBB BBBB"));
    EXPECT_THAT(words, HasSubstr("Your key, as mail users see it: "));
    EXPECT_THAT(words, HasSubstr("My OTR key towards you: "));
    EXPECT_THAT(ask_words("fingerprint nobody"), HasSubstr("no mail address"));
}

TEST_F(PrivacyWordsTest, fingerprints_come_by_mail_to_the_linked_address) {
    EXPECT_THAT(ask_words("fingerprint mail"), HasSubstr("no linked mailbox"));
    link(Account::Kind::mailbox);
    const std::string told = ask_words("fingerprint mail");
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_THAT(told, HasSubstr(mails[0].to));
    EXPECT_THAT(coi::parse(mails[0].payload).value().text, HasSubstr("My OTR key towards you: "));
}

TEST_F(PrivacyWordsTest, a_changed_key_is_used_by_the_users_word_only) {
    EXPECT_THAT(ask_words("accept bob@example.org"), StartsWith("There is no changed key"));
    bob_changes_his_key();
    EXPECT_THAT(ask_words("status bob@example.org"), HasSubstr("with a verified key"));
    EXPECT_THAT(ask_words("status bob@example.org"), HasSubstr("brought another key, which is not used"));
    for (const std::string asked : {"accept bob@example.org", "accept bob@example.org CCCC"}) {
        const std::string shown = ask_words(asked);
        EXPECT_THAT(shown, HasSubstr("that is used: AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA AAAA"));
        EXPECT_THAT(shown, HasSubstr("brought: BBBB BBBB BBBB BBBB BBBB BBBB BBBB BBBB BBBB BBBB"));
        EXPECT_THAT(shown, HasSubstr("accept bob@example.org " + std::string(40, 'B')));
        EXPECT_EQ(coi::autocrypt::key_of(peer()), "old") << "only the key that was seen is accepted";
    }
    EXPECT_THAT(ask_words("accept bob@example.org " + coi::openpgp::grouped(std::string(40, 'b'))),
                HasSubstr("the new key of bob@example.org is used"));
    EXPECT_EQ(peer().verified, "");
    EXPECT_EQ(coi::autocrypt::key_of(peer()), "new");
    EXPECT_TRUE(bob().privacy.has_key);
    EXPECT_FALSE(bob().privacy.verified || bob().privacy.conflicting);
}

TEST_F(PrivacyWordsTest, policy_of_a_contact_and_of_all) {
    EXPECT_EQ(ask_words("policy bob@example.org"),
              "Mail to bob@example.org: encrypted where the other side can read it (prefer), as to all your contacts");
    EXPECT_THAT(ask_words("policy bob@example.org REQUIRE"), HasSubstr("or not at all"));
    EXPECT_EQ(bob().privacy.policy, Policy::require);
    EXPECT_THAT(ask_words("policy off"), HasSubstr("not encrypted (off)"));
    EXPECT_EQ(directory.find(account)->policy, Policy::off);
    EXPECT_THAT(ask_words("policy bob@example.org"), HasSubstr("require")) << "the contact's own counts";
    EXPECT_THAT(ask_words("policy bob@example.org maybe"), StartsWith("Write: policy"));
    EXPECT_THAT(ask_words("regel bob@example.org aus"), HasSubstr("nicht verschlüsselt"));
    EXPECT_EQ(bob().privacy.policy, Policy::off);
}

TEST_F(PrivacyWordsTest, policy_as_for_all_again) {
    ask_words("policy bob@example.org require");
    ask_words("policy off");
    EXPECT_EQ(ask_words("policy bob@example.org inherit"),
              "Mail to bob@example.org: not encrypted (off), as to all your contacts");
    EXPECT_EQ(bob().privacy.policy, Policy::inherit);
    EXPECT_THAT(ask_words("policy inherit"), HasSubstr("(prefer)"));
    EXPECT_EQ(directory.find(account)->policy, Policy::inherit);
    ask_words("policy bob@example.org off");
    EXPECT_THAT(ask_words("regel bob@example.org übernehmen"), HasSubstr("wie an alle"));
    EXPECT_EQ(bob().privacy.policy, Policy::inherit);
}

TEST_F(PrivacyWordsTest, status_names_both_legs_and_what_is_between) {
    const std::string nothing = ask_words("status bob@example.org");
    EXPECT_THAT(nothing, HasSubstr("From you to me: your Jabber server's encryption."));
    EXPECT_THAT(nothing, HasSubstr("From me to bob@example.org: no key is known yet"));
    EXPECT_THAT(nothing, HasSubstr("In between I decrypt"));
    bob([&](Contact& contact) { contact.privacy.has_key = contact.privacy.encrypted = true; });
    EXPECT_THAT(ask_words("status bob@example.org"), HasSubstr("not verified"));
    bob([&](Contact& contact) { contact.privacy.verified = true; });
    EXPECT_THAT(ask_words("status bob@example.org"), HasSubstr("with a verified key"));
}

TEST_F(PrivacyWordsTest, otr_may_leave_readable_by_the_users_word_only) {
    EXPECT_THAT(ask_words("otr bob@example.org clear"), HasSubstr("readable"));
    EXPECT_TRUE(bob().privacy.otr_clear);
    EXPECT_THAT(ask_words("otr bob@example.org encrypted"), HasSubstr("encrypted mail only"));
    EXPECT_FALSE(bob().privacy.otr_clear);
    EXPECT_THAT(ask_words("otr bob@example.org"), StartsWith("Write: otr"));
    EXPECT_THAT(ask_words("verify bob@example.org open sesame"), StartsWith("There is no OTR session"));
}

TEST_F(PrivacyWordsTest, a_key_goes_out_under_a_passphrase_and_comes_in_again) {
    EXPECT_THAT(ask_words("key export"), Not(HasSubstr("BEGIN PGP")));
    const std::string before = ask_words("fingerprint");
    const std::string exported = ask_words("key export open sesame");
    ASSERT_THAT(exported, HasSubstr("-----BEGIN PGP PRIVATE KEY BLOCK-----"));
    EXPECT_THAT(ask_words("key replace"), HasSubstr("key replace yes"));
    EXPECT_THAT(ask_words("key replace yes"), StartsWith("From now on this key is used"));
    EXPECT_NE(ask_words("fingerprint"), before);
    const std::string block = exported.substr(exported.find("-----BEGIN"));
    EXPECT_THAT(ask_words("key import wrong\n" + block), StartsWith("The passphrase or setup code does not fit"));
    EXPECT_THAT(ask_words("key import open sesame\n" + block), StartsWith("From now on this key is used"));
    EXPECT_EQ(ask_words("fingerprint"), before);
    EXPECT_THAT(ask_words("key import\n-----BEGIN PGP X-----\nnonsense\n-----END PGP X-----"),
                StartsWith("This is no secret key"));
}

TEST_F(PrivacyWordsTest, a_setup_message_is_taken_with_its_code) {
    const std::string before = ask_words("fingerprint");
    const std::string file = coi::test::armoured;
    EXPECT_THAT(ask_words("key import 1234\n" + file), StartsWith("The passphrase or setup code does not fit"));
    EXPECT_THAT(ask_words("schlüssel importieren\n" + file + "\n" + coi::test::setup_code),
                StartsWith("Von jetzt an wird dieser Schlüssel"));
    EXPECT_NE(ask_words("fingerprint"), before);
}

TEST_F(PrivacyWordsTest, invites_end_with_the_key_they_were_made_for) {
    ask_words("invite");
    ask_words("key replace yes");
    std::vector<coi::securejoin::Offer> offers;
    Transactions(store).now([&](Database& db) { offers = keys::offers(db, account); });
    EXPECT_TRUE(offers.empty());
}

TEST_F(PrivacyWordsTest, a_key_of_another_program_is_replaced_by_the_users_word) {
    Account elsewhere = *directory.find(account);
    elsewhere.key_holder = KeyHolder::elsewhere;
    bool saved = false;
    directory.save(elsewhere, [&](const Store::Failure&, AccountId) { saved = true; });
    ASSERT_TRUE(loop.run_until([&] { return saved; }));
    EXPECT_THAT(ask_words("invite"), HasSubstr("key replace"));
    EXPECT_THAT(ask_words("fingerprint"), StartsWith("Your key is held by another program"));
    EXPECT_THAT(ask_words("key replace yes"), StartsWith("From now on this key is used"));
    EXPECT_EQ(directory.find(account)->key_holder, KeyHolder::coigate);
    EXPECT_THAT(ask_words("invite"), HasSubstr("https://i.delta.chat/#"));
}

TEST_F(PrivacyWordsTest, somebody_is_blocked_and_unblocked) {
    EXPECT_EQ(ask_words("blocked"), "You have blocked nobody.");
    EXPECT_EQ(ask_words("unblock bob@example.org"), "bob@example.org is not blocked.");
    EXPECT_EQ(ask_words("block"), "Write: block ADDRESS or unblock ADDRESS");
    EXPECT_THAT(ask_words("block nobody"), HasSubstr("is no mail address"));
    EXPECT_EQ(ask_words("block alice@jabber.example"), "This is your own address.");
    EXPECT_EQ(ask_words("block bob\\40example.org@coi.jabber.example"),
              "bob@example.org is blocked: nothing that they write is shown here any more.\n"
              "Their mail is not accepted, and they are not told why.\n"
              "To undo it, write: unblock bob@example.org");
    ASSERT_EQ(profile_changes.changed.size(), 1u) << "presence follows";
    EXPECT_TRUE(profile_changes.changed[0].blocked);
    EXPECT_EQ(ask_words("blocked"), "You have blocked:\nbob@example.org\nTo undo it, write: unblock ADDRESS");
    EXPECT_EQ(ask_words("unblock bob@example.org"), "bob@example.org is no longer blocked.");
    EXPECT_FALSE(bob().blocked);
    EXPECT_FALSE(profile_changes.changed.back().blocked);
}

TEST_F(PrivacyWordsTest, blocking_in_german) {
    EXPECT_THAT(ask_words("sperren bob@example.org"), HasSubstr("entsperren bob@example.org"));
    EXPECT_THAT(ask_words("gesperrt"), HasSubstr("bob@example.org"));
    EXPECT_THAT(ask_words("entsperren bob@example.org"), HasSubstr("nicht mehr gesperrt"));
}

TEST_F(PrivacyWordsTest, an_invite_of_somebody_who_is_blocked_is_not_followed) {
    const auto invite = coi::securejoin::make(std::string(40, 'C'), bobs);
    bob([](Contact& contact) { contact.blocked = true; });
    EXPECT_THAT(ask_words(coi::securejoin::print_link(invite)), StartsWith("You have blocked bob@example.org"));
    EXPECT_TRUE(mails.empty());
}

class PrivacyCommandsTest : public PrivacyWordsTest {
  protected:
    xmpp::Stanza command(const std::string& node, const std::string& more = "", const std::string& inside = "") {
        ask("set", "<command xmlns='http://jabber.org/protocol/commands' node='" + node + "' " + more + ">" + inside +
                       "</command>");
        return answer();
    }
    static std::string session(const xmpp::Tag& stage) {
        return "sessionid='" + stage.findChild("command")->findAttribute("sessionid") + "'";
    }
    static std::string form(const std::map<std::string, std::string>& values) {
        std::string fields;
        for (const auto& [var, value] : values) {
            fields += "<field var='" + var + "'>";
            for (std::size_t at = 0; at <= value.size();) {
                const auto end = std::min(value.find('\n', at), value.size());
                fields += "<value>" + value.substr(at, end - at) + "</value>";
                at = end + 1;
            }
            fields += "</field>";
        }
        return "<x xmlns='jabber:x:data' type='submit'>" + fields + "</x>";
    }
    /// A field of a form that was sent to us, its lines joined.
    static std::string value(const xmpp::Tag& stage, const std::string& var) {
        std::string joined;
        for (const auto* field : stage.findChild("command")->findChild("x")->findChildren("field")) {
            if (field->findAttribute("var") != var) continue;
            for (const auto* line : field->findChildren("value"))
                joined += (joined.empty() ? "" : "\n") + line->cdata();
        }
        return joined;
    }
};

TEST_F(PrivacyCommandsTest, an_invite_comes_with_its_picture) {
    const auto stage = command("invite");
    const auto invite = coi::securejoin::parse(value(*stage, "link"));
    ASSERT_TRUE(invite) << stage->xml();
    EXPECT_EQ(coi::securejoin::parse(value(*stage, "uri")), invite);
    const auto* media = stage->findChild("command")->findChild("x")->findChild("field")->findChild("media");
    ASSERT_TRUE(media);
    const std::string uri = media->findChild("uri")->cdata();
    ASSERT_THAT(uri, StartsWith("cid:sha1+"));
    const auto* beside = stage->findChild("command")->findChild("data");
    ASSERT_TRUE(beside) << "not all clients ask";
    EXPECT_EQ("cid:" + beside->findAttribute("cid"), uri);
    const std::string request = "<data xmlns='urn:xmpp:bob' cid='" + uri.substr(4) + "'/>";
    ask("get", request);
    const auto data = answer();
    ASSERT_TRUE(data->findChild("data")) << data->xml();
    EXPECT_THAT(data->findChild("data")->cdata(), StartsWith("iVBORw0KGgo")) << "a PNG";
    ask("get", request, "coi.jabber.example", "mallory@jabber.example/x");
    EXPECT_EQ(error().condition, "item-not-found") << "whoever sees an invite can follow it";
    now += std::chrono::hours(1);
    ask("get", request);
    EXPECT_EQ(error().condition, "item-not-found");
}

TEST_F(PrivacyCommandsTest, join) {
    const auto asked = command("join");
    const auto invite = coi::securejoin::make(std::string(40, 'C'), {"", "carol", "example.org"});
    std::string link = coi::securejoin::print_uri(invite);
    for (std::size_t at = 0; (at = link.find('&', at)) != link.npos; at += 5) link.replace(at, 1, "&amp;");
    const auto done = command("join", session(*asked), form({{"invite", link}}));
    EXPECT_THAT(done->findChild("command")->findChild("note")->cdata(), HasSubstr("carol@example.org"));
    EXPECT_EQ(mails.size(), 1U);
}

TEST_F(PrivacyCommandsTest, privacy_of_a_contact) {
    const auto asked = command("privacy");
    const auto shown = command("privacy", session(*asked), form({{"contact", "bob@example.org"}}));
    EXPECT_EQ(value(*shown, "policy"), "inherit") << "what is not changed stays no setting of its own";
    EXPECT_EQ(value(*shown, "otr_clear"), "0");
    EXPECT_EQ(value(*shown, "omemo_clear"), "0");
    EXPECT_THAT(shown->xml(), HasSubstr("In between I decrypt"));
    const std::string wanted =
        form({{"contact", "bob@example.org"}, {"policy", "require"}, {"otr_clear", "true"}, {"omemo_clear", "1"}});
    const auto done = command("privacy", session(*asked), wanted);
    EXPECT_EQ(done->findChild("command")->findAttribute("status"), "completed");
    EXPECT_EQ(bob().privacy.policy, Policy::require);
    EXPECT_TRUE(bob().privacy.otr_clear && bob().privacy.omemo_clear);
    const auto later = command("privacy");
    command("privacy", session(*later), form({{"contact", "bob@example.org"}}));
    command("privacy", session(*later), form({{"contact", "bob@example.org"}, {"policy", "inherit"}}));
    EXPECT_EQ(bob().privacy.policy, Policy::inherit);
    EXPECT_TRUE(bob().privacy.omemo_clear) << "what is not in the form stays";
}

TEST_F(PrivacyCommandsTest, blocking_by_forms) {
    EXPECT_THAT(command("unblock")->xml(), HasSubstr("You have blocked nobody."));
    const auto asked = command("block");
    const auto done = command("block", session(*asked), form({{"contact", "bob@example.org"}}));
    EXPECT_THAT(done->findChild("command")->findChild("note")->cdata(), StartsWith("bob@example.org is blocked"));
    EXPECT_TRUE(bob().blocked);
    const auto choice = command("unblock");
    EXPECT_THAT(choice->xml(), HasSubstr("<option label='bob@example.org'><value>bob@example.org</value></option>"));
    command("unblock", session(*choice), form({{"contact", "bob@example.org"}}));
    EXPECT_FALSE(bob().blocked);
}

TEST_F(PrivacyCommandsTest, history_needs_a_mailbox) {
    const auto asked = command("history");
    EXPECT_EQ(xmpp::error_of(*asked)->condition, "forbidden") << "a relay account has none";
}

class HistoryWordsTest : public ServicePlay {
  protected:
    HistoryWordsTest() { account = link(); }
    std::string ask_words(const std::string& words) {
        say(words);
        return reply();
    }
    AccountId account{};
};

TEST_F(HistoryWordsTest, the_begin_is_said_at_once_and_the_end_later) {
    EXPECT_EQ(ask_words("history carol@example.org"),
              "I am looking for the last mails with carol@example.org in your mailbox, at most 20.");
    EXPECT_THAT(mailboxes.histories, testing::ElementsAre("carol@example.org 20"));
    mailboxes.fetched.at(0)(History{7, 3});
    loop.flush(store);
    ASSERT_EQ(jabber.entries.size(), 1U);
    EXPECT_THAT(jabber.entries[0].payload, HasSubstr("Mails found: 7; shown now: 3."));
}

TEST_F(HistoryWordsTest, a_failure_is_explained) {
    ask_words("history carol@example.org 5");
    mailboxes.fetched.at(0)(coi::Error{coi::ErrorKind::closed, false, "gone", 0, {}});
    loop.flush(store);
    ASSERT_EQ(jabber.entries.size(), 1U);
    EXPECT_THAT(jabber.entries[0].payload, HasSubstr("could not be fetched"));
    EXPECT_THAT(jabber.entries[0].payload, HasSubstr("has ended the connection. Please try again later."));
}

TEST_F(HistoryWordsTest, the_number_is_bounded) {
    EXPECT_THAT(ask_words("history"), StartsWith("Write: history CONTACT"));
    for (const char* odd : {"0", "-3", "many", "3x", "2 3"})
        EXPECT_THAT(ask_words("history carol@example.org " + std::string(odd)), StartsWith("Write: history")) << odd;
    ask_words("history carol@example.org 5");
    ask_words("verlauf carol@example.org 99999999999999999999999");
    EXPECT_THAT(mailboxes.histories, testing::ElementsAre("carol@example.org 5", "carol@example.org 100"));
}

TEST_F(HistoryWordsTest, one_at_a_time_and_not_often) {
    mailboxes.start = HistoryStart::not_now;
    EXPECT_THAT(ask_words("history carol@example.org"), StartsWith("The gateway cannot do this at the moment."));
    mailboxes.start = HistoryStart::another_runs;
    EXPECT_THAT(ask_words("history carol@example.org"), StartsWith("I am still fetching old messages."));
    mailboxes.start = HistoryStart::begun;
    for (int i = 0; i < 5; ++i) ask_words("history carol@example.org");
    EXPECT_EQ(ask_words("history carol@example.org"), "These were too many attempts. Please try again later.");
    EXPECT_EQ(mailboxes.histories.size(), 5U) << "what did not begin counts for nothing";
}

TEST_F(HistoryWordsTest, with_oneself_there_is_none) {
    const std::string own = directory.find(account)->address.addr_spec();
    EXPECT_EQ(ask_words("history " + own), "This is your own address.");
    EXPECT_TRUE(mailboxes.histories.empty());
}

TEST_F(HistoryWordsTest, that_there_is_no_mail_is_said) {
    ask_words("history carol@example.org");
    mailboxes.fetched.at(0)(History{});
    loop.flush(store);
    ASSERT_EQ(jabber.entries.size(), 1U);
    EXPECT_THAT(jabber.entries[0].payload,
                HasSubstr("Your mail server has found no mail from or to carol@example.org."));
}

TEST_F(PrivacyCommandsTest, the_tunnel_is_switched_by_the_form) {
    for (const bool on : {true, false}) {
        const auto asked = command("privacy");
        const auto shown = command("privacy", session(*asked), form({{"contact", "bob@example.org"}}));
        EXPECT_EQ(value(*shown, "otr_tunnel"), on ? "0" : "1");
        const auto done = command(
            "privacy", session(*asked),
            form({{"contact", "bob@example.org"}, {"policy", "prefer"}, {"otr_tunnel", on ? "true" : "false"}}));
        EXPECT_THAT(done->xml(), HasSubstr(on ? "They have to switch it on, too" : "it ends at me"));
        EXPECT_EQ(bob().privacy.tunnel, on ? Tunnel::on : Tunnel::off);
    }
}

TEST_F(PrivacyCommandsTest, privacy_of_nobody_is_asked_again) {
    const auto asked = command("privacy");
    const auto again = command("privacy", session(*asked), form({{"contact", "nobody"}}));
    const auto* stage = again->findChild("command");
    ASSERT_TRUE(stage) << again->xml();
    EXPECT_EQ(stage->findAttribute("status"), "executing");
    EXPECT_THAT(stage->findChild("note")->cdata(), HasSubstr("nobody"));
}

TEST_F(PrivacyCommandsTest, keys_go_out_and_come_in) {
    const auto asked = command("key-export");
    const auto again = command("key-export", session(*asked), form({{"passphrase", ""}}));
    EXPECT_EQ(again->findChild("command")->findAttribute("status"), "executing");
    const auto exported = command("key-export", session(*asked), form({{"passphrase", "open sesame"}}));
    const std::string key = value(*exported, "key");
    ASSERT_THAT(key, StartsWith("-----BEGIN PGP PRIVATE KEY BLOCK-----"));
    const std::string before = ask_words("fingerprint");
    const auto replace = command("key-replace");
    command("key-replace", session(*replace), form({}));
    EXPECT_NE(ask_words("fingerprint"), before);
    const auto import = command("key-import");
    const auto done = command("key-import", session(*import), form({{"key", key}, {"passphrase", "open sesame"}}));
    EXPECT_THAT(done->xml(), HasSubstr("From now on this key is used"));
    EXPECT_EQ(ask_words("fingerprint"), before);
}

TEST_F(PrivacyWordsTest, the_tunnel_is_switched_and_what_it_means_is_said) {
    EXPECT_THAT(ask_words("otr bob@example.org tunnel off"), HasSubstr("it ends at me"));
    EXPECT_EQ(bob().privacy.tunnel, Tunnel::never) << "no mail speaks of what never was";
    bob([&](Contact& contact) { contact.privacy.tunnel_offered = true; });
    EXPECT_THAT(ask_words("status bob@example.org"), HasSubstr("otr bob@example.org tunnel on"));
    bob([&](Contact& contact) { contact.privacy.tunnel_offered = false; });
    bob([&](Contact& contact) {
        contact.privacy.tunnel_refused = true;
        contact.privacy.spoken = EndToEnd::otr;
    });
    EXPECT_THAT(ask_words("otr bob@example.org tunnel on"), HasSubstr("They have to switch it on, too"));
    EXPECT_EQ(bob().privacy.tunnel, Tunnel::on);
    EXPECT_FALSE(bob().privacy.tunnel_refused || bob().privacy.spoken != EndToEnd::none)
        << "nothing of it is the gateway's any more";
    EXPECT_THAT(ask_words("status bob@example.org"), HasSubstr("not on their side"));
    bob([&](Contact& contact) { contact.privacy.tunnel_offered = true; });
    EXPECT_THAT(ask_words("OTR bob@example.org Tunnel an", "de"), HasSubstr("von deinem Programm"));
    const std::string status = ask_words("status bob@example.org", "en");
    EXPECT_THAT(status, HasSubstr("I cannot read it"));
    EXPECT_THAT(status, HasSubstr("What is written without OTR I decrypt"));
    EXPECT_THAT(status, Not(HasSubstr("it ends at me")));
    EXPECT_THAT(ask_words("verify bob@example.org strawberry"), HasSubstr("OTR does not end at me"));
    EXPECT_THAT(ask_words("fingerprint bob@example.org"), Not(HasSubstr("My OTR key")));
    EXPECT_THAT(ask_words("otr bob@example.org off"), HasSubstr("They are told with your next encrypted message"));
    EXPECT_EQ(bob().privacy.tunnel, Tunnel::off);
    Directory again{store};
    EXPECT_EQ(again.contact(account, "bob@example.org")->privacy.tunnel, Tunnel::off);
}

}  // namespace
}  // namespace gateway
