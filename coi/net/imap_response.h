// Parses IMAP server responses, one at a time, into values.
//
// [RFC 9051 §7], [RFC 3501 §7]; further ESEARCH [RFC 4731], VANISHED and MODSEQ [RFC 7162], METADATA [RFC 5464 §4.4],
// ID [RFC 2971], NAMESPACE [RFC 2342], ENABLED [RFC 5161]. Left out: ENVELOPE and BODYSTRUCTURE (skipped; coi parses
// mail itself), flags but \Seen, STATUS, LSUB, NOTIFY. Unknown responses and FETCH items are skipped; of a malformed
// untagged response the part before the error is kept. Invariant: a pure function; its result is never larger than a
// small multiple of its input.

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

/// Limits of one response; the reader enforces them before it allocates memory.
struct ImapLimits {
    std::size_t line = 64 * 1024;      // per line
    std::size_t text = 256 * 1024;     // all lines, without literals
    std::size_t literals = 64;         // number of literals
    std::size_t literal = 256 * 1024;  // bytes in all literals together
};

/// "[UIDNEXT 4392]": name in upper case, the rest unchanged; `number` if the rest is one.
struct ImapCode {
    std::string name, argument;
    std::uint64_t number = 0;
};

struct ImapStatus {
    enum class Kind { ok, no, bad, bye, preauth } kind = Kind::ok;
    ImapCode code;
    std::string text;  // raw: must be cleaned before it is shown
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
    std::uint32_t sequence = 0, uid = 0;  // uid 0: unknown
    std::optional<std::uint64_t> size;    // RFC822.SIZE
    std::uint64_t modseq = 0;
    bool seen = false;                // FLAGS with \Seen
    std::string date;                 // INTERNALDATE: "17-Jul-1996 02:44:25 -0700"
    bool has_body = false;            // with BODY[] or BODY[HEADER], perhaps NIL
    std::optional<std::string> body;  // the requested one, or the first part of it
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
    std::vector<std::pair<std::string, std::optional<std::string>>> entries;  // without values: only names
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
    bool broken = false;  // could not be parsed to its end
    bool tagged() const { return tag != "*" && tag != "+"; }
};

/// Parses one response; an Error for something else, or for a malformed tagged response. Literals are moved out of
/// `line`.
Result<ImapResponse> parse_imap(ImapLine line);

/// True if lines with this beginning are free text, whose end announces no literal.
bool is_imap_status(std::string_view line);

/// Removes the first complete response from `bytes`, as the reader does; nullopt if it is incomplete.
Result<std::optional<ImapLine>> take_imap_line(std::string_view& bytes, const ImapLimits& limits);

/// The names in "IMAP4rev1 IDLE AUTH=PLAIN", in upper case.
std::vector<std::string> split_capabilities(std::string_view names);

}  // namespace coi::net
