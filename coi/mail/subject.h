// The meaning of a subject's prefix: "Re:", "AW:", "Fwd:", "VB:" … in the languages that mail programs use. [RFC 5322
// §3.6.5] defines only "Re: ".

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace coi {

enum class SubjectPrefix {
    answer,
    forward,
    either,   // "VS:" is an answer in Finnish, and a forward in Danish and Norwegian
    unknown,  // another word with a colon
};

struct PrefixFound {
    SubjectPrefix kind;
    std::size_t length;  // octets, including the colon and spaces
};

/// The first prefix of a subject: a short word before a colon; a known one may have a count ("Re[2]:", "AW(3):").
std::optional<PrefixFound> subject_prefix(std::string_view subject);

/// The subject without all known prefixes at its start.
std::string_view base_subject(std::string_view subject);

}  // namespace coi
