// Message Archive Management: the messages of a period in a user's archive.
//
// [XEP-0313 §4.1] query by time, [§4.2] results, [§4.3] paging by [XEP-0059]. Left out: filters by end, address and id,
// preferences, metadata, archives of rooms and nodes. The Tag in a result is owned by its stanza.

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0313 {

inline constexpr const char* ns = "urn:xmpp:mam:2";
using Stamp = std::chrono::sys_time<std::chrono::milliseconds>;

struct Query {
    std::string id;     // queryid, which the results repeat
    Stamp start{};      // included
    std::size_t most;   // results per page; servers may return fewer
    std::string after;  // archive id of the last page's last result, "" for the first page
};
/// The <query/> as a child of `iq` (of type set).
void add_query(Tag& iq, const Query&);

struct Result {
    std::string query;             // queryid of the query
    std::string id;                // in the archive
    Stamp stamp{};                 // when it was archived
    const Tag* message = nullptr;  // the archived message
};
/// nullopt if `message` carries no result, or an incomplete one.
std::optional<Result> result(const Tag& message);

struct End {
    bool complete = false;  // there are no more pages
    std::string last;       // archive id to continue after
};
/// The iq result at the end of a page; nullopt if it is none.
std::optional<End> end(const Tag& iq);

}  // namespace xmpp::xep0313
