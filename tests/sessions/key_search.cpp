// A mailbox is looked through for another program's key: dialogues, each failed at every step.

#include "coi/key_search.h"

#include <algorithm>

#include "coi/crypt/autocrypt.h"
#include "tests/sessions/imap_dialogue.h"

namespace {

using coi::KeyTrace;
using coi::net::awaitable;
using coi::net::ImapClient;
using dialogue::plays;
using dialogue::Session;

const Session tls;
const coi::Address own{"", "alice", "example.org"};

const std::string opening =
    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n"
    "C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==\n"
    "S: c1 OK [CAPABILITY IMAP4rev1] in\n"
    "C: c2 LIST \"\" \"*\"\n"
    "S: * LIST (\\HasNoChildren) \"/\" INBOX\n"
    "S: * LIST (\\HasNoChildren \\Sent) \"/\" Sent\n"
    "S: c2 OK done\n";

std::string select(int tag, const std::string& folder) {
    const std::string number = "c" + std::to_string(tag);
    return "C: " + number + " EXAMINE \"" + folder +
           "\"\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY 1]\nS: * OK [UIDNEXT 10]\nS: " + number + " OK\n";
}
std::string search(int tag, const std::string& field, const std::string& found) {
    const std::string number = "c" + std::to_string(tag);
    return "C: " + number + " UID SEARCH FROM \"alice@example.org\" HEADER \"" + field + "\" \"\"\nS: * SEARCH" +
           found + "\nS: " + number + " OK\n";
}
std::string fetch(int tag, int uid, const std::string& header) {
    const std::string number = "c" + std::to_string(tag), id = std::to_string(uid);
    std::string bytes, lines;
    for (std::size_t at = 0; at < header.size();) {
        const auto end = std::min(header.find('\n', at), header.size());
        lines += "S: " + header.substr(at, end - at) + "\n";
        bytes += header.substr(at, end - at) + "\r\n";
        at = end + 1;
    }
    return "C: " + number + " UID FETCH " + id + " (UID BODY.PEEK[HEADER]<0.32769>)\nS: * 1 FETCH (UID " + id +
           " BODY[HEADER]<0> {" + std::to_string(bytes.size()) + "}\n" + lines + "S: )\nS: " + number + " OK\n";
}

std::string mail_from(const std::string& sender, const std::string& more) {
    return "From: " + sender + "\nTo: bob@example.org\n" + more + "\n";
}
const std::string key = "Autocrypt: addr=alice@example.org; keydata=AAAA\n";

bool is_ours(const coi::autocrypt::Header& header) { return header.mark == "0123ab"; }

void finds(const std::string& text, KeyTrace expected) {
    plays(text, tls, [expected](ImapClient& client) -> awaitable<bool> {
        const auto trace = co_await coi::find_key_trace(client, own, is_ours);
        co_return trace && *trace == expected;
    });
}

TEST(KeySearch, AFreshMailboxHasNone) {
    finds(opening + select(3, "INBOX") + search(4, "Autocrypt-Setup-Message", "") + search(5, "Autocrypt", "") +
              select(6, "Sent") + search(7, "Autocrypt-Setup-Message", "") + search(8, "Autocrypt", ""),
          KeyTrace::none);
}

TEST(KeySearch, OwnMailInSentBringsAKey) {
    finds(opening + select(3, "INBOX") + search(4, "Autocrypt-Setup-Message", "") + search(5, "Autocrypt", "") +
              select(6, "Sent") + search(7, "Autocrypt-Setup-Message", "") + search(8, "Autocrypt", " 3 9") +
              fetch(9, 9, mail_from("alice@example.org", key)),
          KeyTrace::own_mail);
}

TEST(KeySearch, WhatTheGatewayWroteIsNoOtherProgram) {
    const std::string ours = "Autocrypt: addr=alice@example.org; _coigate=0123ab; keydata=AAAA\n";
    const std::string gateways = "Autocrypt: addr=alice@example.org; _coigate=4567; keydata=AAAA\n";
    const std::string fresh = opening + select(3, "INBOX") + search(4, "Autocrypt-Setup-Message", "") +
                              search(5, "Autocrypt", "") + select(6, "Sent") + search(7, "Autocrypt-Setup-Message", "");
    const std::string first =
        fresh + search(8, "Autocrypt", " 3 9") + fetch(9, 9, mail_from("alice@example.org", ours));
    finds(first + fetch(10, 3, mail_from("alice@example.org", ours)), KeyTrace::none);
    finds(first + fetch(10, 3, mail_from("alice@example.org", key)), KeyTrace::own_mail);
    finds(first + fetch(10, 3, mail_from("alice@example.org", gateways)), KeyTrace::own_mail);
}

TEST(KeySearch, ASetupMessageInSentTellsMore) {
    finds(opening + select(3, "INBOX") + search(4, "Autocrypt-Setup-Message", "") + search(5, "Autocrypt", "") +
              select(6, "Sent") + search(7, "Autocrypt-Setup-Message", " 7") +
              fetch(8, 7, mail_from("alice@example.org", "Autocrypt-Setup-Message: v1\n")),
          KeyTrace::setup_message);
}

// Everybody can send a mail under her own address: it decides nothing.
TEST(KeySearch, WhatLiesInTheInboxProvesNothing) {
    for (const auto& planted : {std::string("Autocrypt-Setup-Message: v1\n"), key}) {
        finds(opening + select(3, "INBOX") + search(4, "Autocrypt-Setup-Message", " 7") +
                  fetch(5, 7, mail_from("alice@example.org", planted)) + select(6, "Sent") +
                  search(7, "Autocrypt-Setup-Message", "") + search(8, "Autocrypt", ""),
              KeyTrace::unproven);
        finds(opening + select(3, "INBOX") + search(4, "Autocrypt-Setup-Message", " 7") +
                  fetch(5, 7, mail_from("alice@example.org", planted)) + select(6, "Sent") +
                  search(7, "Autocrypt-Setup-Message", "") + search(8, "Autocrypt", " 9") +
                  fetch(9, 9, mail_from("alice@example.org", key)),
              KeyTrace::own_mail);
    }
}

TEST(KeySearch, WhatOthersWroteIsNoTrace) {
    finds(opening + select(3, "INBOX") + search(4, "Autocrypt-Setup-Message", "") + search(5, "Autocrypt", " 1 2 3") +
              fetch(6, 3, mail_from("malice@example.org", key)) +
              fetch(7, 2, mail_from("alice@example.org", "Autocrypt: addr=bob@example.org; keydata=AAAA\n")) +
              fetch(8, 1, mail_from("alice@example.org", "Autocrypt: nonsense\n")) + select(9, "Sent") +
              search(10, "Autocrypt-Setup-Message", "") + search(11, "Autocrypt", ""),
          KeyTrace::none);
}

TEST(KeySearch, OfManyTheNewestFiftyAreLookedAt) {
    std::string text = opening + select(3, "INBOX") + search(4, "Autocrypt-Setup-Message", "") +
                       "C: c5 UID SEARCH FROM \"alice@example.org\" HEADER \"Autocrypt\" \"\"\n"
                       "S: * ESEARCH (TAG \"c5\") UID ALL 1:4000000000\nS: c5 OK\n";
    for (int i = 0; i < 50; ++i) {
        const std::string number = "c" + std::to_string(6 + i), uid = std::to_string(4000000000U - i);
        text += "C: " + number + " UID FETCH " + uid + " (UID BODY.PEEK[HEADER]<0.32769>)\nS: " + number + " OK\n";
    }
    text += select(56, "Sent") + search(57, "Autocrypt-Setup-Message", "") + search(58, "Autocrypt", "");
    support::Play play;
    play.encrypted();
    dialogue::script(play, dialogue::lines(text));
    ImapClient client(std::make_unique<dialogue::Silent>(play.stream()));
    ASSERT_TRUE(support::run(client.open(tls.server, tls.login)));
    const auto trace = support::run(coi::find_key_trace(client, own, is_ours));
    EXPECT_TRUE(trace && *trace == KeyTrace::none) << play.complaint();
    EXPECT_TRUE(play.finished()) << play.complaint();
}

}  // namespace
