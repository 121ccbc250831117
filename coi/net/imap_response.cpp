// Responses of an IMAP server; one function per kind, all on the scanner's sticky error.

#include "coi/net/imap_response.h"

#include <algorithm>

#include "coi/net/imap_text.h"

namespace coi::net {

namespace {

using Kind = ImapStatus::Kind;

std::optional<Kind> status_kind(std::string_view word) {
    if (same_ascii(word, "OK")) return Kind::ok;
    if (same_ascii(word, "NO")) return Kind::no;
    if (same_ascii(word, "BAD")) return Kind::bad;
    if (same_ascii(word, "BYE")) return Kind::bye;
    if (same_ascii(word, "PREAUTH")) return Kind::preauth;
    return std::nullopt;
}

/// The end of a code or section: the first `]` outside quotes.
std::size_t closing_bracket(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == '\\' && quoted)
            ++i;
        else if (text[i] == ']' && !quoted)
            return i;
    }
    return std::string_view::npos;
}

ImapCode parse_code(std::string_view inside) {
    ImapCode code;
    const std::size_t space = inside.find(' ');
    code.name = upper_ascii(inside.substr(0, space));
    if (space == std::string_view::npos) return code;
    code.argument = inside.substr(inside.find_first_not_of(' ', space) == std::string_view::npos
                                      ? inside.size()
                                      : inside.find_first_not_of(' ', space));
    ImapLine line{code.argument, {}};
    ImapScanner scan(line);
    const std::uint64_t number = scan.number();
    if (scan.ok() && scan.at_end()) code.number = number;
    return code;
}

/// "[CODE …] text" behind OK, NO, BAD, BYE, PREAUTH. What is not a code is text: servers write odd things there.
ImapStatus parse_status(Kind kind, std::string_view rest) {
    ImapStatus status{kind, {}, {}};
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (rest.starts_with('[')) {
        const std::size_t end = closing_bracket(rest);
        if (end != std::string_view::npos) {
            status.code = parse_code(rest.substr(1, end - 1));
            rest.remove_prefix(end + 1);
            while (rest.starts_with(' ')) rest.remove_prefix(1);
        }
    }
    status.text = rest;
    return status;
}

/// "41,43:116,118" [RFC 9051 §9 sequence-set], without "*".
std::vector<ImapRange> parse_ranges(ImapScanner& scan) {
    std::vector<ImapRange> ranges;
    do {
        ImapRange range;
        range.first = range.last = scan.number32();
        if (scan.take(':')) range.last = scan.number32();
        if (!scan.ok()) break;
        if (range.first > range.last) std::swap(range.first, range.last);  // [RFC 9051 §9 seq-range]
        ranges.push_back(range);
    } while (scan.take(','));
    return ranges;
}

std::set<std::string> parse_attributes(ImapScanner& scan) {
    constexpr std::size_t most = 32;
    std::set<std::string> attributes;
    scan.list([&] {
        std::string attribute = scan.flag();
        if (attributes.size() < most) attributes.insert(std::move(attribute));
    });
    return attributes;
}

/// "BODY[HEADER.FIELDS (DATE)]<0>": the name, then its section without brackets; nullopt for the section if there is
/// none.
std::pair<std::string, std::optional<std::string>> parse_item_name(ImapScanner& scan) {
    const std::string_view rest = scan.remaining();
    const std::size_t end = std::min(rest.find_first_of(" [()\r\n"), rest.size());
    std::string name = upper_ascii(rest.substr(0, end));
    if (name.empty()) scan.fail("a FETCH item without a name");
    scan.drop(end);
    if (!scan.take('[')) return {std::move(name), std::nullopt};
    const std::size_t close = closing_bracket(scan.remaining());
    if (close == std::string_view::npos) scan.fail("a section without its end");
    if (!scan.ok()) return {};
    std::string section(scan.remaining().substr(0, close));
    scan.drop(close + 1);
    if (scan.take('<')) {
        if (scan.number() != 0) section += "<>";  // a part that is not from the beginning is not ours
        scan.expect('>');
    }
    return {std::move(name), std::move(section)};
}

