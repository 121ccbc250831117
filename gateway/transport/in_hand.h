// What the process works on now, noted where it survives a crash, a kill or the watchdog: in a small file that is
// mapped into memory.
//
// A note costs a copy of a few bytes and no system call. After an unclean end the next process reads the notes and
// counts them (gateway/transport/crash_guard). Left out: power failures (the file is not synced; then nothing is
// counted). Invariant: a slot is in use exactly while its Hold lives.

#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

class InHand {
  public:
    static constexpr std::size_t slots = 256, slot_bytes = 256;
    /// The item is noted as in hand while the Hold lives. A Hold may outlive the InHand.
    using Hold = std::shared_ptr<void>;

    /// `path` "": nothing is noted. The same if the file cannot be used: `trouble` says why.
    explicit InHand(const std::string& path);
    ~InHand();
    InHand(const InHand&) = delete;
    InHand& operator=(const InHand&) = delete;

    /// The items in hand when the previous process ended uncleanly.
    const std::vector<std::string>& left() const { return left_; }
    const std::string& trouble() const { return trouble_; }
    /// A name longer than a slot is cut; if all slots are in use, nothing is noted.
    Hold take(std::string_view what);
    /// A clean end: removes all notes, because the items still in hand caused no crash.
    void clear();

  private:
    struct Page;
    std::shared_ptr<Page> page_;
    std::vector<std::string> left_;
    std::string trouble_;
};

}  // namespace gateway
