// See in_hand.h.

#include "gateway/transport/in_hand.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gateway {

namespace {

constexpr std::size_t file_bytes = InHand::slots * InHand::slot_bytes;

/// The file mapped into memory; nullptr and errno on failure.
char* map_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return nullptr;
    void* bytes = MAP_FAILED;
    if (::posix_fallocate(file, 0, file_bytes) == 0)  // otherwise a full disk would cause a SIGBUS later
        bytes = ::mmap(nullptr, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    return bytes == MAP_FAILED ? nullptr : static_cast<char*>(bytes);
}

}  // namespace

/// The first byte of a slot is the length of its name; 0: the slot is free.
struct InHand::Page {
    explicit Page(char* its_bytes) : bytes(its_bytes) {
        free.reserve(slots);
        for (std::size_t i = slots; i > 0; --i) free.push_back(i - 1);
    }
    ~Page() { ::munmap(bytes, file_bytes); }
    char* slot(std::size_t index) const { return bytes + index * slot_bytes; }

    char* bytes;
    std::vector<std::size_t> free;
};

InHand::InHand(const std::string& path) {
    if (path.empty()) return;
    char* bytes = map_file(path);
    if (!bytes) {
        trouble_ = path + ": " + std::strerror(errno);
        return;
    }
    page_ = std::make_shared<Page>(bytes);
    for (std::size_t i = 0; i < slots; ++i) {
        const char* slot = page_->slot(i);
        const std::size_t size = std::min<std::size_t>(static_cast<unsigned char>(*slot), slot_bytes - 1);
        if (size > 0) left_.emplace_back(slot + 1, size);
    }
    std::memset(bytes, 0, file_bytes);
}

InHand::~InHand() = default;

InHand::Hold InHand::take(std::string_view what) {
    if (!page_ || page_->free.empty() || what.empty()) return nullptr;
    const std::size_t index = page_->free.back();
    page_->free.pop_back();
    char* slot = page_->slot(index);
    what = what.substr(0, slot_bytes - 1);
    std::memcpy(slot + 1, what.data(), what.size());
    *slot = static_cast<char>(what.size());
    return {slot, [page = page_, index](char* used) {
                *used = 0;
                page->free.push_back(index);
            }};
}

void InHand::clear() {
    if (page_) std::memset(page_->bytes, 0, file_bytes);
}

}  // namespace gateway
