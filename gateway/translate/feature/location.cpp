// See location.h.

#include "gateway/translate/feature/location.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "coi/mail/charset.h"
#include "coi/mail/chat_data.h"
#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/xep/xep0080_geoloc.h"
#include "xmpp/xep/xep0203_delay.h"

namespace gateway::location {
namespace {

constexpr std::size_t longest_uri = 300;   // bytes
constexpr std::size_t longest_name = 200;  // bytes
constexpr double farthest = 40'000'000;    // metres: an accuracy that says nothing
constexpr std::string_view pin = "📍 ";

std::string decimal(double value) { return coi::print_decimal(value); }

std::optional<double> accuracy_of(std::string_view text) {
    const auto metres = coi::read_decimal(coi::trim(text), farthest);
    return metres && *metres > 0 ? metres : std::nullopt;
}

std::optional<Location> location_of(std::string_view latitude, std::string_view longitude) {
    const auto position = coi::read_position(coi::trim(latitude), coi::trim(longitude));
    if (!position) return std::nullopt;
    return Location{position->latitude, position->longitude, {}, ""};
}

/// The text up to `end`, which is taken away with it.
std::string_view take_until(std::string_view& text, char end) {
    const auto at = std::min(text.find(end), text.size());
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return taken;
}

/// [RFC 5870 §3.3] a whole URI in WGS 84; the altitude, and what maps read behind "?", are left out.
std::optional<Location> read_uri(std::string_view uri) {
    uri = coi::trim(uri);
    if (uri.size() > longest_uri || coi::lower(uri.substr(0, 4)) != "geo:") return std::nullopt;
    if (uri.find_first_of(" \t\r\n") != uri.npos) return std::nullopt;
    uri.remove_prefix(4);
    std::string_view rest = take_until(uri, '?');
    std::string_view coordinates = take_until(rest, ';');
    const std::string_view latitude = take_until(coordinates, ',');
    auto place = location_of(latitude, take_until(coordinates, ','));
    while (place && !rest.empty()) {
        std::string_view value = take_until(rest, ';');
        const std::string name = coi::lower(take_until(value, '='));
        if (name == "crs" && coi::lower(value) != "wgs84") return std::nullopt;
        if (name == "u") place->accuracy = accuracy_of(value);
    }
    return place;
}

std::string print_uri(const Location& place) {
    std::string uri = "geo:" + decimal(place.latitude) + "," + decimal(place.longitude);
    if (place.accuracy) uri += ";u=" + decimal(*place.accuracy);
    return uri;
}

std::optional<Location> read_element(const xmpp::Tag& message) {
    const auto said = xmpp::xep0080::geoloc(message);
    if (!said) return std::nullopt;
    auto place = location_of(said->lat, said->lon);
    if (!place) return std::nullopt;
    place->accuracy = accuracy_of(said->accuracy);
    place->name = text::head(text::one_line(said->text), longest_name);
    return place;
}

bool read(const xmpp::Tag& message, Event& event) {
    if (event.get<Correction>() != nullptr) return false;  // a correction stays text, even if it is a geo: URI
    auto* text = event.get<Text>();
    auto place = read_element(message);
    if (auto named = text ? read_uri(text->body) : std::nullopt) {
        if (place) named->name = place->name;
        if (place && !named->accuracy) named->accuracy = place->accuracy;
        place = std::move(named);
        text->body.clear();
    }
    if (!place) return false;
    if (text == nullptr) event.contents.emplace_back(Text{});
    event.contents.emplace_back(std::move(*place));
    return false;
}

std::string coordinates(const Location& place) { return decimal(place.latitude) + ", " + decimal(place.longitude); }

std::string map_of(const Location& place) {
    const std::string north = decimal(place.latitude), east = decimal(place.longitude);
    return "https://www.openstreetmap.org/?mlat=" + north + "&mlon=" + east + "#map=16/" + north + "/" + east;
}

/// For people, in any language.
std::string words(const Location& place) {
    return std::string(pin) + (place.name.empty() ? "" : place.name + ": ") + coordinates(place) + "\n" + map_of(place);
}

/// Takes the lines away that say for people what the place says: ours, and those of COI's example.
void take_words(std::string& body, Location& place) {
    const std::string said = coordinates(place), ours = ": " + said;
    // One word and the coordinates, which stands in COI's example; of a sentence that has them nothing is taken away.
    const auto is_labelled = [&](std::string_view line) {
        return line.ends_with(ours) && (line.starts_with(pin) || line.find(' ') == line.size() - ours.size() + 1);
    };
    bool is_taken = false;
    while (!body.empty()) {
        const auto begin = body.rfind('\n') == body.npos ? 0 : body.rfind('\n') + 1;
        const std::string_view line = coi::trim(std::string_view(body).substr(begin));
        const bool is_it =
            line == said || line == std::string(pin) + said || line == map_of(place) || is_labelled(line);
        if (!is_it && !(is_taken && line == "-")) break;
        is_taken = true;
        if (line.starts_with(pin) && line.ends_with(ours))
            place.name = line.substr(pin.size(), line.size() - pin.size() - ours.size());
        body.resize(begin == 0 ? 0 : begin - 1);
    }
}

bool read(const coi::Message& mail, const std::string& lang, Event& event) {
    auto* text = event.get<Text>();
    if (text == nullptr || mail.encrypted || mail.from.empty()) return false;
    if (mail.header("chat-content") == "location-streaming-enabled")
        text->body = framed::notice(
            say(lang, "[{1} shares their location for a while. It is shown here every ten minutes at most.]",
                {text::person(mail.from.front())}));
    const auto position = coi::position_of(mail);
    if (!position) return false;
    Location place{position->latitude, position->longitude, position->accuracy, "", position->is_live};
    take_words(text->body, place);
    event.contents.emplace_back(std::move(place));
    return false;
}

void write(const Event& event, xmpp::Tag& message) {
    const Location& place = *event.get<Location>();
    if (event.get<Text>() == nullptr) xmpp::add(message, "body", {}, print_uri(place));
    xmpp::xep0080::add_geoloc(message, {decimal(place.latitude), decimal(place.longitude),
                                        place.accuracy ? decimal(*place.accuracy) : "", place.name});
}

void write(const Event& event, coi::Message& mail, Dialect dialect) {
    const Location& place = *event.get<Location>();
    mail.text += (mail.text.empty() ? "" : "\n") + words(place);
    if (mail.subject.empty())
        mail.subject = (dialect == Dialect::mail ? "" : std::string(text::chat_subject)) + say(event.lang, "Location");
    const coi::Position position{place.latitude, place.longitude, place.accuracy, false};
    if (dialect == Dialect::coi) mail.attachments.push_back(coi::h_geo_of(position, mail.text));
    if (dialect != Dialect::chatmail) return;
    const auto when = std::chrono::floor<std::chrono::seconds>(event.when);
    const std::string kml = coi::print_kml(position, xmpp::xep0203::print_stamp(when));
    mail.attachments.push_back({std::string(coi::kml_type), "message.kml", kml.size(), kml, false});
}

}  // namespace

std::vector<Event> messages_of(Event event) {
    const auto* place = event.get<Location>();
    if (place == nullptr) return {std::move(event)};
    std::vector<Event> all;
    Event alone = event;
    alone.contents = {*place};
    event.remove<Location>();
    const auto* text = event.get<Text>();
    const bool says_nothing = text == nullptr || (text->body.empty() && text->subject.empty());
    if (!says_nothing || event.get<Files>() != nullptr) {
        all.push_back(std::move(event));
        alone.stanza = {};
        alone.about.reset();
        alone.wants_receipt = false;
    }
    all.push_back(std::move(alone));
    return all;
}

std::optional<Event> without_place(Event event) {
    event.remove<Location>();
    const auto* text = event.get<Text>();
    if ((text == nullptr || text->body.empty()) && event.get<Files>() == nullptr) return std::nullopt;
    return event;
}

const Feature feature{.is_in = is_in<Location>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries_always};

}  // namespace gateway::location