ImapFetch parse_fetch(ImapScanner& scan, std::uint32_t sequence) {
    ImapFetch fetch;
    fetch.sequence = sequence;
    bool ends_in_body = false;
    scan.list([&] {
        const auto [name, section] = parse_item_name(scan);
        scan.space();
        if (section) {
            if (name == "BODY" && (section->empty() || same_ascii(*section, "HEADER")) && !fetch.body) {
                auto body = scan.nstring();
                if (!scan.ok()) return;
                fetch.has_body = true;
                fetch.body = std::move(body);
                ends_in_body = scan.at_end();
            } else {
                scan.skip_value();
            }
        } else if (name == "UID") {
            fetch.uid = scan.number32();
        } else if (name == "RFC822.SIZE") {
            fetch.size = scan.number();
        } else if (name == "FLAGS") {
            const std::string_view rest = scan.remaining();
            scan.skip_flags();
            fetch.seen = fetch.seen || has_flag(rest.substr(0, rest.size() - scan.remaining().size()), "\\Seen");
        } else if (name == "INTERNALDATE") {
            fetch.date = scan.string();
        } else if (name == "MODSEQ") {
            scan.list([&] { fetch.modseq = scan.number(); });
        } else {
            scan.skip_value();
        }
    });
    // COMPAT: a blank line between a literal and the end of its list, which comes on a line of its own.
    if (ends_in_body) scan.give_up();
    return fetch;
}

/// A separator: NIL or a quoted character.
char parse_separator(ImapScanner& scan) {
    const auto value = scan.nstring();
    return value && value->size() == 1 ? value->front() : '\0';
}

/// COMPAT: servers that put a name between quotes, or none at all, without a look at what is in it.
std::string odd_name(std::string_view raw) {
    while (raw.ends_with(' ')) raw.remove_suffix(1);
    const bool quoted = raw.size() > 1 && raw.starts_with('"') && raw.ends_with('"');
    return std::string(quoted ? raw.substr(1, raw.size() - 2) : raw);
}

ImapFolder parse_list(ImapScanner& scan) {
    ImapFolder folder;
    folder.attributes = parse_attributes(scan);
    scan.space();
    if (scan.take_odd("\"\\\" "))  // COMPAT: a separator that is not quoted as it should be
        folder.separator = '\\';
    else
        folder.separator = parse_separator(scan), scan.space();
    const std::string_view raw = scan.remaining();
    folder.name = scan.astring();
    bool sound = scan.ok();
    while (sound && scan.take(' ')) {  // extended data [RFC 5258 §3]
        if (!scan.at_end() && scan.peek() != '(') sound = false;
        if (sound && !scan.at_end()) scan.skip_value();
    }
    if ((!sound || !scan.at_end()) && !raw.empty() && raw.find("\r\n") == std::string_view::npos) {
        folder.name = odd_name(raw);
        scan.give_up();
    }
    if (same_ascii(folder.name, "INBOX")) folder.name = "INBOX";  // [RFC 9051 §5.1]
    return folder;
}

ImapSearch parse_search(ImapScanner& scan) {
    ImapSearch search;
    while (scan.ok() && scan.take(' ')) {
        if (scan.at_end()) break;  // COMPAT: "* SEARCH " of servers that find nothing
        if (scan.peek() == '(') {  // "(MODSEQ 917162500)" [RFC 7162 §3.1.5]
            scan.skip_value();
            continue;
        }
        const std::uint32_t number = scan.number32();
        if (!scan.ok()) break;
        search.found.push_back({number, number});
    }
    return search;
}

ImapSearch parse_esearch(ImapScanner& scan) {
    ImapSearch search;
    while (scan.ok() && scan.take(' ')) {
        if (scan.at_end()) break;
        if (scan.peek() == '(') {  // the correlator: (TAG "A282")
            scan.skip_value();
            continue;
        }
        const std::string name = upper_ascii(scan.atom());
        if (name == "UID") continue;
        scan.space();
        if (name == "MIN")
            search.min = scan.number32();
        else if (name == "MAX")
            search.max = scan.number32();
        else if (name == "COUNT")
            search.count = scan.number32();
        else if (name == "ALL")
            search.found = parse_ranges(scan);
        else
            scan.skip_value();
    }
    return search;
}

