// What the prefixes of a subject say: "Re:", "AW:", "Fwd:", "VB:" … in the languages that mail programs translate them
// into. [RFC 5322 §3.6.5] knows "Re: " only.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace coi {

enum class SubjectPrefix {
    answer,
    forward,
    either,   // "VS:" is Finnish for an answer, and Danish and Norwegian for a forward
    unknown,  // some other word and a colon
};

struct PrefixFound {
    SubjectPrefix kind;
    std::size_t length;  // octets, with the colon and the spaces around
};

/// The first prefix of a subject: a short word before a colon, with a count ("Re[2]:", "AW(3):") if it is a known one.
std::optional<PrefixFound> subject_prefix(std::string_view subject);

}  // namespace coi
