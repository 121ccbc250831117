// See file_name.h.

#include "gateway/translate/file_name.h"

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cctype>
#include <utility>

#include "coi/mail/charset.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"

namespace gateway::file_name {
namespace {

constexpr std::size_t longest_name = 200, longest_type = 100;  // bytes
constexpr std::string_view unknown = "application/octet-stream";

// What phones and chat programs send; the rest is a file to open.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> endings{{{"aac", "audio/aac"},
                                                                                 {"gif", "image/gif"},
                                                                                 {"heic", "image/heic"},
                                                                                 {"jpeg", "image/jpeg"},
                                                                                 {"jpg", "image/jpeg"},
                                                                                 {"m4a", "audio/mp4"},
                                                                                 {"mkv", "video/x-matroska"},
                                                                                 {"mov", "video/quicktime"},
                                                                                 {"mp3", "audio/mpeg"},
                                                                                 {"mp4", "video/mp4"},
                                                                                 {"oga", "audio/ogg"},
                                                                                 {"ogg", "audio/ogg"},
                                                                                 {"opus", "audio/ogg"},
                                                                                 {"pdf", "application/pdf"},
                                                                                 {"png", "image/png"},
                                                                                 {"wav", "audio/wav"},
                                                                                 {"weba", "audio/webm"},
                                                                                 {"webm", "video/webm"},
                                                                                 {"webp", "image/webp"}}};

/// [RFC 6838 §4.2] a type and a subtype, which a mail can have as an attachment in base64.
bool is_media_type(std::string_view type) {
    const auto is_of_name = [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("/!#$&-^_.+").find(static_cast<char>(c)) != std::string_view::npos;
    };
    const auto slash = type.find('/');
    return slash != type.npos && slash > 0 && slash + 1 < type.size() && type.find('/', slash + 1) == type.npos &&
           type.size() <= longest_type && std::ranges::all_of(type, is_of_name) && !type.starts_with("multipart/") &&
           !type.starts_with("message/");  // [RFC 2046 §5.1, §5.2] they have no transfer encoding
}

}  // namespace

std::string in_url(std::string_view text) {
    const auto url = boost::urls::parse_uri(text.substr(0, text.find('#')));
    if (!url || url->segments().empty()) return {};
    return (*url).segments().back();
}

std::string clean(std::string_view name) {
    std::string line = coi::is_utf8(name) ? text::one_line(framed::foreign(name)) : "";
    std::ranges::replace_if(line, [](char c) { return c == '/' || c == '\\' || c == '\x7F'; }, '_');
    line.erase(0, std::min(line.find_first_not_of('.'), line.size()));
    if (line.size() <= longest_name) return line;
    // The ending says what it is.
    const auto dot = line.rfind('.');
    const std::string end = dot != line.npos && line.size() - dot <= 10 ? line.substr(dot) : "";
    return std::string(text::head(line, longest_name - end.size())) + end;
}

std::string media_type(std::initializer_list<std::string_view> said, std::string_view name) {
    for (const auto type : said) {
        const std::string plain = coi::lower(coi::trim(type.substr(0, type.find(';'))));
        if (plain != unknown && is_media_type(plain)) return plain;
    }
    const auto dot = name.rfind('.');
    const std::string end = dot == name.npos ? "" : coi::lower(name.substr(dot + 1));
    const auto* known = std::ranges::find_if(endings, [&end](const auto& row) { return row.first == end; });
    return std::string(known == endings.end() ? unknown : known->second);
}

bool is_of_recording(std::string_view name) {
    constexpr std::array<std::string_view, 4> names{"voice", "recording", "audio-message", "audio_message"};
    const std::string begin = coi::lower(name.substr(0, 20));
    return std::ranges::any_of(names, [&begin](std::string_view one) { return begin.starts_with(one); });
}

}  // namespace gateway::file_name
