// Boost.Locale reads the gettext catalogues that po/CMakeLists.txt compiles in; no locale of the machine is needed.

#include "gateway/localization.h"

#include <algorithm>
#include <boost/locale/gnu_gettext.hpp>
#include <boost/locale/message.hpp>
#include <climits>
#include <locale>
#include <map>
#include <utility>

#include "po/catalogue.h"

namespace gateway {
namespace {

using Messages = boost::locale::message_format<char>;

std::locale load(const po::Catalogue& catalogue) {
    boost::locale::gnu_gettext::messages_info info;
    info.language = catalogue.language;
    info.encoding = "UTF-8";
    info.domains.emplace_back("coigate");
    info.paths.emplace_back("");  // a dummy path: the callback provides the bytes
    info.callback = [bytes = catalogue.bytes](const std::string&, const std::string&) {
        return std::vector(bytes.begin(), bytes.end());
    };
    return {std::locale::classic(), boost::locale::gnu_gettext::create_messages_facet<char>(info)};
}

// The catalogue for an xml:lang [RFC 5646], chosen by its primary language; nullptr means English.
const Messages* messages(std::string_view lang) {
    static const auto locales = [] {
        std::map<std::string, std::locale, std::less<>> loaded;
        for (const auto& catalogue : po::catalogues()) loaded.emplace(catalogue.language, load(catalogue));
        return loaded;
    }();
    std::string primary(lang.substr(0, std::min(lang.find_first_of("-_"), std::size_t{8})));
    for (char& c : primary) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const auto found = locales.find(primary);
    return found == locales.end() ? nullptr : &std::use_facet<Messages>(found->second);
}

// One pass, so that a placeholder inside an argument is not replaced.
std::string fill(std::string_view text, const std::vector<std::string>& args) {
    std::string filled;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool placeholder =
            text[i] == '{' && i + 2 < text.size() && text[i + 1] >= '1' && text[i + 1] <= '9' && text[i + 2] == '}';
        const std::size_t which = placeholder ? static_cast<std::size_t>(text[i + 1] - '1') : args.size();
        if (which < args.size()) {
            filled += args[which];
            i += 2;
        } else {
            filled += text[i];
        }
    }
    return filled;
}

}  // namespace

std::string say(std::string_view lang, const char* msgid, const std::vector<std::string>& args) {
    const Messages* catalogue = messages(lang);
    const char* text = catalogue == nullptr ? nullptr : catalogue->get(0, nullptr, msgid);
    return fill(text == nullptr ? msgid : text, args);
}

std::string say(std::string_view lang, const char* singular, const char* plural, long n,
                const std::vector<std::string>& args) {
    const Messages* catalogue = messages(lang);
    const int form = static_cast<int>(std::clamp(n, 0L, long{INT_MAX}));
    const char* text = catalogue == nullptr ? nullptr : catalogue->get(0, nullptr, singular, form);
    if (text == nullptr) text = n == 1 ? singular : plural;
    std::vector<std::string> all{std::to_string(n)};
    all.insert(all.end(), args.begin(), args.end());
    return fill(text, all);
}

}  // namespace gateway
