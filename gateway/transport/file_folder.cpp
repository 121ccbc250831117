// See file_folder.h.

#include "gateway/transport/file_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coi/crypt/sha256.h"
#include "gateway/await.h"
#include "gateway/log.h"

namespace gateway {

namespace fs = std::filesystem;

/// Closes itself.
class OpenFile {
  public:
    explicit OpenFile(int fd) : fd_(fd) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() { ::close(fd_); }
    int fd() const { return fd_; }

  private:
    int fd_;
};

namespace {

constexpr std::string_view unfinished = ".new-";
constexpr std::size_t user_size = 16;                      // hexadecimal digits
constexpr std::uint64_t most_waiting = 128 * 1024 * 1024;  // bytes in memory that wait for the disk
constexpr std::uint64_t kept_free = 256 * 1024 * 1024;     // bytes of the disk: the database may stand there, too

coi::Error no_room(std::string why) { return {coi::ErrorKind::limit, true, std::move(why), 0, {}}; }
coi::Error trouble(const char* doing) {
    return {coi::ErrorKind::unreachable, false, std::string(doing) + ": " + std::strerror(errno), 0, {}};
}

/// Tells users apart, and names none to who reads the folder.
std::string hash_of(const std::string& user) {
    std::string hex;
    for (const char byte : coi::sha256(user).substr(0, user_size / 2))
        hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return hex;
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// What is on the disk under `path` afterwards is the whole file, or nothing.
coi::Result<void> write_file(const std::string& folder, const std::string& name, std::string_view bytes) {
    std::error_code unknown;
    const auto disk = fs::space(folder, unknown);
    if (!unknown && (disk.available < kept_free || disk.available - kept_free < bytes.size()))
        return no_room("the disk of the gateway's file store is nearly full");
    const std::string half = folder + "/" + std::string(unfinished) + name, whole = folder + "/" + name;
    const int fd = ::open(half.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return trouble("a file cannot be made");
    const OpenFile file(fd);
    if (!write_all(fd, bytes) || ::fsync(fd) != 0 || ::rename(half.c_str(), whole.c_str()) != 0) {
        const coi::Error error = trouble("a file cannot be written");
        ::unlink(half.c_str());
        return error;
    }
    const int folder_fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0) return {};
    const OpenFile directory(folder_fd);
    if (::fsync(folder_fd) != 0) log::warn("{} cannot be synchronised: {}", folder, std::strerror(errno));
    return {};
}

struct Entry {
    std::string name, user;
    std::uint64_t size = 0;
    Time stored{};
};

/// "TOKEN.USER.NAME"
std::string on_disk(const std::string& token, const Entry& entry) {
    return token + "." + entry.user + "." + entry.name;
}

std::optional<std::pair<std::string, Entry>> read_name(const std::string& name) {
    const auto user = file_link::token_size + 1, rest = user + user_size + 1;
    if (name.size() <= rest || name[user - 1] != '.' || name[rest - 1] != '.') return std::nullopt;
    if (!file_link::is_token(name.substr(0, user - 1))) return std::nullopt;
    return std::pair(name.substr(0, user - 1), Entry{name.substr(rest), name.substr(user, user_size), 0, {}});
}

}  // namespace

struct FileFolder::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context& loop, boost::asio::thread_pool& threads, std::string where, Limits chosen,
          Clock clock)
        : io(loop), disk(threads), folder(std::move(where)), limits(chosen), now(std::move(clock)) {}

    boost::asio::io_context& io;
    boost::asio::thread_pool& disk;
    std::string folder;
    Limits limits;
    Clock now;
    std::unordered_map<std::string, Entry> entries{};  // by token
    std::map<std::string, Figures> of_user{};
    std::uint64_t bytes = 0, waiting = 0;
    bool is_full = false;  // said so

    /// Runs `work` on the disk's thread, and `done` with its result on the loop.
    template <class T>
    void ask(std::function<T()> work, std::function<void(T)> done) {
        // The loop has something to wait for until then.
        boost::asio::post(
            disk, [loop = boost::asio::make_work_guard(io), work = std::move(work), done = std::move(done)]() mutable {
                auto result = std::make_shared<T>(work());
                work = {};
                boost::asio::post(loop.get_executor(), [result, done = std::move(done)] { done(std::move(*result)); });
            });
    }

    void add(const std::string& token, Entry entry) {
        bytes += entry.size;
        Figures& theirs = of_user[entry.user];
        theirs.bytes += entry.size;
        ++theirs.files;
        entries.emplace(token, std::move(entry));
    }
    void remove(std::unordered_map<std::string, Entry>::iterator at) {
        bytes -= at->second.size;
        const auto theirs = of_user.find(at->second.user);
        if (theirs != of_user.end()) {
            theirs->second.bytes -= at->second.size;
            if (--theirs->second.files == 0) of_user.erase(theirs);
        }
        entries.erase(at);
    }
    /// In their order on the disk's thread, so also what is still being written.
    template <class Predicate>
    void remove_if(Predicate is_wanted) {
        std::vector<std::string> gone;
        for (auto at = entries.begin(); at != entries.end();) {
            const auto next = std::next(at);
            if (is_wanted(at->second)) {
                gone.push_back(folder + "/" + on_disk(at->first, at->second));
                remove(at);
            }
            at = next;
        }
        if (gone.empty()) return;
        boost::asio::post(disk, [gone = std::move(gone)] {
            for (const auto& path : gone) ::unlink(path.c_str());
        });
    }
    bool is_expired(const Entry& entry) const { return entry.stored + limits.expire <= now(); }

