// See otr_markup.h. What stands here recognises HTML; coi/mail/html reads it.

#include "gateway/encryption/otr_markup.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <vector>

#include "coi/mail/html.h"
#include "xmpp/xep/xep0092_version.h"

namespace gateway {
namespace {

constexpr std::size_t longest_text = 256 * 1024;  // bytes of a text converted from HTML
constexpr std::size_t most_clients = 16;          // per conversation
constexpr std::string_view question_id = "otr-client";

constexpr std::array writers_of_html = {"pidgin", "finch", "adium", "kopete", "psi", "psi+", "instantbird"};
constexpr std::array tags = {"a", "b", "body", "br",   "div",    "em",  "font", "hr", "html",
                             "i", "p", "s",    "span", "strong", "sub", "sup",  "u"};
constexpr std::array empty_tags = {"br", "hr"};
constexpr std::array wrappings = {"<font ", "<span style", "<html", "<body"};

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

template <class List>
bool holds(const List& list, std::string_view wanted) {
    return std::ranges::any_of(list, [&](std::string_view each) { return each == wanted; });
}

/// The length of the character reference at the start of `text`; 0 if there is none that these programs write.
std::size_t reference(std::string_view text) {
    const auto end = text.substr(0, 10).find(';');
    if (end == text.npos) return 0;
    const auto name = text.substr(1, end - 1);
    constexpr std::array named = {"lt", "gt", "amp", "quot", "apos", "nbsp"};
    const bool is_number = name.size() > 1 && name[0] == '#' &&
                           name.find_first_not_of(name[1] == 'x' ? "0123456789abcdefABCDEF" : "0123456789",
                                                  name[1] == 'x' ? 2 : 1) == name.npos;
    return is_number || holds(named, name) ? end + 1 : 0;
}

/// Reads the tag at the start of `text`; returns its length, 0 if these programs would not write it there.
std::size_t take_tag(std::string_view text, std::vector<std::string>& open) {
    const auto end = text.find('>');
    if (end == text.npos || text.substr(1, end).find('<') != text.npos) return 0;
    const bool closes = text.size() > 1 && text[1] == '/';
    std::string_view inside = text.substr(closes ? 2 : 1, end - (closes ? 2 : 1));
    const auto name = lower(inside.substr(0, inside.find_first_of(" \t\n/")));
    if (!holds(tags, name)) return 0;
    if (closes) {
        if (open.empty() || open.back() != name) return 0;
        open.pop_back();
    } else if (!holds(empty_tags, name)) {
        open.push_back(name);
    }
    return end + 1;
}

bool is_whole_html(std::string_view text) {
    std::vector<std::string> open;
    while (!text.empty()) {
        if (text[0] == '>') return false;
        const std::size_t step = text[0] == '&' ? reference(text) : text[0] == '<' ? take_tag(text, open) : 1;
        if (step == 0) return false;
        text.remove_prefix(step);
    }
    return open.empty();
}

}  // namespace

xmpp::Stanza OtrMarkup::question(const std::string& from, const std::string& peer) {
    auto iq = std::make_unique<xmpp::Tag>("iq");
    iq->addAttribute("type", "get");
    iq->addAttribute("id", std::string(question_id));
    iq->addAttribute("from", from);
    iq->addAttribute("to", peer);
    xmpp::add(*iq, "query", xmpp::xep0092::ns);
    return iq;
}

bool OtrMarkup::is_answer(const xmpp::Tag& iq) {
    return iq.name() == "iq" && xmpp::attribute(iq, "type") == "result" && xmpp::attribute(iq, "id") == question_id;
}

void OtrMarkup::answered(const xmpp::Tag& iq) {
    const std::string name = lower(xmpp::xep0092::name(iq));
    if (name.empty()) return;
    if (clients_.size() >= most_clients) clients_.clear();
    clients_[xmpp::attribute(iq, "from")] = holds(writers_of_html, name) ? Writes::html : Writes::plain;
}

std::string OtrMarkup::readable(const std::string& peer, const std::string& text) const {
    const auto known = clients_.find(peer);
    const Writes writes = known == clients_.end() ? Writes::unknown : known->second;
    if (writes == Writes::plain || text.find_first_of("<&") == text.npos || text.size() > longest_text) return text;
    const std::string start = lower(std::string_view(text).substr(0, 16));
    const bool is_wrapped =
        std::ranges::any_of(wrappings, [&](std::string_view wrapping) { return start.starts_with(wrapping); });
    if ((writes == Writes::unknown && !is_wrapped) || !is_whole_html(text)) return text;
    // Only escapes are decoded: line ends are the user's.
    std::string plain =
        coi::html_to_text(text.find('<') == text.npos ? "<pre>\n" + text + "</pre>" : text, longest_text);
    plain.erase(plain.find_last_not_of('\n') + 1);
    return plain.empty() ? text : plain;
}

}  // namespace gateway
