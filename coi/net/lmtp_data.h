// Receives the mail after DATA: removes dot-stuffing, finds the end, strict about line ends.
//
// [RFC 5321 §4.1.1.4, §4.5.2, §2.3.8]. A mail with a bare CR or LF is refused, because SMTP smuggling uses them.
// Invariant: the result does not depend on how the bytes are split; never more than `most` bytes are held.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace coi::net {

class LmtpData {
  public:
    enum class Status { more, done, broken };
    /// Holds at most `most` bytes; further ones are counted and dropped.
    explicit LmtpData(std::size_t most) : most_(most) {}

    /// Consumes bytes up to the end of the mail; returns their number.
    std::size_t take(std::string_view bytes);
    /// Frees the held bytes; from now on bytes are only counted.
    void drop() { mail_ = {}, most_ = 0; }
    Status status() const { return status_; }
    bool over_limit() const { return size_ > most_; }
    std::size_t size() const { return size_; }  // including dropped bytes
    std::size_t held() const { return mail_.size(); }
    /// The mail: CRLF, without the final dot.
    std::string mail() && { return std::move(mail_); }

  private:
    enum class At { line_start, dot, dot_cr, text, cr };
    void keep(std::string_view bytes);
    std::size_t take_text(std::string_view bytes);

    std::size_t most_, size_ = 0;
    std::string mail_;
    At at_ = At::line_start;
    Status status_ = Status::more;
};

/// True if every line end of `mail` is CRLF.
bool has_strict_lines(std::string_view mail);

}  // namespace coi::net
