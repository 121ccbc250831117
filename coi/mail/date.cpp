// Dates, by GMime; see date.h.

#include "coi/mail/date.h"

#include <gmime/gmime.h>

#include <algorithm>

namespace coi {

std::optional<std::chrono::sys_seconds> read_date(const std::string& value) {
    GDateTime* date = g_mime_utils_header_decode_date(value.c_str());
    if (date == nullptr) return std::nullopt;
    const auto seconds = g_date_time_to_unix(date);
    g_date_time_unref(date);
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

std::optional<std::chrono::sys_seconds> read_internal_date(std::string value) {
    const auto end_of_day = value.begin() + static_cast<std::ptrdiff_t>(std::min(value.find(' ', 2), value.size()));
    std::replace(value.begin(), end_of_day, '-', ' ');
    return read_date(value);
}

}  // namespace coi
