// Examples as they stand in a XEP: read into a Tag, and compared with what is written here.
//
// A test of an example bears its number (Example3AContentMessageWithReceiptRequested) and holds its literal XML.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "xmpp/wire.h"

namespace xmpp {

/// A stanza, or an element of one; a test failure if it is not well-formed.
inline Stanza parsed(const std::string& xml) {
    auto stanza = parse_stanza(xml);
    EXPECT_TRUE(stanza) << xml;
    return stanza ? std::move(stanza) : std::make_unique<Tag>("nothing");
}

/// In one form for comparison: attributes sorted, without white space around text and between elements.
inline std::string canonical(const Tag& tag) {
    static const std::regex start(R"(<([^\s/>]+)((?: [^=\s]+='[^']*')+))"), attribute(" [^=\\s]+='[^']*'"),
        space(R"(\s*(<|>)\s*)");
    const std::string xml = std::regex_replace(print(tag), space, "$1");
    std::string out;
    auto rest = xml.cbegin();
    for (std::sregex_iterator at(xml.begin(), xml.end(), start), end; at != end; ++at) {
        const std::string attributes = (*at)[2];
        std::vector<std::string> sorted(std::sregex_token_iterator(attributes.begin(), attributes.end(), attribute),
                                        std::sregex_token_iterator());
        std::ranges::sort(sorted);
        out.append(rest, (*at)[0].first).append("<").append((*at)[1]);
        for (const auto& each : sorted) out += each;
        rest = (*at)[0].second;
    }
    return out.append(rest, xml.cend());
}

/// The example as a whole, written here.
#define EXPECT_EXAMPLE(tag, xml) EXPECT_EQ(canonical(tag), canonical(*parsed(xml)))

}  // namespace xmpp
