// File metadata: the element of XEP-0446, without what is left out (date).

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
    EXPECT_FALSE(read.hash) << "SHA-1 proves nothing";
    EXPECT_EQ(read.width, 0u);
}

TEST(Xep0446Metadata, WhatIsWrittenIsRead) {
    xep0446::Metadata metadata{"earth.jpg", "image/jpeg", 4};
    metadata.width = 640;
    metadata.height = 480;
    metadata.hash = xep0300::Hash{"sha-256", std::string(32, 'x')};
    Tag sharing("file-sharing");
    xep0446::add_file(sharing, metadata);
    const auto read = xep0446::read(*child(sharing, "file", xep0446::ns));
    EXPECT_EQ(read.width, 640u);
    EXPECT_EQ(read.height, 480u);
    ASSERT_TRUE(read.hash);
    EXPECT_EQ(read.hash->digest, metadata.hash->digest);
    metadata.height = 0;
    Tag other("file-sharing");
    xep0446::add_file(other, metadata);
    EXPECT_EQ(child(other, "file", xep0446::ns)->findChild("width"), nullptr) << "both or none";
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
