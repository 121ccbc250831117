// The dates of mail.
//
// [RFC 5322 §3.3], as leniently as GMime reads them; and [RFC 3501 §7.4.2] INTERNALDATE.

#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace coi {

/// The value of a Date field; nullopt if it is none.
std::optional<std::chrono::sys_seconds> read_date(const std::string& value);
/// "17-Jul-1996 02:44:25 -0700".
std::optional<std::chrono::sys_seconds> read_internal_date(std::string value);

}  // namespace coi
