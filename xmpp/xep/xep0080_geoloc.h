// User Location in a message: where something is. [XEP-0080 §3]
//
// Numbers stay as they were written. Left out: postal addresses, movement, and what users publish of themselves
// [XEP-0163], which is about a person and not said to anybody.

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0080 {

inline constexpr const char* ns = "http://jabber.org/protocol/geoloc";

struct Geoloc {
    std::string lat, lon;  // degrees, WGS 84
    std::string accuracy;  // metres, "" for none
    std::string text;      // for a person; "" for none
    bool operator==(const Geoloc&) const = default;
};

/// nullopt: none, or one without coordinates.
inline std::optional<Geoloc> geoloc(const Tag& parent) {
    const Tag* element = child(parent, "geoloc", ns);
    const auto value = [element](const char* name) {
        const Tag* found = element->findChild(name);
        return found ? found->cdata() : std::string();
    };
    if (!element || value("lat").empty() || value("lon").empty()) return std::nullopt;
    Geoloc found{value("lat"), value("lon"), value("accuracy"), value("text")};
    for (const char* name : {"description", "locality"}) {
        if (found.text.empty()) found.text = value(name);
    }
    return found;
}

inline void add_geoloc(Tag& parent, const Geoloc& geoloc) {
    Tag& element = add(parent, "geoloc", ns);
    if (!geoloc.accuracy.empty()) add(element, "accuracy", {}, geoloc.accuracy);
    add(element, "lat", {}, geoloc.lat);
    add(element, "lon", {}, geoloc.lon);
    if (!geoloc.text.empty()) add(element, "text", {}, geoloc.text);
}

}  // namespace xmpp::xep0080
