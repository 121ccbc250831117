// The mail after DATA: dots unstuffed, the end found, strict about line ends.
//
// [RFC 5321 §4.1.1.4, §4.5.2, §2.3.8]. A bare CR or LF is where SMTP smuggling begins, so it is no mail at all.
// Invariant: however the bytes are cut into pieces, the result is the same; never more than `most` bytes are held.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coi::net {

class LmtpData {
  public:
    enum class Status { more, done, broken };
    /// Holds at most `most` bytes; what comes beyond is counted and dropped.
    explicit LmtpData(std::size_t most) : most_(most) {}

    /// Takes bytes up to the mail's end and says how many it took.
    std::size_t take(std::string_view bytes);
    /// Lets go of what is held; from now on bytes are only counted.
    void drop() { mail_ = {}, most_ = 0; }
    Status status() const { return status_; }
    bool over_limit() const { return size_ > most_; }
    std::size_t size() const { return size_; }  // with what was dropped
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
