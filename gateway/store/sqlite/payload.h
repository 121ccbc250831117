// The sealed bytes of a queue's entry: in one row, or those of a file in many, so that they are in memory only once.
//
// Up to a piece's size the row of `payload` is their seal, bound to the entry. Of more it has a mark and the seal of
// the first piece; the further pieces are rows of `payload_piece`. Each piece is bound to the entry, to its number and
// to whether it is the last one: pieces that are missing, added or exchanged do not open.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/store/sqlite/sealed.h"

namespace gateway::queue::payload {

inline constexpr std::size_t piece_bytes = 128 * 1024;

/// Writes `head` and `bytes` as one.
void put(Database&, std::int64_t id, const std::string& head, std::string_view bytes, const Binding&);
/// The same in place of what the entry had.
void replace(Database&, std::int64_t id, const std::string& head, std::string_view bytes, const Binding&);
/// `row`: the column of `payload`. nullopt: it does not match its seal.
std::optional<std::string> open(Database&, std::int64_t id, const std::string& row, const Binding&);
/// Seals a payload of several pieces anew, if it needs that. False: it does not match its seal.
bool renew_pieces(Database&, std::int64_t id, const std::string& row, const Binding&);
bool is_in_pieces(std::string_view row);

}  // namespace gateway::queue::payload
