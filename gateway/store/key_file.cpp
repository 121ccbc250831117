// The key file on disk: read, or created once with 32 random bytes.
//
// Written under another name, synced, then linked to its own name: a crash never leaves half a key. Left out on
// purpose: changing the file; an admin rotates keys by hand (seal.h).

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "gateway/store/seal.h"
#include "gateway/store/store_error.h"

namespace gateway {
namespace {

constexpr std::size_t most_bytes = 32 * 64;

class File {
  public:
    File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    File(const File&) = delete;
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    explicit operator bool() const { return fd_ >= 0; }
    int fd() const { return fd_; }

  private:
    int fd_;
};

[[noreturn]] void refuse(const std::string& path, const std::string& what, const std::string& remedy) {
    throw StoreError("key file " + path + ": " + what + "; " + remedy);
}

std::string reason() { return std::generic_category().message(errno); }

Seal read_key(const File& file, const std::string& path) {
    struct stat status{};
    if (::fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode))
        refuse(path, "is not a file", "name a file of 32 bytes");
    if ((status.st_mode & 0007) != 0) refuse(path, "everybody on this machine may use it", "run: chmod 600 " + path);
    std::string bytes(most_bytes + 1, '\0');
    const auto got = ::read(file.fd(), bytes.data(), bytes.size());
    if (got < 0) refuse(path, "cannot be read (" + reason() + ")", "check the disk");
    bytes.resize(static_cast<std::size_t>(got));
    if (bytes.size() > most_bytes) refuse(path, "is too large", "it must hold 32 random bytes for each key");
    struct Wipe {
        std::string& bytes;
        ~Wipe() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
    } wipe{bytes};
    try {
        return Seal::from_file_bytes(bytes);
    } catch (const StoreError& error) {
        throw StoreError("key file " + path + ": " + error.what());
    }
}

void make_key(const std::string& path) {
    const auto folder = std::filesystem::absolute(path).parent_path().string();
    const auto draft = path + ".new";
    const std::string remedy =
        "make the folder and let the coigate user write into it, or put a key file of 32 random bytes there";
    ::unlink(draft.c_str());
    const File file(draft, O_WRONLY | O_CREAT | O_EXCL);
    if (!file) refuse(path, "cannot be made (" + reason() + ")", remedy);
    Seal::Key key;
    bool worked = RAND_bytes(key.data(), static_cast<int>(key.size())) == 1;
    worked = worked && ::write(file.fd(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
             ::fsync(file.fd()) == 0;
    OPENSSL_cleanse(key.data(), key.size());
    // link() does not replace a file: if another process was faster, its key is used.
    worked = worked && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
    const auto why = reason();
    ::unlink(draft.c_str());
    const File directory(folder, O_RDONLY | O_DIRECTORY);
    if (!worked || !directory || ::fsync(directory.fd()) != 0) refuse(path, "cannot be made (" + why + ")", remedy);
}

}  // namespace

Seal Seal::open_or_make(const std::string& path) {
    for (int round = 0; round < 2; ++round) {
        if (const File file(path, O_RDONLY); file) return read_key(file, path);
        if (errno != ENOENT) refuse(path, "cannot be read (" + reason() + ")", "let the coigate user read it");
        if (round == 0) make_key(path);
    }
    refuse(path, "vanished while it was being made", "start again");
}

}  // namespace gateway
