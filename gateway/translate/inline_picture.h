// Pictures that stand in the markup of a user's message, as Pidgin, Psi and Movim write them: a picture becomes a file
// of the message. Pure.
//
// [XEP-0231 §2.2]. Its data stands beside the text, or lies with the client: then the file has the address "cid:…".

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/event.h"
#include "xmpp/stanza.h"

namespace gateway::inline_picture {

/// Clients write up to 8 KiB [XEP-0231 §2.1], but Psi up to 60 kB.
inline constexpr std::size_t most_bytes = 64 * 1024;

/// At most ten.
std::vector<File> all_of(const xmpp::Tag& message);
/// Whether the file lies with the client.
bool is_elsewhere(const File&);
/// Of such a file: its cid.
std::string cid_of(const File&);
/// The file, if the bytes are a picture of a known kind.
std::optional<File> file_of(std::string bytes);
/// The words without the characters that stand for pictures in them.
std::string without_marks(std::string_view words);

}  // namespace gateway::inline_picture
