// What an IMAP server says, one response at a time, as values.
//
// [RFC 9051 §7], [RFC 3501 §7]; further ESEARCH [RFC 4731], VANISHED and MODSEQ [RFC 7162], METADATA [RFC 5464 §4.4],
// ID [RFC 2971], NAMESPACE [RFC 2342], ENABLED [RFC 5161]. Left out: ENVELOPE and BODYSTRUCTURE (skipped; mail is
// parsed by coi itself), FLAGS, STATUS, LSUB, NOTIFY. Unknown responses and FETCH items are skipped; of a broken
// untagged one that is kept which stands before the break. Invariant: a pure function; what it makes is never bigger
// than a small multiple of what it was given.

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "coi/net/imap_scanner.h"
#include "coi/result.h"

namespace coi::net {

/// What one response may hold; whoever reads from the wire enforces it before memory is taken.
struct ImapLimits {
    std::size_t line = 64 * 1024;      // one line of it
    std::size_t text = 256 * 1024;     // all lines of it, without literals
    std::size_t literals = 64;         // how many
    std::size_t literal = 256 * 1024;  // bytes in all literals together
};

/// "[UIDNEXT 4392]": name in upper case, the rest as it is; `number` if the rest is one.
struct ImapCode {
    std::string name, argument;
    std::uint64_t number = 0;
};

struct ImapStatus {
    enum class Kind { ok, no, bad, bye, preauth } kind = Kind::ok;
    ImapCode code;
    std::string text;  // as the server wrote it: clean before it is shown
};
struct ImapContinuation {
    std::string text;
};
struct ImapExists {
    std::uint32_t count = 0;
};
struct ImapExpunge {
    std::uint32_t sequence = 0;
};
struct ImapRange {
    std::uint32_t first = 0, last = 0;  // first <= last
};
struct ImapVanished {
    bool earlier = false;
    std::vector<ImapRange> uids;
};
struct ImapFetch {
    std::uint32_t sequence = 0, uid = 0;  // uid 0: not said
    std::optional<std::uint64_t> size;    // RFC822.SIZE
    std::uint64_t modseq = 0;
    bool has_body = false;            // BODY[] or BODY[HEADER] was there, perhaps as NIL
    std::optional<std::string> body;  // whichever was asked for, also a part of it from its beginning
};
struct ImapFolder {
    std::string name;
    char separator = 0;
    std::set<std::string> attributes;  // lower case
};
/// SEARCH and ESEARCH.
struct ImapSearch {
    std::vector<ImapRange> found;
    std::uint32_t min = 0, max = 0;
    std::optional<std::uint32_t> count;
};
struct ImapMetadata {
    std::string mailbox;
    std::vector<std::pair<std::string, std::optional<std::string>>> entries;  // empty value lists: only announced
};
struct ImapNamespaces {
    std::vector<std::pair<std::string, char>> personal, others, shared;  // prefix and separator (0: flat)
};
struct ImapCapabilities {
    std::vector<std::string> names;  // upper case
};
struct ImapEnabled {
    std::vector<std::string> names;  // upper case
};
struct ImapId {
    std::vector<std::pair<std::string, std::optional<std::string>>> fields;
};
struct ImapOther {
    std::string name;  // upper case
};

struct ImapResponse {
    std::string tag;  // "*", "+" or the tag of a command
    std::variant<ImapOther, ImapStatus, ImapContinuation, ImapExists, ImapExpunge, ImapVanished, ImapFetch, ImapFolder,
                 ImapSearch, ImapMetadata, ImapNamespaces, ImapCapabilities, ImapEnabled, ImapId>
        data;
    bool broken = false;  // could not be read to its end
    bool tagged() const { return tag != "*" && tag != "+"; }
};

/// One response; an Error for what is no response at all, or a broken end of a command. Literals are moved out of
/// `line`.
Result<ImapResponse> parse_imap(ImapLine line);

/// True if lines that begin so are free text, whose end announces no literal.
bool is_imap_status(std::string_view line);

/// Takes the first whole response off `bytes`, as the reader does from the wire; nullopt if it is not complete.
Result<std::optional<ImapLine>> take_imap_line(std::string_view& bytes, const ImapLimits& limits);

/// The names in "IMAP4rev1 IDLE AUTH=PLAIN", in upper case.
std::vector<std::string> split_capabilities(std::string_view names);

}  // namespace coi::net