ImapVanished parse_vanished(ImapScanner& scan) {
    ImapVanished vanished;
    if (scan.peek() == '(') {
        scan.list([&] { vanished.earlier = same_ascii(scan.atom(), "EARLIER") || vanished.earlier; });
        scan.space();
    }
    vanished.uids = parse_ranges(scan);
    return vanished;
}

ImapMetadata parse_metadata(ImapScanner& scan) {
    ImapMetadata metadata;
    metadata.mailbox = scan.astring();
    scan.space();
    if (scan.peek() != '(') {  // "* METADATA "INBOX" /shared/comment": only announced [RFC 5464 §4.4.2]
        do metadata.entries.emplace_back(scan.astring(), std::nullopt);
        while (scan.ok() && scan.take(' ') && !scan.at_end());
        return metadata;
    }
    scan.list([&] {
        std::string entry = scan.astring();
        scan.space();
        const char next = scan.peek();
        const bool string = next == '"' || next == '{' || next == '~';
        // COMPAT: a value that is an atom.
        std::optional<std::string> value = string                  ? scan.string()
                                           : scan.take_word("NIL") ? std::optional<std::string>{}
                                                                   : scan.atom();
        metadata.entries.emplace_back(std::move(entry), std::move(value));
    });
    return metadata;
}

std::vector<std::pair<std::string, char>> parse_namespace(ImapScanner& scan) {
    std::vector<std::pair<std::string, char>> spaces;
    if (scan.take_word("NIL")) return spaces;
    scan.expect('(');
    while (scan.ok() && !scan.take(')')) {
        if (scan.take(' ')) continue;
        scan.expect('(');
        std::string prefix = scan.string();
        scan.space();
        spaces.emplace_back(std::move(prefix), parse_separator(scan));
        while (scan.ok() && scan.take(' ')) scan.skip_value();  // extensions
        scan.expect(')');
    }
    return spaces;
}

ImapNamespaces parse_namespaces(ImapScanner& scan) {
    ImapNamespaces all;
    all.personal = parse_namespace(scan);
    scan.space();
    all.others = parse_namespace(scan);
    scan.space();
    all.shared = parse_namespace(scan);
    return all;
}

ImapId parse_id(ImapScanner& scan) {
    ImapId id;
    if (scan.take_word("NIL")) return id;
    scan.list([&] {
        std::string field = scan.string();
        scan.space();
        id.fields.emplace_back(std::move(field), scan.nstring());
    });
    return id;
}

/// "12 EXISTS", "3 EXPUNGE", "7 FETCH (…)"; `number` is read already.
void parse_numbered(ImapScanner& scan, std::uint32_t number, ImapResponse& response) {
    scan.space();
    const std::string name = upper_ascii(scan.atom());
    if (name == "EXISTS") {
        response.data = ImapExists{number};
    } else if (name == "EXPUNGE") {
        response.data = ImapExpunge{number};
    } else if (name == "FETCH") {
        scan.space();
        response.data = parse_fetch(scan, number);
    } else {
        response.data = ImapOther{name};
        scan.drop(scan.remaining().size());
    }
}

void parse_named(ImapScanner& scan, ImapResponse& response) {
    const std::string name = upper_ascii(scan.atom());
    if (!scan.ok()) return;
    if (const auto kind = status_kind(name)) {
        response.data = parse_status(*kind, scan.remaining());
        scan.drop(scan.remaining().size());
        return;
    }
    if (name == "SEARCH") return void(response.data = parse_search(scan));
    if (name == "ESEARCH") return void(response.data = parse_esearch(scan));
    if (name == "CAPABILITY" || name == "ENABLED") {
        auto names = split_capabilities(scan.remaining());
        scan.drop(scan.remaining().size());
        if (name == "ENABLED")
            response.data = ImapEnabled{std::move(names)};
        else
            response.data = ImapCapabilities{std::move(names)};
        return;
    }
    const bool known =
        name == "LIST" || name == "VANISHED" || name == "METADATA" || name == "NAMESPACE" || name == "ID";
    if (!known) {
        response.data = ImapOther{name};
        return scan.drop(scan.remaining().size());
    }
    scan.space();
    if (name == "LIST")
        response.data = parse_list(scan);
    else if (name == "VANISHED")
        response.data = parse_vanished(scan);
    else if (name == "METADATA")
        response.data = parse_metadata(scan);
    else if (name == "NAMESPACE")
        response.data = parse_namespaces(scan);
    else
        response.data = parse_id(scan);
}

