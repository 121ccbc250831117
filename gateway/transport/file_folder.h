// A folder of files that lie there for a while: the disk of the gateway's own file store.
//
// A file is "TOKEN.USER.NAME" (file_link; USER is a part of the hash of its user's JID, for quotas), written under
// another name first and renamed when it is on the disk, so that a kill leaves whole files only. The folder is read
// once, at start; then an index in memory answers. All work on the disk is done by a thread of its own.

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "coi/net/stream.h"
#include "gateway/model/clock.h"
#include "gateway/model/file_store.h"
#include "gateway/transport/file_link.h"

namespace gateway {

/// A file that is open for reading.
class OpenFile;

class FileFolder {
  public:
    struct Limits {
        std::uint64_t quota = 0, of_user = 0;  // bytes of all files, of those for a user
        std::chrono::seconds expire{};         // how long a file lies there
        std::size_t files = 100'000, files_of_user = 5'000;
    };
    /// Makes the folder if it is not there, and removes what was half written. Throws std::runtime_error that names it.
    FileFolder(boost::asio::io_context&, std::string folder, Limits, Clock now);
    ~FileFolder();

    /// Stores a file for this user (bare JID). `done` is called on the loop with its link; or with an Error, whose text
    /// says why: ErrorKind::limit and `permanent` if there is no room.
    void put(const std::string& user, StoredFile, std::function<void(coi::Result<file_link::Link>)> done);

    struct Found {
        std::shared_ptr<OpenFile> file;
        std::uint64_t size = 0;
    };
    /// The file with this link; nullopt if there is none, or none any more.
    coi::net::awaitable<std::optional<Found>> open(file_link::Link);
    /// At most `most` bytes from `offset` on; "" at the end.
    coi::net::awaitable<coi::Result<std::string>> read(std::shared_ptr<OpenFile>, std::uint64_t offset,
                                                       std::size_t most);
    /// Removes what has lain there long enough.
    void sweep();
    /// Removes all files of this user (bare JID), who has left.
    void remove_of(const std::string& user);
    void reload(Limits);

    struct Figures {
        std::size_t files = 0;
        std::uint64_t bytes = 0;
    };
    Figures figures() const;
    /// The largest file that may be stored, if there is room.
    std::uint64_t largest() const;

  private:
    struct State;
    std::unique_ptr<boost::asio::thread_pool> disk_;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
