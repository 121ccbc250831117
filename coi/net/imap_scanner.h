// Reads the tokens of one IMAP response: atoms, quoted strings, literals, numbers, nested lists.
//
// [RFC 9051 §9] and [RFC 3501 §9], read leniently (extra spaces, 8-bit bytes in atoms, lower case), with [RFC 3516] and
// [RFC 9051] literal8. Left out: everything that gives a token a meaning (imap_response).
// Invariant: the first failure sticks; after it every call gives an empty value and consumes nothing, so callers check
// ok() once, at the end. Nothing recurses deeper than `deepest`.

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/result.h"

namespace coi::net {

/// One response as it came: its text, in which each literal is only announced ("{12}" and CRLF), and the literals'
/// bytes. Kept apart, a mail's bytes are moved from the socket to the caller and never copied.
struct ImapLine {
    std::string text;
    std::vector<std::string> literals;
};

/// The size that a line announces at its end by "{n}", "{n+}" or "~{n}"; nullopt if it announces none.
/// Free text may end in what looks like a literal: lines of a status response announce none [RFC 9051 §7.1].
std::optional<std::uint64_t> announced_literal(std::string_view line);

class ImapScanner {
  public:
    static constexpr int deepest = 32;  // nested lists; BODYSTRUCTURE of sane mail stays below

    /// `line` must outlive the scanner; its literals are moved out as they are read.
    explicit ImapScanner(ImapLine& line) : line_(line), rest_(line.text) {}

    bool ok() const { return !error_; }
    const Error& error() const { return *error_; }
    void fail(std::string what);

    bool at_end() const { return rest_.empty(); }
    char peek() const { return rest_.empty() || error_ ? '\0' : rest_.front(); }
    /// Takes `c` if it comes next.
    bool take(char c);
    void expect(char c);
    /// One space at least; more are accepted.
    void space();
    /// Takes `word` in any letter case, if it comes next and a token ends after it.
    bool take_word(std::string_view word);

    /// One or more atom bytes; `extra` are further bytes that may belong to it ("[]<>" of a FETCH item name).
    std::string atom(std::string_view extra = "]");
    std::string flag();  // whatever stands between spaces and parentheses, or in quotes; in lower case
    void skip_flags();   // a list of them, or NIL
    std::uint64_t number(std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
    std::uint32_t number32() { return static_cast<std::uint32_t>(number(0xffffffff)); }
    std::string string();
    std::string astring();
    std::optional<std::string> nstring();
    /// Any value at all: atom, string, literal or nested list; its content is dropped.
    void skip_value() { skip_value(0); }
    /// "(" items separated by spaces ")"; calls `item` for each, which must consume something or fail.
    template <class Item>
    void list(Item&& item);
    /// Takes `bytes` as they are.
    bool take_odd(std::string_view bytes) {
        if (error_ || !rest_.starts_with(bytes)) return false;
        rest_.remove_prefix(bytes.size());
        return true;
    }
    /// What is left was read in another way: whatever failed is forgotten, and this is the end.
    void give_up() { error_.reset(), rest_ = {}; }
    /// What is left, as it is.
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
