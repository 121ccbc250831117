// By libxml2's events; see microformat.h.

#include "coi/mail/microformat.h"

#include <libxml/HTMLparser.h>

#include <memory>
#include <utility>
#include <vector>

#include "coi/mail/charset.h"
#include "coi/mail/html_tags.h"

namespace coi {
namespace {

constexpr std::size_t largest_html = 1024 * 1024;
constexpr std::size_t most_tags = 500;  // of a document with a microformat

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

struct FreeParser {
    void operator()(htmlParserCtxt* parser) const {
        if (parser->myDoc != nullptr) xmlFreeDoc(parser->myDoc);
        htmlFreeParserCtxt(parser);
    }
};

struct Reader {
    std::string_view root;
    std::vector<std::string_view> wanted;
    MicroformatLimits limits;
    std::map<std::string, std::string> found{};
    std::string* field = nullptr;
    std::size_t depth = 0;  // elements that are open inside of the field's
    bool is_inside = false;

    void start(std::string_view element, std::string_view classes, std::string_view address) {
        if (field != nullptr) ++depth;
        if (classes.empty()) return;
        const std::string all = ' ' + std::string(classes) + ' ';
        const auto has = [&all](std::string_view name) { return all.find(' ' + std::string(name) + ' ') != all.npos; };
        is_inside = is_inside || has(root);
        if (!is_inside) return;
        for (const auto name : wanted) {
            if (!has(name) || found.contains(std::string(name))) continue;
            std::string& value = found[std::string(name)];
            if (element == "img") {
                if (address.size() <= limits.picture) value = address;
                continue;
            }
            field = &value;
            depth = 0;
            return;
        }
    }
    void end() {
        if (field == nullptr || depth-- > 0) return;
        field = nullptr;
        depth = 0;
    }
    void text(std::string_view more) {
        if (field != nullptr && field->size() < limits.text) field->append(more.substr(0, limits.text - field->size()));
    }
};

Reader& reader_of(void* context) { return *static_cast<Reader*>(static_cast<htmlParserCtxt*>(context)->_private); }

htmlSAXHandler events() {
    htmlSAXHandler handler{};
    handler.initialized = 1;
    handler.startElement = [](void* context, const xmlChar* element, const xmlChar** pairs) {
        std::string_view classes, address;
        for (; pairs != nullptr && pairs[0] != nullptr; pairs += 2) {
            if (view(pairs[0]) == "class") classes = view(pairs[1]);
            if (view(pairs[0]) == "src") address = view(pairs[1]);
        }
        reader_of(context).start(view(element), classes, address);
    };
    handler.endElement = [](void* context, const xmlChar*) { reader_of(context).end(); };
    handler.characters = [](void* context, const xmlChar* text, int length) {
        reader_of(context).text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)});
    };
    return handler;
}

}  // namespace

std::optional<std::map<std::string, std::string>> read_microformat(std::string_view html, std::string_view root,
                                                                   std::initializer_list<std::string_view> properties,
                                                                   const MicroformatLimits& limits) {
    static const bool ready = (xmlInitParser(), true);
    static_cast<void>(ready);
    if (html.size() > largest_html) return std::nullopt;
    const std::string document =
        copy_html(html, most_tags, [](std::string_view) { return false; }, limits.picture).html;
    const std::unique_ptr<htmlParserCtxt, FreeParser> parser(htmlNewParserCtxt());
    if (!parser) return std::nullopt;
    Reader reader{root, properties, limits};
    *parser->sax = events();
    parser->userData = parser.get();
    parser->_private = &reader;
    constexpr int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                            HTML_PARSE_IGNORE_ENC | HTML_PARSE_NODEFDTD;
    xmlDoc* none =
        htmlCtxtReadMemory(parser.get(), document.data(), static_cast<int>(document.size()), nullptr, "UTF-8", options);
    if (none != nullptr) xmlFreeDoc(none);
    if (!reader.is_inside) return std::nullopt;
    return std::move(reader.found);
}

}  // namespace coi
