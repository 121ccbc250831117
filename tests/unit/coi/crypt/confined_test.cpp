// Processes that can be given up: deadlines, ends, memory, stop; and OpenPGP in them.

#include "coi/crypt/confined.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "coi/crypt/deadlines.h"
#include "coi/crypt/openpgp.h"

namespace coi {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const Confined::Budget usual{300ms, 10s, 1 << 20};

/// What the tests' processes do.
std::string obey(std::string_view request) {
    if (request == "who") return std::to_string(getpid());
    if (request == "spin") {
        for (volatile unsigned i = 0;;) i = i + 1;
    }
    if (request == "sleep") sleep(60);
    if (request == "crash") std::abort();
    if (request == "fill") {
        std::string all;
        for (;;) all.append(std::size_t{1} << 20, 'x');
    }
    if (request == "much") return std::string((1 << 20) + 1, 'x');
    if (request == "file") return std::fopen("/etc/passwd", "r") == nullptr ? "none" : "open";
    return "echo " + std::string(request);
}

ErrorKind kind_of(const Result<std::string>& result) { return result.error().kind; }

/// How long a call takes.
template <class Call>
Clock::duration time_of(Call call) {
    const auto begun = Clock::now();
    call();
    return Clock::now() - begun;
}

TEST(Confined, AnswersAndIsUsedAgain) {
    Confined confined({obey});
    EXPECT_EQ(confined.call("hello", usual).value(), "echo hello");
    const auto first = confined.call("who", usual).value();
    EXPECT_EQ(confined.call("who", usual).value(), first);
    EXPECT_NE(first, std::to_string(getpid()));
    EXPECT_EQ(confined.processes(), 1U);
    const std::string large(1 << 19, 'x');
    EXPECT_EQ(confined.call(large, usual).value(), "echo " + large);
}

TEST(Confined, IsReplacedAfterSomeHundredRequests) {
    Confined confined({obey});
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(confined.call("who", usual).value());
    EXPECT_GT(seen.size(), 2U);
    EXPECT_LT(seen.size(), 10U);
}

TEST(Confined, WhatTakesTooLongIsKilledAndTheNextWorks) {
    Confined confined({obey});
    const auto time = time_of([&] {
        const auto spun = confined.call("spin", usual);
        EXPECT_EQ(kind_of(spun), ErrorKind::timeout);
        EXPECT_TRUE(spun.error().permanent);
    });
    EXPECT_GE(time, 250ms);
    EXPECT_LT(time, 8s);
    EXPECT_EQ(confined.call("hello", usual).value(), "echo hello");
    EXPECT_TRUE(confined.works());
}

TEST(Confined, WhatSleepsHasADeadlineAsWell) {
    Confined confined({obey});
    EXPECT_EQ(kind_of(confined.call("sleep", {300ms, 50ms, 1000})), ErrorKind::timeout);
    EXPECT_EQ(confined.call("hello", usual).value(), "echo hello");
}

TEST(Confined, ACrashIsAnError) {
    Confined confined({obey});
    EXPECT_EQ(kind_of(confined.call("crash", usual)), ErrorKind::limit);
    EXPECT_EQ(confined.call("hello", usual).value(), "echo hello");
}

TEST(Confined, TooMuchMemoryAndTooLargeAnswers) {
    Confined confined({obey});
#if !__has_feature(address_sanitizer)
    EXPECT_EQ(confined.call("fill", {5s, 30s, 1000}).error().text, "its OpenPGP data takes too much memory");
#endif
    EXPECT_EQ(confined.call("much", usual).error().text, "its OpenPGP data gives too much");
    EXPECT_EQ(confined.call("hello", usual).value(), "echo hello");
}

TEST(Confined, OpensNoFile) {
    Confined confined({obey});
    EXPECT_EQ(confined.call("file", usual).value(), "none");
}

TEST(Confined, EachThreadHasItsProcess) {
    Confined confined({obey});
    std::vector<std::thread> threads;
    std::atomic<int> good = 0;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            for (int j = 0; j < 100; ++j) {
                const std::string words = std::to_string(i * 100 + j);
                good += confined.call(words, usual).value() == "echo " + words ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 800);
    EXPECT_LE(confined.processes(), 8U);
}

TEST(Confined, StopWaitsForNothing) {
    Confined confined({obey});
    std::vector<std::thread> threads;
    std::atomic<int> closed = 0;
    for (const char* what : {"sleep", "spin", "sleep"})
        threads.emplace_back([&, what] {
            const auto result = confined.call(what, {60s, 60s, 1000});
            closed += kind_of(result) == ErrorKind::closed && !result.error().permanent ? 1 : 0;
        });
    while (confined.processes() < 3) std::this_thread::yield();
    EXPECT_LT(time_of([&] {
                  confined.stop();
                  for (auto& thread : threads) thread.join();
              }),
              5s);
    EXPECT_EQ(closed, 3);
    EXPECT_EQ(kind_of(confined.call("hello", usual)), ErrorKind::closed);
    EXPECT_FALSE(confined.works());
}

TEST(Confined, OpenPgpGoesThere) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const Address alice{"", "alice", "example.org"};
    Confined confined(openpgp::confined_work);
    const auto secret = openpgp::generate(alice, now).value();
    EXPECT_EQ(confined.processes(), 1U);
    const auto key = openpgp::public_key(secret, alice).value();
    const auto info = openpgp::inspect(key, now).value();
    EXPECT_EQ(info.fingerprint.size(), 40U);
    EXPECT_EQ(info.user_ids, std::vector<std::string>{"<alice@example.org>"});
    EXPECT_LE(info.created - now, 10s);  // RNP takes its own clock for that
    EXPECT_TRUE(info.can_encrypt && info.can_sign && !info.is_secret && !info.revoked && !info.expired);
    EXPECT_EQ(openpgp::minimal(key, alice).value(), key);
    const std::string words(100'000, 'x');
    const auto message = openpgp::encrypt(words, {key}, secret, true).value();
    const auto opened = openpgp::decrypt(message, secret, {key}).value();
    EXPECT_EQ(opened.plain, words);
    EXPECT_EQ(opened.signature, openpgp::Signature::good);
    EXPECT_EQ(opened.signer, info.fingerprint);
    const auto exported = openpgp::export_key(secret, Secret("words")).value();
    EXPECT_EQ(openpgp::import_key(exported.bytes(), Secret("wrong")).error().kind, ErrorKind::auth);
    EXPECT_TRUE(openpgp::import_key(exported.bytes(), Secret("words")));
    EXPECT_EQ(openpgp::decrypt("nothing", secret, {}).error().kind, ErrorKind::malformed);
    EXPECT_EQ(openpgp::verify("x", "nothing", {key}).signature, openpgp::Signature::none);
    EXPECT_EQ(openpgp::decrypt_with_passphrase(message, Secret("x")).error().kind, ErrorKind::auth);
    EXPECT_EQ(confined.processes(), 1U);
    confined.stop();
    EXPECT_EQ(openpgp::inspect(key, now).error().kind, ErrorKind::closed);
}

TEST(Confined, RequestsOfNoFormAreRefused) {
    Confined confined(openpgp::confined_work);
    for (const auto& request : {std::string("x"), std::string(), std::string(1, '\7') + std::string(100, '\xff')})
        EXPECT_FALSE(confined.call(request, usual));
}

}  // namespace
}  // namespace coi
