// KML by libxml2, h-geo by coi/mail/microformat; see position.h.

#include "coi/mail/position.h"

#include <libxml/xmlreader.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <utility>

#include "coi/mail/charset.h"
#include "coi/mail/gobject.h"
#include "coi/mail/microformat.h"

namespace coi {
namespace {

constexpr std::size_t largest_kml = 64 * 1024;
constexpr std::size_t longest_tag = 1000;   // octets: what libxml2 does with attributes grows with their square
constexpr std::size_t longest_value = 100;  // octets of a number or time
constexpr double farthest = 40'000'000;     // metres: an accuracy that says nothing

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

void append(std::string& value, std::string_view more) {
    if (value.size() < longest_value) value.append(more.substr(0, longest_value));
}

/// The placemarks of a document, element by element. COMPAT: chatmail's core takes names in any case.
class Placemarks {
  public:
    void start(std::string_view element, std::string_view accuracy) {
        const std::string name = lower(element);
        if (name == "placemark") coordinates_ = when_ = accuracy_ = {};
        field_ = name == "coordinates" ? &coordinates_ : name == "when" ? &when_ : nullptr;
        if (name == "coordinates") append(accuracy_, accuracy);
    }
    void text(std::string_view text) {
        if (field_ != nullptr) append(*field_, text);
    }
    void end(std::string_view element) {
        field_ = nullptr;
        if (lower(element) == "placemark") take();
    }
    std::optional<Position> newest;

  private:
    /// "longitude,latitude", perhaps with an altitude.
    void take() {
        const std::string_view all = trim(coordinates_);
        const auto comma = all.find(',');
        if (comma == all.npos) return;
        const std::string_view rest = all.substr(comma + 1);
        auto position = read_position(trim(rest.substr(0, rest.find(','))), trim(all.substr(0, comma)));
        const std::string when(trim(when_));
        if (!position || when < newest_when_) return;
        if (const auto accuracy = read_decimal(trim(accuracy_), farthest); accuracy && *accuracy > 0)
            position->accuracy = accuracy;
        newest = position;
        newest_when_ = when;
    }
    std::string coordinates_, when_, accuracy_, newest_when_;
    std::string* field_ = nullptr;
};

struct FreeReader {
    void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
};
struct FreeXml {
    void operator()(xmlChar* text) const { xmlFree(text); }
};
void prepare() {
    static const bool ready = (xmlInitParser(), true);
    static_cast<void>(ready);
}

/// A ">" may stand in a value, so a tag is what stands between two "<".
bool has_long_tag(std::string_view xml) {
    for (auto at = xml.find('<'); at != xml.npos;) {
        const auto next = xml.find('<', at + 1);
        if (std::min(next, xml.size()) - at > longest_tag) return true;
        at = next;
    }
    return false;
}

}  // namespace

std::optional<double> read_decimal(std::string_view text, double most) {
    constexpr double decimals = 1e7;
    double value = 0;
    if (text.size() > longest_value) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + text.size() || !(std::abs(value) <= most)) return std::nullopt;
    return std::round(value * decimals) / decimals + 0.0;  // not -0
}

std::string print_decimal(double value) {
    std::array<char, 400> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    return error == std::errc() ? std::string(text.data(), end) : "0";
}

std::optional<Position> read_position(std::string_view latitude, std::string_view longitude) {
    const auto north = read_decimal(latitude, 90), east = read_decimal(longitude, 180);
    if (!north || !east) return std::nullopt;
    return Position{*north, *east, {}, false};
}

std::optional<Position> read_kml(const std::string& bytes) {
    if (bytes.size() > largest_kml || has_long_tag(bytes)) return std::nullopt;
    prepare();
    constexpr int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
    const std::unique_ptr<xmlTextReader, FreeReader> reader(
        xmlReaderForMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr, options));
    Placemarks placemarks;
    while (reader && xmlTextReaderRead(reader.get()) == 1) {
        const std::string_view name = view(xmlTextReaderConstLocalName(reader.get()));
        switch (xmlTextReaderNodeType(reader.get())) {
            case XML_READER_TYPE_DOCUMENT_TYPE:  // no entities
                return std::nullopt;
            case XML_READER_TYPE_ELEMENT: {
                const std::unique_ptr<xmlChar, FreeXml> accuracy(
                    xmlTextReaderGetAttribute(reader.get(), reinterpret_cast<const xmlChar*>("accuracy")));
                placemarks.start(name, view(accuracy.get()));
                break;
            }
            case XML_READER_TYPE_TEXT:
            case XML_READER_TYPE_CDATA:
                placemarks.text(view(xmlTextReaderConstValue(reader.get())));
                break;
            case XML_READER_TYPE_END_ELEMENT:
                placemarks.end(name);
                break;
            default:
                break;
        }
    }
    return placemarks.newest;
}

std::string print_kml(const Position& position, const std::string& time) {
    const std::string accuracy =
        position.accuracy ? " accuracy=\"" + print_decimal(*position.accuracy) + "\"" : std::string();
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document>\n"
           "<Placemark><Timestamp><when>" +
           time + "</when></Timestamp><Point><coordinates" + accuracy + ">" + print_decimal(position.longitude) + "," +
           print_decimal(position.latitude) + "</coordinates></Point></Placemark>\n</Document>\n</kml>\n";
}

std::optional<Position> read_h_geo(std::string_view html) {
    const auto found = read_microformat(html, "h-geo", {"p-latitude", "p-longitude"}, {longest_value});
    if (!found || !found->contains("p-latitude") || !found->contains("p-longitude")) return std::nullopt;
    return read_position(trim(found->at("p-latitude")), trim(found->at("p-longitude")));
}

std::string print_h_geo(const Position& position, const std::string& text) {
    const OwnedText escaped(g_markup_escape_text(text.data(), static_cast<gssize>(text.size())));
    return "<html>\n<body>\n<p style=\"white-space: pre-line\">" + std::string(escaped.get()) +
           "</p>\n<p class=\"h-geo\">\n<span class=\"p-latitude\">" + print_decimal(position.latitude) +
           "</span>,\n<span class=\"p-longitude\">" + print_decimal(position.longitude) +
           "</span>\n</p>\n</body>\n</html>";
}

}  // namespace coi
