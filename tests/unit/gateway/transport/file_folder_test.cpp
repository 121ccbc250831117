// The folder of the gateway's own file store, on a real disk: quotas, expiry, and what a kill leaves behind.

#include "gateway/transport/file_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/support/scripted_stream.h"

namespace gateway {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

struct FileFolderTest : testing::Test {
    boost::asio::io_context io;
    std::string base = made(), path = base + "/files";
    Time time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    FileFolder::Limits limits{.quota = 1000, .of_user = 600, .expire = std::chrono::days(30), .files = 5};
    std::optional<FileFolder> folder;

    FileFolderTest() { open(); }
    ~FileFolderTest() override {
        folder.reset();
        fs::remove_all(base);
    }
    static std::string made() {
        char name[] = "/tmp/coigate-files-XXXXXX";
        return mkdtemp(name);
    }
    void open() {
        folder.reset();
        folder.emplace(io, path, limits, [this] { return time; });
    }
    coi::Result<file_link::Link> put(const std::string& bytes, const std::string& user = "alice@jabber.example") {
        std::optional<coi::Result<file_link::Link>> answer;
        folder->put(user, {"earth.jpg", "image/jpeg", std::make_shared<const std::string>(bytes)},
                    [&](coi::Result<file_link::Link> link) { answer = std::move(link); });
        io.restart();
        while (!answer && io.run_one_for(std::chrono::seconds(20)) > 0) {
        }
        return answer.value();
    }
    static coi::net::awaitable<std::string> whole(FileFolder& from, file_link::Link link) {
        auto found = co_await from.open(link);
        if (!found) co_return "(none)";
        std::string all;
        while (all.size() < found->size) {
            auto piece = co_await from.read(found->file, all.size(), 3);
            if (!piece || piece->empty()) co_return "(broken)";
            all += *piece;
        }
        co_return all;
    }
    std::string read(const file_link::Link& link) { return support::run(io, whole(*folder, link)); }
    std::size_t on_disk() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
    }
};

TEST_F(FileFolderTest, what_was_put_is_found_by_its_link_only) {
    const auto link = put("JFIF and more");
    ASSERT_TRUE(link) << link.error().text;
    EXPECT_EQ(read(*link), "JFIF and more");
    EXPECT_EQ(read({link->token, "moon.jpg"}), "(none)") << "its name is part of the link";
    auto other = *link;
    other.token[0] = other.token[0] == '0' ? '1' : '0';
    EXPECT_EQ(read(other), "(none)");
}

TEST_F(FileFolderTest, nobody_else_can_read_the_folder_and_its_names_tell_no_user) {
    ASSERT_TRUE(put("JFIF"));
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
    for (const auto& entry : fs::directory_iterator(path)) {
        EXPECT_EQ(entry.path().string().find("alice"), std::string::npos);
        EXPECT_EQ(fs::status(entry).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    }
}

TEST_F(FileFolderTest, after_a_restart_all_is_there_but_what_was_half_written) {
    const auto link = put("JFIF");
    std::ofstream(path + "/.new-" + link->token + ".0123456789abcdef.moon.jpg") << "half";
    std::ofstream(path + "/notes of the admin") << "not ours";
    open();
    EXPECT_EQ(read(*link), "JFIF");
    EXPECT_EQ(folder->figures().files, 1u);
    EXPECT_EQ(folder->figures().bytes, 4u);
    EXPECT_EQ(on_disk(), 2u);
    EXPECT_FALSE(put(std::string(597, 'a'))) << "its user is still known";
    EXPECT_TRUE(put(std::string(597, 'a'), "bob@jabber.example"));
}

TEST_F(FileFolderTest, what_has_lain_there_long_enough_is_deleted) {
    const auto link = put("JFIF");
    time += std::chrono::days(30) - std::chrono::hours(1);
    folder->sweep();
    EXPECT_EQ(read(*link), "JFIF");
    time += std::chrono::hours(2);
    EXPECT_EQ(read(*link), "(none)") << "before it is swept, too";
    EXPECT_EQ(on_disk(), 1u);
    folder->sweep();
    EXPECT_EQ(folder->figures().bytes, 0u);
    folder.reset();
    EXPECT_EQ(on_disk(), 0u);
}

TEST_F(FileFolderTest, a_file_that_has_expired_while_nobody_ran_is_deleted_at_start) {
    ASSERT_TRUE(put("JFIF"));
    time += std::chrono::days(31);
    open();
    EXPECT_EQ(folder->figures().files, 0u);
}

TEST_F(FileFolderTest, a_user_and_all_have_so_much_room_and_no_more) {
    EXPECT_TRUE(put(std::string(300, 'a')));
    EXPECT_TRUE(put(std::string(300, 'a')));
    const auto third = put("a");
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().kind, coi::ErrorKind::limit);
    EXPECT_TRUE(third.error().permanent);
    EXPECT_THAT(third.error().text, HasSubstr("user's room"));
    EXPECT_TRUE(put(std::string(400, 'a'), "bob@jabber.example"));
    const auto full = put("a", "carol@jabber.example");
    ASSERT_FALSE(full);
    EXPECT_THAT(full.error().text, HasSubstr("is full"));
    EXPECT_EQ(folder->figures().bytes, 1000u);
}

TEST_F(FileFolderTest, there_are_so_many_files_and_no_more) {
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(put("a"));
    EXPECT_FALSE(put("a"));
}

TEST_F(FileFolderTest, what_cannot_be_written_takes_no_room_and_may_work_later) {
    fs::permissions(path, fs::perms::none);
    fs::remove_all(path);
    const auto failed = put("JFIF");
    ASSERT_FALSE(failed);
    EXPECT_FALSE(failed.error().permanent);
    EXPECT_EQ(folder->figures().bytes, 0u);
    fs::create_directory(path);
    EXPECT_TRUE(put("JFIF"));
}

TEST_F(FileFolderTest, the_files_of_a_user_who_leaves_go_with_them) {
    const auto alices = put("JFIF"), bobs = put("PNG", "bob@jabber.example");
    ASSERT_TRUE(alices && bobs);
    folder->remove_of("alice@jabber.example");
    EXPECT_EQ(read(*alices), "(none)");
    EXPECT_EQ(read(*bobs), "PNG");
    open();
    EXPECT_EQ(folder->figures().files, 1u) << "also on the disk";
}

TEST_F(FileFolderTest, a_user_cannot_take_all_places) {
    limits.files_of_user = 2;
    open();
    EXPECT_TRUE(put("1"));
    EXPECT_TRUE(put("2"));
    EXPECT_TRUE(put("3").error().permanent);
    EXPECT_TRUE(put("3", "bob@jabber.example"));
}

TEST_F(FileFolderTest, a_folder_that_was_there_is_closed_to_others) {
    folder.reset();
    fs::permissions(path, fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
    open();
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all) << "its names are secret links";
}

TEST_F(FileFolderTest, a_link_on_the_disk_leads_nowhere) {
    const std::string secret = base + "/secret";
    std::ofstream(secret) << "secret";
    const std::string token(file_link::token_size, '0');
    fs::create_symlink(secret, path + "/" + token + ".0123456789abcdef.a.jpg");
    open();
    EXPECT_EQ(read({token, "a.jpg"}), "(none)");
}

TEST_F(FileFolderTest, a_folder_that_cannot_be_made_is_named) {
    std::ofstream(base + "/file") << "a file";
    try {
        FileFolder(io, base + "/file/files", limits, [this] { return time; });
        FAIL() << "it was made";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(base + "/file/files"));
    }
}

}  // namespace
}  // namespace gateway
