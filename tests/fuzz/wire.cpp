// Any bytes into the Wire, in pieces of any size: limits hold, and what comes out is the normal form.

#include "xmpp/wire.h"

#include <expat.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool true_always) {
    if (!true_always) std::abort();
}

unsigned depth_of(const xmpp::Tag& tag) {
    unsigned most = 0;
    for (const auto* child : tag.children()) most = std::max(most, depth_of(*child));
    return most + 1;
}

/// By a parser that minds namespaces, as servers use.
bool well_formed(const std::string& xml) {
    const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreateNS("UTF-8", '\x01'),
                                                                         &XML_ParserFree);
    return XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), 1) == XML_STATUS_OK;
}

const xmpp::Limits limits{.stanza_bytes = 2000, .depth = 6, .elements = 40, .attributes = 8};

/// What was printed is read again as the same.
void check(const xmpp::Tag& stanza) {
    require(depth_of(stanza) <= limits.depth);
    require(stanza.prefix().empty());
    require(!stanza.hasAttribute("xmlns") || !xmpp::is_content_namespace(stanza.findAttribute("xmlns")));
    const std::string xml = xmpp::print(stanza);
    require(xmpp::clean(xml) == xml);
    require(well_formed(xml));
    const auto again = xmpp::parse_stanza(xml);  // quotes and entities make it longer, so the wide limits
    require(again != nullptr);
    // Line ends and tabs are printed as they are and read as spaces or LF [XML 1.0 §2.11, §3.3.3].
    require(xmpp::print(*again) == xml || xml.find_first_of("\r\n\t") != xml.npos);
}

void read(std::string_view bytes, std::size_t piece) {
    xmpp::Wire wire(
        limits, {.opened = [](const std::string&, const std::string&) {},
                 .stanza = [](xmpp::Stanza stanza) { check(*stanza); },
                 .oversize = [](xmpp::Stanza head,
                                const std::string& why) { require(head && head->children().empty() && !why.empty()); },
                 .closed = [] {}});
    bool fine = true;
    for (std::size_t at = 0; fine && at < bytes.size(); at += piece) fine = wire.read(bytes.substr(at, piece));
    require(fine == wire.why().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t piece = data[0] % 64 + 1;
    read(bytes, piece);
    read("<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1'>" +
             std::string(bytes),
         piece);
    xmpp::parse_stanza(bytes, limits);
    require(xmpp::clean(xmpp::clean(bytes)) == xmpp::clean(bytes));
    return 0;
}
