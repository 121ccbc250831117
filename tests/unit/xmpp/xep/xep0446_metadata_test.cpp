// File metadata: the element of XEP-0446, without what is left out (date, hash).

#include "xmpp/xep/xep0446_metadata.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0446Metadata, TheElement) {
    const auto file = parsed(R"(<file xmlns='urn:xmpp:file:metadata:0'>
    <media-type>text/plain</media-type>
    <name>test.txt</name>
    <date>2015-07-26T21:46:00+01:00</date>
    <size>6144</size>
    <hash xmlns='urn:xmpp:hashes:2'
          algo='sha-1'>w0mcJylzCn+AfvuGdqkty2+KP48=</hash>
</file>)");
    const auto read = xep0446::read(*file);
    EXPECT_EQ(read.type, "text/plain");
    EXPECT_EQ(read.name, "test.txt");
    EXPECT_EQ(read.size, 6144u);
    EXPECT_EQ(read.length.count(), 0);
}

TEST(Xep0446Metadata, WhatIsNoNumberIsNotKnown) {
    for (const char* size : {"", "-1", "6 kB", "99999999999999999999"}) {
        const auto file = parsed("<file xmlns='urn:xmpp:file:metadata:0'><size>" + std::string(size) +
                                 "</size><length>63000</length><desc>A file</desc></file>");
        const auto read = xep0446::read(*file);
        EXPECT_EQ(read.size, 0u) << size;
        EXPECT_EQ(read.length, std::chrono::seconds(63));
        EXPECT_EQ(read.description, "A file");
    }
}

}  // namespace
}  // namespace xmpp
