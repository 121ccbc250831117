// The links of the gateway's own file store: how they are made, and what a visitor may ask for. Pure.
//
// "0f1e…/earth.jpg" behind the store's URL: 160 random bits that nobody guesses, and a name for people and clients.
// [RFC 9110 §14] ranges, [RFC 9112 §3.2] targets, [RFC 6266] Content-Disposition. Left out: several ranges at once.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gateway::file_link {

inline constexpr std::size_t token_size = 40;  // hexadecimal digits

/// A file as its link and its place on the disk name it: both parts are plain letters.
struct Link {
    std::string token, name;
    bool operator==(const Link&) const = default;
};

/// A link that nobody can guess. `name` and `type` as a mail has them.
Link mint(std::string_view name, std::string_view type);
/// The name in a link: clients show it, and take from its end what the file is. Letters that each server takes as part
/// of an address.
std::string plain_name(std::string_view name, std::string_view type);
bool is_token(std::string_view text);

/// The link that a request's target names behind `path` ("/files/"); nullopt if it names none.
std::optional<Link> in_target(std::string_view target, std::string_view path);

/// Bytes of a file: the first and the number of them.
struct Range {
    std::uint64_t first = 0, size = 0;
    bool operator==(const Range&) const = default;
};
enum class Asked { all, part, nothing };  // nothing: of what is asked for, the file has nothing
/// What a Range field asks for of a file of `size` bytes. What is not understood asks for all of it [RFC 9110 §14.2].
std::pair<Asked, Range> range(std::string_view field, std::uint64_t size);

/// The type that a file is served as, by the ending of its name.
std::string served_type(std::string_view name);
/// "inline" for what browsers show without running it, "attachment" for all else, with the name.
std::string disposition(std::string_view name);

}  // namespace gateway::file_link