    void read_folder() {
        std::error_code error;
        fs::create_directories(folder, error);
        if (!error) fs::permissions(folder, fs::perms::owner_all, error);  // its names are secret links
        if (!error && ::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) error = {errno, std::generic_category()};
        if (error) throw std::runtime_error("the folder of the file store, " + folder + ": " + error.message());
        std::vector<fs::path> half;
        auto files = fs::directory_iterator(folder, error);
        if (error) throw std::runtime_error("the folder of the file store, " + folder + ": " + error.message());
        for (; files != fs::directory_iterator(); files.increment(error)) {
            const std::string name = files->path().filename();
            struct stat status{};
            if (name.starts_with(unfinished)) half.push_back(files->path());
            auto known = read_name(name);
            if (!known || ::lstat(files->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
            known->second.size = static_cast<std::uint64_t>(status.st_size);
            known->second.stored = Time(std::chrono::seconds(status.st_mtime));
            add(known->first, std::move(known->second));
        }
        if (error) throw std::runtime_error("the folder of the file store, " + folder + ": " + error.message());
        for (const auto& path : half) fs::remove(path, error);
    }

    /// nullopt: there is room.
    std::optional<coi::Error> lacks_room(const std::string& user, std::uint64_t size) {
        const auto theirs = of_user.find(user);
        const Figures used = theirs == of_user.end() ? Figures{} : theirs->second;
        if (size > limits.of_user || used.bytes > limits.of_user - size || used.files >= limits.files_of_user)
            return no_room("the user's room in the gateway's file store is used up");
        if (size > limits.quota || bytes > limits.quota - size || entries.size() >= limits.files) {
            if (!std::exchange(is_full, true))
                log::warn(
                    "the gateway's file store is full ({} files, {} bytes): files are named in words until some "
                    "expire",
                    entries.size(), bytes);
            return no_room("the gateway's file store is full");
        }
        is_full = false;
        return std::nullopt;
    }
};

FileFolder::FileFolder(boost::asio::io_context& io, std::string folder, Limits limits, Clock now)
    : disk_(std::make_unique<boost::asio::thread_pool>(1)),
      state_(std::make_shared<State>(io, *disk_, std::move(folder), limits, std::move(now))) {
    state_->read_folder();
    sweep();
}

/// What was given to the disk is finished.
FileFolder::~FileFolder() { disk_->join(); }

void FileFolder::put(const std::string& user, StoredFile file, std::function<void(coi::Result<file_link::Link>)> done) {
    State& s = *state_;
    const std::uint64_t size = file.bytes->size();
    const std::string who = hash_of(user);
    if (auto lacks = s.lacks_room(who, size)) return done(std::move(*lacks));
    if (s.waiting + size > most_waiting)
        return done(coi::Error{coi::ErrorKind::limit, false, "too many files wait for the disk", 0, {}});
    auto link = file_link::mint(file.name, file.type);
    const Entry entry{link.name, who, size, s.now()};
    s.add(link.token, entry);  // its room; nobody knows its link before it is written
    s.waiting += size;
    s.ask<coi::Result<void>>([folder = s.folder, name = on_disk(link.token, entry),
                              bytes = std::move(file.bytes)] { return write_file(folder, name, *bytes); },
                             [self = state_, link, size, done = std::move(done)](const coi::Result<void>& written) {
                                 self->waiting -= size;
                                 if (written) return done(link);
                                 if (const auto at = self->entries.find(link.token); at != self->entries.end())
                                     self->remove(at);
                                 log::error("the gateway's file store: {}", written.error().text);
                                 done(written.error());
                             });
}

coi::net::awaitable<std::optional<FileFolder::Found>> FileFolder::open(file_link::Link link) {
    const auto state = state_;
    const auto at = state->entries.find(link.token);
    if (at == state->entries.end() || at->second.name != link.name || state->is_expired(at->second))
        co_return std::nullopt;
    const std::string path = state->folder + "/" + on_disk(link.token, at->second);
    const std::uint64_t size = at->second.size;
    std::function<void(std::function<void(int)>)> start = [&](std::function<void(int)> done) {
        state->ask<int>([path] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW); }, std::move(done));
    };
    const int fd = co_await wait_for<int>(start);
    if (fd < 0) co_return std::nullopt;
    co_return Found{std::make_shared<OpenFile>(fd), size};
}

coi::net::awaitable<coi::Result<std::string>> FileFolder::read(std::shared_ptr<OpenFile> file, std::uint64_t offset,
                                                               std::size_t most) {
    using Bytes = coi::Result<std::string>;
    const auto state = state_;
    std::function<void(std::function<void(Bytes)>)> start = [&](std::function<void(Bytes)> done) {
        state->ask<Bytes>(
            [file, offset, most]() -> Bytes {
                std::string bytes(most, '\0');
                const auto got = ::pread(file->fd(), bytes.data(), most, static_cast<off_t>(offset));
                if (got < 0) return trouble("a file cannot be read");
                bytes.resize(static_cast<std::size_t>(got));
                return bytes;
            },
            std::move(done));
    };
    co_return co_await wait_for<Bytes>(start);
}

void FileFolder::sweep() {
    state_->remove_if([state = state_.get()](const Entry& entry) { return state->is_expired(entry); });
}

void FileFolder::remove_of(const std::string& user) {
    state_->remove_if([who = hash_of(user)](const Entry& entry) { return entry.user == who; });
}

void FileFolder::reload(Limits limits) { state_->limits = limits; }
FileFolder::Figures FileFolder::figures() const { return {state_->entries.size(), state_->bytes}; }
std::uint64_t FileFolder::largest() const { return std::min(state_->limits.of_user, state_->limits.quota); }

}  // namespace gateway
