// News of the small apps that chatmail programs share (webxdc): the lines that an app says of itself.
//
// Only `info` of status updates, which chatmail's core shows in the chat; what the apps tell each other is left out.
// Parsed by Boost.JSON.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coi {

inline constexpr std::string_view webxdc_type = "application/webxdc+zip";
inline constexpr std::string_view webxdc_update = "status-update.json";  // the file's name

/// The newest lines, at most three, each one line of at most 200 octets. None: there are none, or no update of at most
/// 256 KiB.
std::vector<std::string> read_webxdc_news(std::string_view json);

}  // namespace coi
