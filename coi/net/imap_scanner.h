// Scans the tokens of one IMAP response: atoms, quoted strings, literals, numbers, nested lists.
//
// [RFC 9051 §9] and [RFC 3501 §9], parsed leniently (extra spaces, 8-bit bytes in atoms, lower case), with [RFC 3516]
// and [RFC 9051] literal8. Left out: the meaning of tokens (imap_response).
// Invariant: the first failure is final; after it every call returns an empty value and consumes nothing, so callers
// check ok() once, at the end. Nothing recurses deeper than `deepest`.

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/result.h"

namespace coi::net {

/// One raw response: its text, in which each literal is only announced ("{12}" and CRLF), and the bytes of the
/// literals. Because they are separate, a mail is moved from the socket to the caller without a copy.
struct ImapLine {
    std::string text;
    std::vector<std::string> literals;
};

/// The literal size that a line announces at its end by "{n}", "{n+}" or "~{n}"; nullopt if there is none. Free text
/// may end in something that looks like it: lines of a status response announce none [RFC 9051 §7.1].
std::optional<std::uint64_t> announced_literal(std::string_view line);

class ImapScanner {
  public:
    static constexpr int deepest = 32;  // nested lists; BODYSTRUCTURE of ordinary mail stays below

    /// `line` must outlive the scanner; its literals are moved out when they are scanned.
    explicit ImapScanner(ImapLine& line) : line_(line), rest_(line.text) {}

    bool ok() const { return !error_; }
    const Error& error() const { return *error_; }
    void fail(std::string what);

    bool at_end() const { return rest_.empty(); }
    char peek() const { return rest_.empty() || error_ ? '\0' : rest_.front(); }
    /// Consumes `c` if it is next.
    bool take(char c);
    void expect(char c);
    /// At least one space; more are accepted.
    void space();
    /// Consumes `word` in any letter case, if it is next and the token ends after it.
    bool take_word(std::string_view word);

    /// One or more atom bytes; `extra` are further bytes that may belong to it ("[]<>" of a FETCH item name).
    std::string atom(std::string_view extra = "]");
    std::string flag();  // the text between spaces and parentheses, or in quotes; in lower case
    void skip_flags();   // a list of flags, or NIL
    std::uint64_t number(std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
    std::uint32_t number32() { return static_cast<std::uint32_t>(number(0xffffffff)); }
    std::string string();
    std::string astring();
    std::optional<std::string> nstring();
    /// Skips any value: atom, string, literal or nested list.
    void skip_value() { skip_value(0); }
    /// "(" items separated by spaces ")"; calls `item` for each, which must consume something or fail.
    template <class Item>
    void list(Item&& item);
    /// Consumes exactly these bytes.
    bool take_odd(std::string_view bytes) {
        if (error_ || !rest_.starts_with(bytes)) return false;
        rest_.remove_prefix(bytes.size());
        return true;
    }
    /// The rest was parsed in another way: clears a failure, and moves to the end.
    void give_up() { error_.reset(), rest_ = {}; }
    /// The rest, unchanged.
    std::string_view remaining() const { return error_ ? std::string_view{} : rest_; }
    void drop(std::size_t count) { rest_.remove_prefix(count < rest_.size() ? count : rest_.size()); }

  private:
    void skip_value(int depth);
    std::string quoted();
    std::string literal();

    ImapLine& line_;
    std::string_view rest_;
    std::size_t next_literal_ = 0;
    std::optional<Error> error_;
};

template <class Item>
void ImapScanner::list(Item&& item) {
    expect('(');
    while (take(' ')) {
    }
    while (ok() && !take(')')) {
        const std::size_t before = rest_.size();
        item();
        if (!ok()) return;
        if (rest_.size() == before) return fail("a list item that cannot be read");
        if (peek() != ')') space();
    }
}

}  // namespace coi::net
