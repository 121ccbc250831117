// A payload in pieces: it comes back whole, or not at all.

#include "gateway/store/sqlite/payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "gateway/store/sqlite/queue.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway::queue {
namespace {

std::string bytes_of(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i * i % 23);
    return bytes;
}

Entry mail_of(std::size_t size) {
    Entry entry;
    entry.account = AccountId{1};
    entry.contact = "bob@example.org";
    entry.name = "file";
    entry.payload = bytes_of(size);
    return entry;
}

std::int64_t pieces(Database& db) {
    auto count = db.query("SELECT count(*) FROM payload_piece");
    return count.step() ? count.integer(0) : -1;
}

TEST(Payload, OfEverySizeComesBack) {
    Database db(":memory:", test_seal());
    for (const std::size_t size : {payload::piece_bytes - 1, payload::piece_bytes, payload::piece_bytes + 1,
                                   2 * payload::piece_bytes, 2 * payload::piece_bytes + 1}) {
        auto entry = mail_of(size);
        const auto id = put(db, entry);
        EXPECT_TRUE(find(db, id)->payload == entry.payload) << size;
        EXPECT_EQ(pieces(db), static_cast<std::int64_t>((size - 1) / payload::piece_bytes)) << size;
        done(db, id);
        EXPECT_EQ(pieces(db), 0) << size;
    }
}

TEST(Payload, HasWhatStandsBesideIt) {
    Database db(":memory:", test_seal());
    for (const std::size_t beside : {std::size_t{3}, payload::piece_bytes - 5, 2 * payload::piece_bytes}) {
        auto entry = mail_of(payload::piece_bytes);
        entry.beside = bytes_of(beside);
        entry.also = {"bob@work.example", "bob@home.example"};
        const auto found = find(db, put(db, entry)).value();
        EXPECT_TRUE(found.payload == entry.payload) << beside;
        EXPECT_TRUE(found.beside == entry.beside) << beside;
        EXPECT_EQ(found.also, entry.also);
    }
}

TEST(Payload, ThatIsReleasedTakesThePlaceOfWhatWasHeld) {
    Database db(":memory:", test_seal());
    auto entry = mail_of(3 * payload::piece_bytes);
    for (const std::size_t size : {4 * payload::piece_bytes, std::size_t{10}}) {
        entry.next = Time(std::chrono::hours(2));
        entry.id = put(db, entry);
        const auto before = pieces(db);
        auto filled = entry;
        filled.payload = bytes_of(size);
        release(db, filled, Time(std::chrono::hours(1)));
        EXPECT_TRUE(find(db, entry.id)->payload == filled.payload);
        EXPECT_EQ(pieces(db), size > payload::piece_bytes ? before + 1 : before - 2);
    }
}

TEST(Payload, WithAPieceMissingAddedOrExchangedIsSetAside) {
    for (const char* change :
         {"DELETE FROM payload_piece WHERE id = 3", "DELETE FROM payload_piece WHERE id = 1",
          "DELETE FROM payload_piece WHERE payload = 1",
          "INSERT INTO payload_piece (payload, bytes) SELECT payload, bytes FROM payload_piece WHERE id = 3",
          "UPDATE payload_piece SET bytes = (SELECT bytes FROM payload_piece WHERE id = 1) WHERE id = 2",
          "UPDATE payload_piece SET bytes = (SELECT bytes FROM payload_piece WHERE id = 4) WHERE id = 1",
          "UPDATE payload_piece SET bytes = x'' WHERE id = 2",
          "UPDATE payload SET bytes = substr(bytes, 2) WHERE id = 1",
          "UPDATE queue SET recipient = 'eve@evil.example' WHERE id = 1"}) {
        Database db(":memory:", test_seal());
        const auto entry = mail_of(4 * payload::piece_bytes);  // its pieces are 1 to 3
        const auto id = put(db, entry), other = put(db, entry);
        db.execute(change);
        EXPECT_EQ(find(db, id)->direction, Direction::aside) << change;
        EXPECT_EQ(find(db, id)->payload, "") << change;
        EXPECT_TRUE(find(db, other)->payload == entry.payload) << change;
    }
}

TEST(Payload, InPiecesIsSealedAnewWithANewKey) {
    const TestFolder folder;
    const auto path = folder.file("coigate.db");
    const auto entry = mail_of(3 * payload::piece_bytes);
    std::int64_t id = 0, broken = 0;
    {
        Database db(path, test_seal('a'));
        id = put(db, entry);
        broken = put(db, entry);
        db.query("DELETE FROM payload_piece WHERE payload = ?").bind(broken).run();
    }
    {
        const Database both(path, Seal::from_file_bytes(std::string(32, 'b') + std::string(32, 'a')));
    }
    Database db(path, test_seal('b'));
    EXPECT_TRUE(find(db, id)->payload == entry.payload);
    EXPECT_EQ(find(db, broken)->direction, Direction::aside);
}

}  // namespace
}  // namespace gateway::queue
