// A position in a mail: chatmail's KML and COI's h-geo.
//
// [COI-C "Location Messages"] `<p class="h-geo">` in an HTML part marked `Chat-Content: location`; chatmail's core
// attaches message.kml (a place) or location.kml (where its user is, one after the other), [KML 2.2]. Both are parsed
// by libxml2: KML without a DTD, HTML as coi/mail/html simplifies it. Left out: altitude, tracks (the newest point
// counts), names.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coi {

inline constexpr std::string_view kml_type = "application/vnd.google-earth.kml+xml";

struct Position {
    double latitude = 0, longitude = 0;  // degrees, WGS 84, with at most 7 decimals (1 cm)
    std::optional<double> accuracy;      // metres
    bool is_live = false;                // where its author is just now; more will follow
    bool operator==(const Position&) const = default;
};

/// A number without exponent, rounded to 7 decimals; nullopt: it is none, or larger than `most` (either sign).
std::optional<double> read_decimal(std::string_view text, double most);
/// As short as possible: "53.07516".
std::string print_decimal(double);
/// nullopt: there is no such place.
std::optional<Position> read_position(std::string_view latitude, std::string_view longitude);

/// The newest placemark. nullopt: none, no KML, more than 64 KiB, or a tag of more than 1,000 octets.
std::optional<Position> read_kml(const std::string& bytes);
/// One placemark; `time` as [RFC 3339] has it.
std::string print_kml(const Position&, const std::string& time);

/// The first h-geo of a document; nullopt: none.
std::optional<Position> read_h_geo(std::string_view html);
/// A document with the text and an h-geo.
std::string print_h_geo(const Position&, const std::string& text);

}  // namespace coi
