// The line reader of the mail protocols: reads lines and counted blocks from a Stream, within limits.
//
// [RFC 5321 §2.3.8], [RFC 3501 §2.2], [RFC 2033]. A bare LF ends a line here, because some servers send it; input *to*
// us (LMTP) has its own strict reader. Invariant: the buffer never holds more than one line and one chunk, and that of
// an idle session is small.

#include "coi/net/stream.h"

#include <algorithm>

namespace coi::net {

namespace {

constexpr std::size_t smallest_chunk = 512;  // what an idle session keeps
constexpr std::size_t largest_chunk = 16 * 1024;
constexpr std::size_t block_step = 64 * 1024;
constexpr std::size_t longest_tail = 32;  // of a line that is cut: "{4294967295+}" fits

}  // namespace

awaitable<Result<void>> LineReader::fill(Timeout timeout) {
    if (at_ == buffer_.size()) {
        buffer_.clear();
        at_ = 0;
        if (buffer_.capacity() > largest_chunk) buffer_.shrink_to_fit();
    } else if (at_ > 0) {
        buffer_.erase(0, at_);
        at_ = 0;
    }
    const std::size_t kept = buffer_.size();
    buffer_.resize(kept + std::clamp(kept, smallest_chunk, largest_chunk));
    auto count = co_await stream_.read_some(std::span(buffer_).subspan(kept), timeout);
    buffer_.resize(kept + (count ? *count : 0));
    if (!count) co_return count.error();
    if (!budget_.take(*count)) co_return over_limit("the server sends more than can be meant");
    co_return Result<void>{};
}

awaitable<Result<std::string>> LineReader::line(Timeout timeout) { return line(timeout, nullptr); }
awaitable<Result<std::string>> LineReader::line(Timeout timeout, bool& cut) { return line(timeout, &cut); }

awaitable<Result<std::string>> LineReader::line(Timeout timeout, bool* cut) {
    std::string kept;          // the beginning of a line that is too long
    std::size_t searched = 0;  // bytes after at_ without a line end
    for (;;) {
        const std::size_t end = buffer_.find('\n', at_ + searched);
        const std::size_t length = (end == std::string::npos ? buffer_.size() : end) - at_;
        if (length > longest_ + 1 && cut) {
            *cut = true;
            const std::size_t end_kept = std::min(length, longest_tail);
            if (kept.empty()) kept = buffer_.substr(at_, longest_);
            at_ += length - end_kept;
            searched = end == std::string::npos ? end_kept : 0;
            if (end == std::string::npos) {
                if (auto filled = co_await fill(timeout); !filled) co_return filled.error();
            }
            continue;
        }
        if (length > longest_ + 1)
            co_return over_limit("the server sent a line of more than " + std::to_string(longest_) + " bytes");
        if (end != std::string::npos) {
            std::string line = buffer_.substr(at_, length);
            at_ = end + 1;
            if (!line.empty() && line.back() == '\r') line.pop_back();
            co_return kept.empty() ? std::move(line) : kept + line;
        }
        searched = length;
        auto filled = co_await fill(timeout);
        if (!filled) co_return filled.error();
    }
}

awaitable<Result<std::string>> LineReader::block(std::size_t count, Timeout timeout) {
    const std::size_t ready = std::min(count, buffer_.size() - at_);
    std::string block = buffer_.substr(at_, ready);
    at_ += ready;
    // Grows with the received bytes: a large announced block alone allocates nothing.
    while (block.size() < count) {
        const std::size_t kept = block.size();
        block.resize(std::min(count, kept + std::max(block_step, kept / 2)));
        auto more = co_await stream_.read_some(std::span(block).subspan(kept), timeout);
        if (!more) co_return more.error();
        if (!budget_.take(*more)) co_return over_limit("the server sends more than can be meant");
        block.resize(kept + *more);
    }
    co_return block;
}

}  // namespace coi::net
