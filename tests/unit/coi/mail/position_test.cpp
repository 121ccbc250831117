// Positions in mail: KML as chat programs and others write it, h-geo, and what is none.

#include "coi/mail/position.h"

#include <gtest/gtest.h>

#include "coi/mail/chat_data.h"
#include "coi/message.h"

namespace coi {
namespace {

std::string placemark(const std::string& coordinates, const std::string& when = "2026-11-21T21:07:39Z") {
    return "<Placemark><Timestamp><when>" + when + "</when></Timestamp><Point>" + coordinates + "</Point></Placemark>";
}

std::string document(const std::string& inside) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>" +
           inside + "</Document></kml>";
}

TEST(Position, KmlOfDeltaChat) {
    EXPECT_EQ(read_kml(document(placemark("<coordinates accuracy=\"32.1\">9.423110,53.790302</coordinates>"))),
              (Position{53.790302, 9.42311, 32.1, false}));
}

TEST(Position, TheNewestPlacemarkCounts) {
    const std::string old = placemark("<coordinates>1,1</coordinates>", "2026-11-21T21:07:38Z"),
                      newer = placemark("<coordinates>2,2</coordinates>"),
                      as_new = placemark("<coordinates>3,3,100</coordinates>");
    EXPECT_EQ(read_kml(document(old + newer))->latitude, 2);
    EXPECT_EQ(read_kml(document(newer + old))->latitude, 2);
    EXPECT_EQ(read_kml(document(newer + as_new))->latitude, 3) << "with an altitude";
    EXPECT_EQ(read_kml(document(newer + placemark("<coordinates>200,2</coordinates>", "2027")))->latitude, 2);
}

TEST(Position, KmlOfOthers) {
    EXPECT_EQ(read_kml("<KML><PLACEMARK><POINT><COORDINATES>\n 2 , 1 \n</COORDINATES></POINT></PLACEMARK></KML>"),
              (Position{1, 2, {}, false}));
    EXPECT_EQ(read_kml(document("<Placemark><Point><coordinates><![CDATA[2,1]]></coordinates></Point></Placemark>")),
              (Position{1, 2, {}, false}));
}

TEST(Position, WhatIsNoKml) {
    for (const char* none : {"", "x", "<kml>", "<kml/>", "{\"lat\":1}", "<Placemark/>"}) EXPECT_FALSE(read_kml(none));
    for (const char* none : {"", "2", "2;1", "a,b", "2,91", "181,1", "nan,1", "1e1,1", "2,"})
        EXPECT_FALSE(read_kml(document(placemark("<coordinates>" + std::string(none) + "</coordinates>")))) << none;
}

TEST(Position, HostileKmlCostsNothing) {
    const std::string entities = "<!DOCTYPE kml [<!ENTITY a \"2,1\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]>";
    EXPECT_FALSE(read_kml(entities + "<kml><Placemark><coordinates>&a;</coordinates></Placemark></kml>"));
    const std::string place = placemark("<coordinates>2,1</coordinates>");
    std::string lines, deep;
    for (int i = 0; i < 60; ++i) lines += "<a/>" + std::string(900, ' ');
    EXPECT_TRUE(read_kml(document(lines + place)));
    EXPECT_FALSE(read_kml(document(lines + lines + place)));
    for (int i = 0; i < 10'000; ++i) deep += "<a>";
    EXPECT_FALSE(read_kml(document(deep + place)));
    EXPECT_FALSE(read_kml(document(placemark("<coordinates>" + std::string(100'000, '1') + ",1</coordinates>"))));
}

TEST(Position, AttributesWithoutEndAreNotGivenToTheLibrary) {
    std::string attributes;
    for (int i = 0; i < 200; ++i) attributes += " a" + std::to_string(i) + "=\">\"";
    EXPECT_TRUE(read_kml(document(placemark("<coordinates a=\">\">1,1</coordinates>"))));
    EXPECT_FALSE(read_kml(document(placemark("<coordinates" + attributes + ">1,1</coordinates>"))));
    EXPECT_FALSE(read_kml(document(placemark("<coordinates>1,1</coordinates>")) + "<" + attributes + attributes));
}

TEST(Position, KmlIsReadBack) {
    for (const Position& position : {Position{53.07516, 8.80777, {}, false}, Position{-90, 180, 12.5, false}})
        EXPECT_EQ(read_kml(print_kml(position, "2026-11-21T21:07:39Z")), position);
}

TEST(Position, HGeoOfTheSpecification) {  // [COI-C "Location Messages"]
    EXPECT_EQ(read_h_geo("<html>\n<body>\n <p>Let's meet here.</p>\n <hr/>\n <p>Position:</p>\n <p class=\"h-geo\">\n"
                         "  <span class=\"p-latitude\">53.07516</span>,\n"
                         "  <span class=\"p-longitude\">8.80777</span>\n</p>\n</body>\n</html>"),
              (Position{53.07516, 8.80777, {}, false}));
    EXPECT_EQ(read_h_geo("<div class='x h-geo y'><b class='p-longitude z'>2</b><i class='p-latitude'> 1 </i></div>"),
              (Position{1, 2, {}, false}));
    EXPECT_EQ(read_h_geo(print_h_geo({-1.5, 2, {}, false}, "a <b>\n& \"c\"")), (Position{-1.5, 2, {}, false}));
}

TEST(Position, WhatIsNoHGeo) {
    for (const char* none :
         {"", "1, 2", "<p class='geo'>1,2</p>", "<i class='p-latitude'>1</i><i class='p-longitude'>2</i>",
          "<p class='h-geo'><i class='p-latitude'>1</i></p>",
          "<p class='h-geo'><i class='p-latitude'>north</i><i class='p-longitude'>2</i></p>"})
        EXPECT_FALSE(read_h_geo(none)) << none;
    const std::string place = "<p class='h-geo'><i class='p-latitude'>1</i><i class='p-longitude'>2</i></p>";
    EXPECT_TRUE(read_h_geo(place));
    EXPECT_FALSE(read_h_geo(std::string(2 * 1024 * 1024, ' ') + place));
}

TEST(Position, ItIsPrintedAsAnAlternativeOfTheText) {
    Message mail;
    mail.from = {{"", "alice", "example.org"}};
    mail.text = "Here <it> is:\n\n53.07516, 8.80777";
    mail.attachments = {h_geo_of({53.07516, 8.80777, {}, false}, mail.text)};
    const auto bytes = print(mail);
    ASSERT_TRUE(bytes);
    EXPECT_NE(bytes->find("multipart/alternative"), bytes->npos);
    EXPECT_NE(bytes->find("Chat-Content: location"), bytes->npos);
    EXPECT_EQ(parse(*bytes).value(), mail);
}

TEST(Position, APlaceCountsMoreThanWhereItsAuthorIs) {
    const auto file = [](const char* name, const char* coordinates) {
        return "--b\r\nContent-Type: application/vnd.google-earth.kml+xml\r\nContent-Disposition: attachment; "
               "filename=" +
               std::string(name) + "\r\n\r\n" +
               document(placemark("<coordinates>" + std::string(coordinates) + "</coordinates>")) + "\r\n";
    };
    const std::string place = file("message.kml", "1,1"), live = file("location.kml", "2,2");
    const std::string head =
        "From: a@b.example\r\nChat-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (const auto& both : {place + live, live + place})
        EXPECT_EQ(position_of(parse(head + both + "--b--\r\n").value()), (Position{1, 1, {}, false}));
    EXPECT_EQ(position_of(parse(head + live + "--b--\r\n").value()), (Position{2, 2, {}, true}));
}

}  // namespace
}  // namespace coi
