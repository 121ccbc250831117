// See webxdc.h.

#include "coi/mail/webxdc.h"

#include <boost/json.hpp>
#include <utility>

#include "coi/mail/charset.h"

namespace coi {

std::vector<std::string> read_webxdc_news(std::string_view json) {
    constexpr std::size_t largest = 256 * 1024, most = 3, longest = 200;
    std::vector<std::string> news;
    if (json.size() > largest) return news;
    boost::system::error_code error;
    const auto update = boost::json::parse(json, error);  // at most 32 levels
    const auto* object = error ? nullptr : update.if_object();
    const auto* all = object ? object->if_contains("updates") : nullptr;
    const auto* items = all ? all->if_array() : nullptr;
    for (auto at = items ? items->size() : 0; at > 0 && news.size() < most; --at) {
        const auto* item = (*items)[at - 1].if_object();
        const auto* info = item ? item->if_contains("info") : nullptr;
        if (info == nullptr || !info->is_string()) continue;
        const auto& said = info->get_string();
        std::string line = clean_line(cut_utf8({said.data(), said.size()}, longest));
        if (!line.empty()) news.insert(news.begin(), std::move(line));
    }
    return news;
}

}  // namespace coi
