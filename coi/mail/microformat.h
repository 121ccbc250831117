// Microformats in HTML parts, by which COI programs tell each other what the text says to people.
//
// [COI-C] h-geo (coi/mail/position) and h-card (coi/mail/h_card): a class names what an element's text is. libxml2's
// HTML parser gives the events, of a document that coi/mail/html_tags has simplified. Left out: nested microformats,
// and values in attributes, but an image's address.

#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace coi {

struct MicroformatLimits {
    std::size_t text = 100;   // octets of a property; the rest is cut
    std::size_t picture = 0;  // octets of an image's address; a longer one counts as none
};

/// The properties of the first element of class `root`, each by its class, the first of each kind; of an image its
/// address. nullopt: the document has no such element, or is longer than 1 MiB.
std::optional<std::map<std::string, std::string>> read_microformat(std::string_view html, std::string_view root,
                                                                   std::initializer_list<std::string_view> properties,
                                                                   const MicroformatLimits& = {});

}  // namespace coi
