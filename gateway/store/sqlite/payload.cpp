// See payload.h.

#include "gateway/store/sqlite/payload.h"

#include <algorithm>

namespace gateway::queue::payload {
namespace {

constexpr char mark = '\x02';  // no seal begins with it

Binding bound_piece(const Binding& entry, std::int64_t number, bool is_last) {
    Binding bound = entry;
    bound.add(number);
    bound.add(std::int64_t(is_last));
    return bound;
}

void put_row(Database& db, std::int64_t id, const std::string& bytes) {
    db.query("INSERT INTO payload (id, bytes) VALUES (?, ?)").bind(id).bind_blob(bytes).run();
}

}  // namespace

bool is_in_pieces(std::string_view row) { return row.starts_with(mark); }

void put(Database& db, std::int64_t id, const std::string& head, std::string_view bytes, const Binding& entry) {
    std::string piece = head;  // the first one may be larger
    if (head.size() + bytes.size() <= piece_bytes) return put_row(db, id, close(db, piece.append(bytes), entry));
    for (std::int64_t number = 0; number == 0 || !bytes.empty(); ++number) {
        const auto more = bytes.substr(0, piece_bytes - std::min(piece.size(), piece_bytes));
        bytes.remove_prefix(more.size());
        piece.append(more);
        const std::string sealed = close(db, piece, bound_piece(entry, number, bytes.empty()));
        if (number == 0)
            put_row(db, id, mark + sealed);
        else
            db.query("INSERT INTO payload_piece (payload, bytes) VALUES (?, ?)").bind(id).bind_blob(sealed).run();
        piece.clear();
    }
}

std::optional<std::string> open(Database& db, std::int64_t id, const std::string& row, const Binding& entry) {
    if (!is_in_pieces(row)) return gateway::open(db, row, entry);
    auto count = db.query("SELECT count(*) FROM payload_piece WHERE payload = ?");
    const std::int64_t last = count.bind(id).step() ? count.integer(0) : 0;
    auto whole = gateway::open(db, std::string_view(row).substr(1), bound_piece(entry, 0, last == 0));
    if (whole) whole->reserve(whole->size() + static_cast<std::size_t>(last) * piece_bytes);
    auto further = db.query("SELECT bytes FROM payload_piece WHERE payload = ? ORDER BY id");
    further.bind(id);
    for (std::int64_t number = 1; whole && further.step(); ++number) {
        const auto piece = gateway::open(db, further.blob(0), bound_piece(entry, number, number == last));
        if (!piece) return std::nullopt;
        whole->append(*piece);
    }
    return whole;
}

void replace(Database& db, std::int64_t id, const std::string& head, std::string_view bytes, const Binding& entry) {
    db.query("DELETE FROM payload WHERE id = ?").bind(id).run();  // and its pieces
    put(db, id, head, bytes, entry);
}

bool renew_pieces(Database& db, std::int64_t id, const std::string& row, const Binding& entry) {
    const auto whole = open(db, id, row, entry);
    if (whole && !db.seal().is_current(std::string_view(row).substr(1))) replace(db, id, "", *whole, entry);
    return whole.has_value();
}

}  // namespace gateway::queue::payload
