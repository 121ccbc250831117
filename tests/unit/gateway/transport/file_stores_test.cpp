// Which store a file is put on: the Jabber server's, or where that has no place for it, the gateway's own.

#include "gateway/transport/file_stores.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <optional>

#include "tests/support/fakes.h"

namespace gateway {
namespace {

struct FileStoresTest : testing::Test {
    boost::asio::io_context io;
    std::string path = made();
    FakeFileStore server;
    FileFolder own{io, path, {.quota = 1000, .of_user = 1000, .expire = std::chrono::days(30)}, [] { return Time(); }};
    FileStores both{server, &own, "https://coi.jabber.example/files/"}, only{server, nullptr, ""};

    ~FileStoresTest() override { std::filesystem::remove_all(path); }
    static std::string made() {
        char name[] = "/tmp/coigate-files-XXXXXX";
        return mkdtemp(name);
    }
    coi::Result<std::string> put(FileStores& stores, std::size_t size = 4) {
        std::optional<coi::Result<std::string>> answer;
        stores.put("alice@jabber.example", {"a.jpg", "image/jpeg", std::make_shared<const std::string>(size, 'a')},
                   [&](coi::Result<std::string> address) { answer = std::move(address); });
        io.restart();
        while (!answer && io.run_one_for(std::chrono::seconds(20)) > 0) {
        }
        return answer.value();
    }
    bool is_here(const coi::Result<std::string>& address) const {
        return address && address->starts_with("https://coi.jabber.example/files/") && address->ends_with("/a.jpg") &&
               own.figures().files == 1;
    }
};

TEST_F(FileStoresTest, the_servers_store_comes_first) {
    server.room = 100;
    EXPECT_EQ(put(both).value(), "https://files.example/1/a.jpg");
    EXPECT_EQ(own.figures().files, 0u);
}

TEST_F(FileStoresTest, where_there_is_none_the_file_lies_here) {
    EXPECT_TRUE(is_here(put(both)));
    EXPECT_TRUE(server.stored.empty());
    EXPECT_EQ(both.largest(), 1000u);
    server.unsure = true;
    EXPECT_FALSE(both.is_unsure()) << "nothing has to wait";
    EXPECT_TRUE(only.is_unsure());
}

TEST_F(FileStoresTest, what_is_too_large_for_it_lies_here) {
    server.room = 3;
    EXPECT_TRUE(is_here(put(both)));
}

TEST_F(FileStoresTest, what_it_refuses_lies_here) {
    server.room = 100;
    server.failure = coi::Error{coi::ErrorKind::refused, true, "forbidden", 0, {}};
    EXPECT_TRUE(is_here(put(both)));
}

TEST_F(FileStoresTest, what_has_no_room_here_either_is_refused) {
    EXPECT_FALSE(put(both, 1001));
    EXPECT_TRUE(put(both, 600));
    const auto full = put(both, 600);
    ASSERT_FALSE(full);
    EXPECT_TRUE(full.error().permanent);
}

TEST_F(FileStoresTest, without_an_own_store_all_is_as_the_server_says) {
    EXPECT_EQ(only.largest(), 0u);
    server.room = 100;
    server.failure = coi::Error{coi::ErrorKind::refused, true, "forbidden", 0, {}};
    EXPECT_EQ(put(only).error().text, "forbidden");
}

}  // namespace
}  // namespace gateway