bool is_tag(std::string_view tag) {
    return !tag.empty() && tag.size() <= 32 && std::all_of(tag.begin(), tag.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
}

}  // namespace

Result<ImapResponse> parse_imap(ImapLine line) {
    ImapResponse response;
    if (line.text.starts_with('+')) {
        response.tag = "+";
        const std::size_t begin = line.text.starts_with("+ ") ? 2 : 1;  // COMPAT: a bare "+"
        response.data = ImapContinuation{line.text.substr(begin)};
        return response;
    }
    const std::size_t space = line.text.find(' ');
    if (space == std::string::npos) return malformed("IMAP response: a line that is no response");
    response.tag = line.text.substr(0, space);
    ImapScanner scan(line);
    scan.drop(space);
    scan.space();
    if (response.tag == "*") {
        const char first = scan.peek();
        if (first >= '0' && first <= '9')
            parse_numbered(scan, scan.number32(), response);
        else
            parse_named(scan, response);
    } else {
        if (!is_tag(response.tag)) return malformed("IMAP response: a line that is no response");
        const auto kind = status_kind(scan.atom());
        if (scan.ok() && (!kind || *kind == Kind::bye || *kind == Kind::preauth))
            scan.fail("an end that is not OK, NO or BAD");
        if (scan.ok()) {
            response.data = parse_status(*kind, scan.remaining());
            scan.drop(scan.remaining().size());
        }
    }
    while (scan.take(' ')) {  // COMPAT: a space at the end
    }
    if (scan.ok() && !scan.at_end()) scan.fail("unexpected bytes at its end");
    response.broken = !scan.ok();
    if (response.broken && response.tag != "*") return scan.error();
    return response;
}

bool is_imap_status(std::string_view line) {
    if (line.starts_with('+')) return true;
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return true;
    const bool untagged = line.substr(0, space) == "*";
    line.remove_prefix(space + 1);
    return !untagged || status_kind(line.substr(0, line.find(' '))).has_value();
}

Result<std::optional<ImapLine>> take_imap_line(std::string_view& bytes, const ImapLimits& limits) {
    ImapLine line;
    std::string_view rest = bytes;
    std::size_t literal_bytes = 0;
    for (bool first = true, status = false;; first = false) {
        const std::size_t end = rest.find('\n');
        if (std::min(end, rest.size()) > limits.line + 1) return over_limit("an IMAP line that is too long");
        if (end == std::string_view::npos) return std::optional<ImapLine>{};
        std::string_view piece = rest.substr(0, end);
        if (piece.ends_with('\r')) piece.remove_suffix(1);
        rest.remove_prefix(end + 1);
        if (first) status = is_imap_status(piece);
        line.text += piece;
        if (line.text.size() > limits.text) return over_limit("an IMAP response that is too long");
        const auto size = status ? std::nullopt : announced_literal(piece);
        if (!size) break;
        if (line.literals.size() >= limits.literals || *size > limits.literal - literal_bytes)
            return over_limit("an IMAP literal that is too big");
        if (rest.size() < *size) return std::optional<ImapLine>{};
        literal_bytes += *size;
        line.literals.emplace_back(rest.substr(0, *size));
        rest.remove_prefix(*size);
        line.text += "\r\n";
    }
    bytes = rest;
    return std::optional<ImapLine>(std::move(line));
}

std::vector<std::string> split_capabilities(std::string_view names) {
    std::vector<std::string> out;
    while (!names.empty()) {
        const std::size_t end = std::min(names.find(' '), names.size());
        if (end > 0) out.push_back(upper_ascii(names.substr(0, end)));
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return out;
}

}  // namespace coi::net
