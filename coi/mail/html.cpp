// The effect of each HTML tag on the lines (coi/mail/html_lines); libxml2's SAX interface, no tree, no network. Left
// out: CSS in <style>, because libxml2 does not support it; so only inline styles hide text.

#include "coi/mail/html.h"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "coi/mail/charset.h"
#include "coi/mail/html_lines.h"
#include "coi/mail/html_tags.h"

namespace coi {
namespace {

constexpr std::size_t most_tags = 50'000;      // whose structure is kept; a long newsletter has 5,000
constexpr std::size_t deepest = 1000;          // elements; libxml2's end tags cost time in proportion to the depth,
constexpr std::size_t most_steps = 5'000'000;  // elements times depth
constexpr std::size_t always_deep = 100;
constexpr std::size_t longest_target = 2000;  // octets of a link

enum class Kind {
    flow,
    block,
    paragraph,
    item,
    list,
    quote,
    pre,
    rule,
    line_break,
    link,
    image,
    table,
    row,
    cell,
    styled,
    unseen
};

struct Tag {
    std::string_view name;
    Kind kind;
};

constexpr std::array<Tag, 66> tags{{
    {"a", Kind::link},          {"address", Kind::block},    {"article", Kind::block},    {"aside", Kind::block},
    {"audio", Kind::unseen},    {"b", Kind::styled},         {"blockquote", Kind::quote}, {"br", Kind::line_break},
    {"canvas", Kind::unseen},   {"caption", Kind::block},    {"center", Kind::block},     {"code", Kind::styled},
    {"datalist", Kind::unseen}, {"dd", Kind::block},         {"del", Kind::styled},       {"div", Kind::block},
    {"dl", Kind::paragraph},    {"dt", Kind::block},         {"em", Kind::styled},        {"embed", Kind::unseen},
    {"fieldset", Kind::block},  {"figcaption", Kind::block}, {"figure", Kind::block},     {"footer", Kind::block},
    {"form", Kind::block},      {"h1", Kind::paragraph},     {"h2", Kind::paragraph},     {"h3", Kind::paragraph},
    {"h4", Kind::paragraph},    {"h5", Kind::paragraph},     {"h6", Kind::paragraph},     {"header", Kind::block},
    {"hr", Kind::rule},         {"i", Kind::styled},         {"iframe", Kind::unseen},    {"img", Kind::image},
    {"legend", Kind::block},    {"li", Kind::item},          {"main", Kind::block},       {"nav", Kind::block},
    {"object", Kind::unseen},   {"ol", Kind::list},          {"p", Kind::paragraph},      {"pre", Kind::pre},
    {"s", Kind::styled},        {"script", Kind::unseen},    {"section", Kind::block},    {"select", Kind::unseen},
    {"strike", Kind::styled},   {"strong", Kind::styled},    {"style", Kind::unseen},     {"svg", Kind::unseen},
    {"table", Kind::table},     {"tbody", Kind::block},      {"td", Kind::cell},          {"template", Kind::unseen},
    {"textarea", Kind::unseen}, {"tfoot", Kind::block},      {"th", Kind::cell},          {"thead", Kind::block},
    {"title", Kind::unseen},    {"tr", Kind::row},           {"tt", Kind::styled},        {"ul", Kind::list},
    {"video", Kind::unseen},    {"xml", Kind::unseen},
}};
static_assert(std::ranges::is_sorted(tags, {}, &Tag::name));

Kind kind_of(std::string_view name) {
    const auto* found = std::ranges::lower_bound(tags, name, {}, &Tag::name);
    return found != tags.end() && found->name == name ? found->kind : Kind::flow;
}

/// [XEP-0393 §6.2]
char directive_of(std::string_view name) {
    if (name == "code" || name == "tt") return '`';
    if (name == "s" || name == "del" || name == "strike") return '~';
    return name == "i" || name == "em" ? '_' : '*';
}

std::string_view view(const xmlChar* text) {
    return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

class Attributes {
  public:
    explicit Attributes(const xmlChar** pairs) : pairs_(pairs) {}
    bool has(std::string_view name) const { return find(name) != nullptr; }
    std::string_view operator[](std::string_view name) const {
        const auto* found = find(name);
        return found == nullptr ? std::string_view() : view(found[1]);
    }

  private:
    const xmlChar** find(std::string_view name) const {
        for (auto* pair = pairs_; pair != nullptr && pair[0] != nullptr; pair += 2) {
            if (view(pair[0]) == name) return pair;
        }
        return nullptr;
    }
    const xmlChar** pairs_;
};

/// An inline style without spaces, so that declarations can be looked for.
std::string declarations(const Attributes& attributes) {
    std::string style = lower(attributes["style"]);
    std::erase_if(style, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
    return ';' + style + ';';
}

bool is_hidden(const Attributes& attributes, const std::string& style) {
    if (attributes.has("hidden")) return true;
    constexpr std::array<std::string_view, 8> hiding{";display:none",   ";visibility:hidden", ";mso-hide:all",
                                                     ";font-size:0;",   ";font-size:0px",     ";max-height:0;",
                                                     ";max-height:0px", ";opacity:0;"};
    return std::ranges::any_of(hiding, [&](auto each) { return style.find(each) != std::string::npos; });
}

/// Outlook makes every line a paragraph without margins.
bool is_tight(const Attributes& attributes, const std::string& style) {
    return attributes["class"].starts_with("Mso") || style.find(";margin:0") != std::string::npos ||
           (style.find(";margin-top:0") != std::string::npos && style.find(";margin-bottom:0") != std::string::npos);
}

/// The quote of Yahoo and GMX, which have no <blockquote>; it contains the attribution or copied header, too.
bool holds_quote(const Attributes& attributes) {
    const auto id = attributes["id"];
    return id.starts_with("yahoo_quoted") || attributes["class"].find("yahoo_quoted") != std::string_view::npos ||
           attributes["name"] == "quote";
}

/// The target of a link, if it is worth showing; else "".
std::string link_target(std::string_view href) {
    const std::string target = clean_line(href);
    const std::string start = lower(std::string_view(target).substr(0, 8));
    constexpr std::array<std::string_view, 8> shown{
        "http://", "https://", "mailto:", "tel:", "ftp://", "xmpp:", "sip:", "geo:"};
    const bool worth = std::ranges::any_of(shown, [&](auto each) { return start.starts_with(each); });
    return worth && target.size() <= longest_target ? target : std::string();
}

/// The common form of a target and a text that are the same place.
std::string comparable(std::string_view link) {
    std::string place = lower(trim(link));
    for (const std::string_view scheme : {"https://", "http://", "mailto:", "tel:", "www."}) {
        if (place.starts_with(scheme)) place.erase(0, scheme.size());
    }
    if (const auto query = place.find('?'); query != std::string::npos && place.find('@') < query) place.resize(query);
    while (place.ends_with('/')) place.pop_back();
    return place;
}

/// Processes the events of one document; sets `stop` if the output is long enough, or the nesting too deep.
class Reader {
  public:
    Reader(std::size_t most, std::size_t deep) : most_(most), deepest_(deep) {}

    void start(std::string_view name, const Attributes& attributes) {
        Kind kind = kind_of(name);
        const std::string style = declarations(attributes);
        if (unseen_ > 0 || kind == Kind::unseen || is_hidden(attributes, style)) {
            // A void element ends at once, so that this count comes back to 0 with the element that began it.
            ++unseen_;
            open_.push_back({kind, {}, 0, false});
            stop = stop || open_.size() > deepest_;
            return;
        }
        if (kind == Kind::paragraph && is_tight(attributes, style)) kind = Kind::block;
        if (kind == Kind::block && holds_quote(attributes)) kind = Kind::quote;
        open_.push_back({kind, {}, 0, true});
        begin(kind, name, attributes);
        stop = stop || open_.size() > deepest_ || is_long();
    }

    void end() {
        if (open_.empty()) return;
        const Open ended = std::move(open_.back());
        open_.pop_back();
        if (!ended.seen) {
            --unseen_;
        } else {
            finish(ended);
        }
    }

    void text(std::string_view characters) {
        if (unseen_ > 0 || stop) return;
        if (fresh_cell_ && trim(characters).empty()) return;
        fresh_cell_ = false;
        lines_.text(characters, pre_ > 0);
        stop = is_long();
    }

    std::string take() { return lines_.take(); }
    bool is_long() const { return lines_.size() > most_; }
    bool stop = false;

  private:
    struct Open {
        Kind kind;
        std::string target;  // of a link
        std::size_t from;    // where the text of a link or of a span begins
        bool seen;
        char directive = '\0';  // of a span
    };
    struct List {
        bool ordered;
        long next;
        std::size_t indent;
    };
    struct Table {
        bool data;
        bool first_cell;
    };

    void begin(Kind kind, std::string_view name, const Attributes& attributes) {
        switch (kind) {
            case Kind::flow:
            case Kind::unseen:
                break;
            case Kind::block:
                break_block(1);
                break;
            case Kind::paragraph:
                break_block(2);
                break;
            case Kind::item:
                begin_item();
                break;
            case Kind::list:
                break_block(lists_.empty() ? 2 : 1);
                lists_.push_back({name == "ol", std::max(1L, std::atol(std::string(attributes["start"]).c_str())), 0});
                break;
            case Kind::quote:
                lines_.block(1);
                lines_.quote(1);
                break;
            case Kind::pre:
                lines_.block(2);
                ++pre_;
                break;
            case Kind::rule:
                lines_.block(1);
                lines_.mark("---");
                lines_.block(1);
                break;
            case Kind::line_break:
                fresh_cell_ ? void() : lines_.line_break();
                break;
            case Kind::link:
                open_.back().target = link_target(attributes["href"]);
                open_.back().from = lines_.size();
                break;
            case Kind::styled:
                open_.back().directive = directive_of(name);
                open_.back().from = lines_.size();
                break;
            case Kind::image:
                image(attributes);
                break;
            case Kind::table:
                break_block(1);
                tables_.push_back({is_data(attributes), true});
                break;
            case Kind::row:
                fresh_cell_ = false;
                lines_.block(1);
                if (!tables_.empty()) tables_.back().first_cell = true;
                break;
            case Kind::cell:
                begin_cell(name);
                break;
        }
    }

    void finish(const Open& ended) {
        switch (ended.kind) {
            case Kind::block:
            case Kind::row:
                break_block(1);
                break;
            case Kind::paragraph:
                break_block(2);
                break;
            case Kind::item:
                if (!lists_.empty()) {
                    lines_.indent(-static_cast<int>(lists_.back().indent));
                    lists_.back().indent = 0;
                }
                lines_.block(1);
                break;
            case Kind::list:
                if (!lists_.empty()) {
                    lines_.indent(-static_cast<int>(lists_.back().indent));
                    lists_.pop_back();
                }
                lines_.block(lists_.empty() ? 2 : 1);
                break;
            case Kind::quote:
                lines_.block(2);
                lines_.quote(-1);
                break;
            case Kind::pre:
                --pre_;
                lines_.block(2);
                break;
            case Kind::link:
                finish_link(ended);
                break;
            case Kind::styled:
                if (pre_ == 0) lines_.style(ended.from, ended.directive);
                break;
            case Kind::table:
                if (!tables_.empty()) tables_.pop_back();
                lines_.block(1);
                break;
            case Kind::cell:
                fresh_cell_ = false;
                if (!tables_.empty() && tables_.back().data) lines_.stay_in_line();
                lines_.space();
                break;
            default:
                break;
        }
    }

    void break_block(std::size_t count) {
        if (!fresh_cell_) lines_.block(count);
    }

    void begin_item() {
        lines_.block(1);
        if (lists_.empty()) {
            lines_.mark("- ");
            return;
        }
        auto& list = lists_.back();
        lines_.indent(-static_cast<int>(list.indent));
        const std::string bullet = list.ordered ? std::to_string(list.next) + ". " : "- ";
        if (list.next < std::numeric_limits<long>::max()) ++list.next;
        lines_.mark(bullet);
        fresh_cell_ = true;  // a paragraph may follow the bullet in its line
        list.indent = bullet.size();
        lines_.indent(static_cast<int>(list.indent));
    }

    /// Layout tables have no borders; only a table of data gets bars between its cells.
    static bool is_data(const Attributes& attributes) {
        const auto border = attributes["border"];
        return attributes["role"] != "presentation" &&
               ((!border.empty() && border != "0") ||
                attributes["class"].find("MsoTableGrid") != std::string_view::npos);
    }

    void begin_cell(std::string_view name) {
        if (tables_.empty()) return;
        auto& table = tables_.back();
        if (name == "th") table.data = true;
        if (!table.first_cell && table.data) {
            lines_.stay_in_line();
            lines_.space();
            lines_.mark("| ");
        }
        table.first_cell = false;
        fresh_cell_ = table.data;
    }

    void image(const Attributes& attributes) {
        const std::string words = clean_line(attributes["alt"]);
        if (words.empty()) return;
        fresh_cell_ = false;
        lines_.text("[" + words + "]", false);
    }

    void finish_link(const Open& link) {
        if (link.target.empty()) return;
        const auto words = lines_.since(link.from);
        if (words.size() <= 2 * longest_target && comparable(words) == comparable(link.target)) return;
        if (trim(words).empty()) return;
        lines_.space();
        lines_.mark("<" + link.target + ">");
    }

    const std::size_t most_, deepest_;
    HtmlLines lines_;
    std::vector<Open> open_;
    std::vector<List> lists_;
    std::vector<Table> tables_;
    std::size_t unseen_ = 0, pre_ = 0;
    bool fresh_cell_ = false;  // breaks between the mark of a cell or item and its first word are dropped
};

struct FreeParser {
    void operator()(htmlParserCtxt* parser) const {
        if (parser->myDoc != nullptr) xmlFreeDoc(parser->myDoc);
        htmlFreeParserCtxt(parser);
    }
};

Reader& reader_of(void* context) { return *static_cast<Reader*>(static_cast<htmlParserCtxt*>(context)->_private); }

void after_event(void* context) {
    if (reader_of(context).stop) xmlStopParser(static_cast<htmlParserCtxt*>(context));
}

htmlSAXHandler events() {
    htmlSAXHandler handler{};
    handler.initialized = 1;
    handler.startElement = [](void* context, const xmlChar* name, const xmlChar** attributes) {
        reader_of(context).start(view(name), Attributes(attributes));
        after_event(context);
    };
    handler.endElement = [](void* context, const xmlChar*) { reader_of(context).end(); };
    handler.characters = [](void* context, const xmlChar* text, int length) {
        reader_of(context).text({reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)});
        after_event(context);
    };
    handler.ignorableWhitespace = handler.characters;
    return handler;
}

bool breaks_line(std::string_view name) {
    const Kind kind = kind_of(name);
    return kind != Kind::flow && kind != Kind::link && kind != Kind::image && kind != Kind::cell &&
           kind != Kind::styled && kind != Kind::unseen;
}

void read(const std::string& document, Reader& reader) {
    const std::unique_ptr<htmlParserCtxt, FreeParser> parser(htmlNewParserCtxt());
    if (!parser || document.size() > std::numeric_limits<int>::max()) return;
    *parser->sax = events();
    parser->userData = parser.get();
    parser->_private = &reader;
    constexpr int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                            HTML_PARSE_IGNORE_ENC | HTML_PARSE_NODEFDTD;
    xmlDoc* none =
        htmlCtxtReadMemory(parser.get(), document.data(), static_cast<int>(document.size()), nullptr, "UTF-8", options);
    if (none != nullptr) xmlFreeDoc(none);
}

}  // namespace

std::string html_to_text(std::string_view html, std::size_t most, bool& cut) {
    static const bool ready = (xmlInitParser(), true);
    static_cast<void>(ready);
    // With its structure, or, where that is too deep, as words and lines.
    for (const std::size_t kept : {most_tags, std::size_t{0}}) {
        const HtmlTags copy = copy_html(html, kept, breaks_line);
        Reader reader(most, std::clamp(most_steps / (copy.tags + 1), always_deep, deepest));
        // Inside a body from the start: libxml2 would wrap text before it in an extra paragraph.
        read("<body>" + copy.html, reader);
        if (reader.stop && !reader.is_long() && kept > 0) continue;
        cut = cut || reader.stop;
        return std::string(cut_utf8(reader.take(), most));
    }
    return {};
}

std::string html_to_text(std::string_view html, std::size_t most) {
    bool cut = false;
    return html_to_text(html, most, cut);
}

std::string html_charset(std::string_view bytes) {
    const std::string start = lower(bytes.substr(0, 2048));
    const auto meta = start.find("<meta");
    const auto at = meta == std::string::npos ? meta : start.find("charset=", meta);
    if (at == std::string::npos) return {};
    const auto from = start.find_first_not_of("\"' ", at + 8);
    if (from == std::string::npos) return {};
    return start.substr(from, start.find_first_of("\"' ;/>", from) - from);
}

}  // namespace coi
