// See inline_picture.h.

#include "gateway/translate/inline_picture.h"

#include <memory>
#include <utility>

#include "gateway/model/picture.h"
#include "xmpp/xep/xep0231_bob.h"

namespace gateway::inline_picture {
namespace {

constexpr std::size_t most = 10;
constexpr std::string_view scheme = "cid:";
constexpr std::string_view mark = "\xEF\xBF\xBC";  // U+FFFC: COMPAT: what Pidgin and Psi write in the body

}  // namespace

std::vector<File> all_of(const xmpp::Tag& message) {
    std::vector<File> files;
    for (const std::string& cid : xmpp::xep0231::shown_in(message)) {
        if (files.size() == most) break;
        auto data = xmpp::xep0231::data_in(message, cid, most_bytes);
        auto file = data ? file_of(std::move(data->bytes)) : std::nullopt;
        if (!file) file.emplace().url = std::string(scheme) + cid;
        files.push_back(std::move(*file));
    }
    return files;
}

bool is_elsewhere(const File& file) { return file.url.starts_with(scheme); }

std::string cid_of(const File& file) { return file.url.substr(scheme.size()); }

std::optional<File> file_of(std::string bytes) {
    const auto shape = picture_shape(bytes);
    if (!shape) return std::nullopt;
    File file;
    file.type = mime_of(shape->type);
    file.name = "picture." + file.type.substr(file.type.find('/') + 1);
    file.size = bytes.size();
    file.bytes = std::make_shared<const std::string>(std::move(bytes));
    return file;
}

std::string without_marks(std::string_view words) {
    std::string rest(words);
    for (auto at = rest.find(mark); at != rest.npos; at = rest.find(mark, at)) rest.erase(at, mark.size());
    return rest;
}

}  // namespace gateway::inline_picture
