// What the tests of the store share: a folder of their own that goes away, a key, and a loop.

#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "gateway/store/store.h"
#include "tests/support/store_loop.h"

namespace gateway {

class TestFolder {
  public:
    TestFolder() {
        // In memory where there is such a place: what is tested is the order of writes, not the disk's speed.
        const bool quick = ::access("/dev/shm", W_OK) == 0;
        std::string name = (quick ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) /
                           "coigate-store-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    TestFolder(const TestFolder&) = delete;
    ~TestFolder() { std::filesystem::remove_all(path_); }
    std::string file(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

inline Seal test_seal(char filler = 'k') { return Seal::from_file_bytes(std::string(32, filler)); }

}  // namespace gateway
