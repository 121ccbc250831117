// The operator's file, as bytes: whatever stands in it, config::parse ends with a Config or with problems that can be
// printed.
//
// Files that it names are not opened (Depth::words_only). A Config that comes out obeys the ranges that the rest relies
// on.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto result = config::parse(text, "fuzz.toml", config::Depth::words_only);
    if (const auto* problems = std::get_if<1>(&result)) {
        if (problems->empty()) std::abort();
        for (const auto& problem : *problems) {
            if (problem.what.empty() || problem.remedy.empty() || problem.print().empty()) std::abort();
        }
        return 0;
    }
    const auto& config = std::get<config::Config>(result);
    const bool sane = !config.xmpp.component.empty() && !config.xmpp.domain.empty() &&
                      config.xmpp.component != config.xmpp.domain && config.xmpp.server.port != 0 &&
                      config.mail.max_size > 0 && config.mail.warn_after < config.mail.expire &&
                      config.relay.connections > 0 && config.store.url.starts_with("sqlite:");
    if (!sane) std::abort();
    const auto difference = config::compare(config, config);
    if (!difference.reloadable.empty() || !difference.restart.empty()) std::abort();
    return 0;
}
