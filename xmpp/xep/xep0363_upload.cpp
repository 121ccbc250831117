// Services, requests and slots; see xep0363_upload.h.

#include "xmpp/xep/xep0363_upload.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "xmpp/xep/xep0004_forms.h"
#include "xmpp/xep/xep0030_disco.h"

namespace xmpp::xep0363 {
namespace {

constexpr std::size_t most_headers = 10;
constexpr std::size_t longest = 4096;  // bytes of a URL or a header field

std::optional<std::string> value_of(const Tag& form, const std::string& variable) {
    for (const Tag* field : form.findChildren("field")) {
        if (attribute(*field, "var") != variable) continue;
        const Tag* value = field->findChild("value");
        return value ? value->cdata() : "";
    }
    return std::nullopt;
}

std::string url_of(const Tag& slot, const char* method) {
    const Tag* element = child(slot, method, ns);
    const std::string url = element ? attribute(*element, "url") : "";
    return url.size() > longest ? "" : url;
}

/// [§4] line breaks must be removed from name and value.
std::string one_line(std::string text) {
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
    return text;
}

}  // namespace

std::optional<std::size_t> largest(const Tag& iq) {
    const auto info = xep0030::info_of(iq);
    if (std::ranges::find(info.features, ns) == info.features.end()) return std::nullopt;
    const Tag* query = child(iq, "query", xep0030::ns_info);
    for (const Tag* form : query->findChildren("x")) {
        if (namespace_of(*form) != xep0004::ns || value_of(*form, "FORM_TYPE") != ns) continue;
        const std::string said = value_of(*form, "max-file-size").value_or("");
        std::size_t bytes = 0;
        const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), bytes);
        if (error == std::errc() && end == said.data() + said.size()) return bytes;
    }
    return SIZE_MAX;
}

void add_request(Tag& iq, const Request& file) {
    Tag& request = add(iq, "request", ns);
    request.addAttribute("filename", clean(file.name));
    request.addAttribute("size", std::to_string(file.size));
    request.addAttribute("content-type", clean(file.type));
}

std::optional<Slot> slot_of(const Tag& iq) {
    const Tag* element = attribute(iq, "type") == "result" ? child(iq, "slot", ns) : nullptr;
    if (!element) return std::nullopt;
    Slot slot{url_of(*element, "put"), url_of(*element, "get"), {}};
    if (slot.put.empty() || slot.get.empty()) return std::nullopt;
    constexpr std::array<std::string_view, 3> allowed{"Authorization", "Cookie", "Expires"};
    for (const Tag* header : child(*element, "put", ns)->findChildren("header")) {
        const std::string name = one_line(attribute(*header, "name"));
        std::string value = one_line(header->cdata());
        const bool is_allowed = std::ranges::any_of(
            allowed, [&](std::string_view known) { return boost::algorithm::iequals(known, name); });
        if (is_allowed && value.size() <= longest && slot.headers.size() < most_headers)
            slot.headers.emplace_back(name, std::move(value));
    }
    return slot;
}

}  // namespace xmpp::xep0363
