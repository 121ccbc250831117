// Delays and their stamps [XEP-0203 §2], [XEP-0082 §3.2]; see xep0203_delay.h.

#include "xmpp/xep/xep0203_delay.h"

#include <array>
#include <cstdio>

namespace xmpp::xep0203 {
namespace {

/// Reads digits at fixed positions; stops for good at the first error.
struct Reader {
    std::string_view rest;
    bool good = true;

    int digits(std::size_t count) {
        int value = 0;
        if (rest.size() < count) return good = false, 0;
        for (const char c : rest.substr(0, count)) {
            if (c < '0' || c > '9') return good = false, 0;
            value = value * 10 + (c - '0');
        }
        rest.remove_prefix(count);
        return value;
    }
    bool take(char c) {
        if (rest.empty() || rest.front() != c) return false;
        rest.remove_prefix(1);
        return true;
    }
    void expect(char c) { good = take(c) && good; }
};

/// ".123456" to 123; any number of digits.
int fraction(Reader& reader) {
    if (!reader.take('.')) return 0;
    int value = 0, weight = 100;
    std::size_t count = 0;
    while (!reader.rest.empty() && reader.rest.front() >= '0' && reader.rest.front() <= '9' && count < 20) {
        value += (reader.rest.front() - '0') * weight;
        weight /= 10;
        reader.rest.remove_prefix(1);
        ++count;
    }
    if (count == 0) reader.good = false;
    return value;
}

std::chrono::minutes zone(Reader& reader) {
    if (reader.take('Z')) return {};
    const int sign = reader.take('-') ? -1 : 1;
    if (sign == 1) reader.expect('+');
    const int hours = reader.digits(2);
    reader.expect(':');
    const int minutes = reader.digits(2);
    if (hours > 23 || minutes > 59) reader.good = false;
    return std::chrono::minutes(sign * (hours * 60 + minutes));
}

}  // namespace

std::optional<Stamp> parse_stamp(const std::string& text) {
    using namespace std::chrono;
    Reader reader{text};
    const int y = reader.digits(4);
    reader.expect('-');
    const int m = reader.digits(2);
    reader.expect('-');
    const int d = reader.digits(2);
    reader.expect('T');
    const int hour = reader.digits(2);
    reader.expect(':');
    const int minute = reader.digits(2);
    reader.expect(':');
    const int second = reader.digits(2);
    const int milli = fraction(reader);
    const minutes offset = zone(reader);
    const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
    if (!reader.good || !reader.rest.empty() || !date.ok() || hour > 23 || minute > 59 || second > 60)
        return std::nullopt;
    return Stamp{sys_days(date)} + hours(hour) + minutes(minute) + seconds(second) + milliseconds(milli) - offset;
}

std::string print_stamp(Stamp stamp) {
    using namespace std::chrono;
    const auto midnight = floor<days>(stamp);
    const year_month_day date{midnight};
    const hh_mm_ss time{stamp - midnight};
    std::array<char, 64> out{};
    const int length = std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02ld:%02ld:%02lld", int(date.year()),
                                     unsigned(date.month()), unsigned(date.day()), long(time.hours().count()),
                                     long(time.minutes().count()), static_cast<long long>(time.seconds().count()));
    std::string text(out.data(), static_cast<std::size_t>(length));
    if (const auto milli = time.subseconds().count(); milli != 0) {
        std::snprintf(out.data(), out.size(), ".%03lld", static_cast<long long>(milli));
        text += out.data();
    }
    return text + "Z";
}

std::optional<Stamp> delay(const Tag& stanza) {
    const Tag* element = child(stanza, "delay", ns);
    return element ? parse_stamp(attribute(*element, "stamp")) : std::nullopt;
}

void add_delay(Tag& stanza, Stamp stamp, const std::string& from) {
    Tag& element = add(stanza, "delay", ns);
    element.addAttribute("from", from);
    element.addAttribute("stamp", print_stamp(stamp));
}

}  // namespace xmpp::xep0203
