// Places: what is one, and what the golden folders do not show.

#include "gateway/translate/feature/location.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coi/mail/position.h"
#include "gateway/translate/translate.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::HasSubstr;

std::optional<Event> from_stanza(const std::string& children) {
    return read(*xmpp::parse_stanza("<message type='chat' from='a@b' to='c@d'>" + children + "</message>"));
}

std::optional<Location> said(const std::string& body) {
    const auto event = from_stanza("<body>" + body + "</body>");
    const auto* place = event->get<Location>();
    EXPECT_EQ(event->get<Text>()->body.empty(), place != nullptr) << "a place or words: " << body;
    return place ? std::optional(*place) : std::nullopt;
}

std::string geoloc(const std::string& inside) {
    return "<geoloc xmlns='http://jabber.org/protocol/geoloc'>" + inside + "</geoloc>";
}

TEST(LocationFeature, ABodyThatIsAGeoUriIsAPlace) {  // [RFC 5870 §3.3, §6]
    EXPECT_EQ(said("geo:13.4125,103.8667"), (Location{13.4125, 103.8667, {}, ""}));
    EXPECT_EQ(said(" GEO:48.2010,16.3695,183 \n"), (Location{48.201, 16.3695, {}, ""}));
    EXPECT_EQ(said("geo:48.198634,16.371648;crs=wgs84;u=40"), (Location{48.198634, 16.371648, 40.0, ""}));
    EXPECT_EQ(said("geo:-90,180;U=0?z=16"), (Location{-90, 180, {}, ""}));
    EXPECT_EQ(said("geo:0.00000004,-0"), (Location{0, 0, {}, ""})) << "a centimetre is enough";
    EXPECT_EQ(said("geo:37.786971,-122.399677;fancy=a;crs=WGS84?q=Here(x)"),
              (Location{37.786971, -122.399677, {}, ""}));
}

TEST(LocationFeature, EverythingElseIsText) {
    for (const char* body :
         {"geo:", "geo:1", "geo:1,", "geo:,1", "geo:91,0", "geo:0,181", "geo:1,2;crs=nad27", "geo:1e3,2", "geo:nan,1",
          "geo:inf,1", "geo:0x1,1", "geo:1,2 and more", "see geo:1,2", "geology", "geo:1 ,2"})
        EXPECT_FALSE(said(body)) << body;
    EXPECT_FALSE(said("geo:1,2;x=" + std::string(400, 'a')));
    EXPECT_FALSE(said("geo:" + std::string(200, '1') + ",2"));
    const auto correction = from_stanza("<body>geo:1,2</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>");
    EXPECT_EQ(correction->get<Text>()->body, "geo:1,2") << "the text of a text";
}

TEST(LocationFeature, AnElementIsAPlaceBesideTheText) {
    auto event = from_stanza("<body>Here it is</body>" +
                             geoloc("<lat>53.07516</lat><lon>8.80777</lon><text>At  the\ncorner</text>"));
    EXPECT_EQ(event->get<Text>()->body, "Here it is");
    EXPECT_EQ(*event->get<Location>(), (Location{53.07516, 8.80777, {}, "At the corner"}));
    event = from_stanza(geoloc("<lat>1</lat><lon>2</lon><accuracy>20</accuracy>"));
    EXPECT_EQ(event->get<Text>()->body, "");
    EXPECT_EQ(*event->get<Location>(), (Location{1, 2, 20.0, ""}));
    event = from_stanza("<body>geo:1,2</body>" + geoloc("<lat>3</lat><lon>4</lon><accuracy>5</accuracy>"));
    EXPECT_EQ(*event->get<Location>(), (Location{1, 2, 5.0, ""})) << "what everybody sees";
    EXPECT_FALSE(from_stanza(geoloc("<lat>north</lat><lon>2</lon>"))) << "its user gets an error";
}

std::optional<Event> from_mail(const std::string& file, const std::string& content,
                               const std::string& header = "Chat-Version: 1.0\r\n", const std::string& text = "Hi") {
    return read(coi::parse("From: Bob <bob@example.org>\r\nMessage-ID: <9@x>\r\n" + header +
                           "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; "
                           "charset=utf-8\r\n\r\n" +
                           text +
                           "\r\n--b\r\nContent-Type: "
                           "application/vnd.google-earth.kml+xml\r\nContent-Disposition: attachment; filename=" +
                           file + "\r\n\r\n" + content + "\r\n--b--\r\n")
                    .value(),
                "en");
}

TEST(LocationFeature, AFileOfPlacesIsOneOnlyFromAChatProgram) {
    const std::string kml = coi::print_kml({1, 2, {}, false}, "2026-11-21T22:30:00Z");
    EXPECT_EQ(*from_mail("message.kml", kml)->get<Location>(), (Location{1, 2, {}, ""}));
    EXPECT_EQ(from_mail("message.kml", kml)->get<Text>()->body, "Hi");
    for (const auto& event : {from_mail("message.kml", kml, ""), from_mail("tour.kml", kml)}) {
        EXPECT_EQ(event->get<Location>(), nullptr);
        EXPECT_THAT(event->get<Text>()->body, HasSubstr("⟦"));
    }
    const auto broken = from_mail("message.kml", "<kml>");
    EXPECT_EQ(broken->get<Location>(), nullptr);
    EXPECT_EQ(broken->get<Text>()->body, "Hi\n⟦location⟧") << "never nothing";
}

TEST(LocationFeature, WordsOfTheContactsOwnStay) {
    const std::string kml = coi::print_kml({53.07516, 8.80777, {}, false}, "2026-11-21T22:30:00Z");
    for (const char* own : {"I wait at 53.07516, 8.80777 until five", "It is here: 53.07516, 8.80777"})
        EXPECT_EQ(from_mail("message.kml", kml, "Chat-Version: 1.0\r\n", own)->get<Text>()->body, own);
    for (const char* ours : {"53.07516, 8.80777", "📍 53.07516, 8.80777", "Position: 53.07516, 8.80777"})
        EXPECT_EQ(from_mail("message.kml", kml, "Chat-Version: 1.0\r\n", ours)->get<Text>()->body, "") << ours;
}

TEST(LocationFeature, WhatIsSaidStandsBeforeThePlace) {
    auto event = *from_mail("message.kml", coi::print_kml({1, 2, {}, false}, "2026-11-21T22:30:00Z"));
    event.stanza = {"s1"};
    event.wants_receipt = true;
    event.about = Reference{};
    const auto all = location::messages_of(event);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].contents, std::vector<Content>{(Text{"Hi", ""})});
    EXPECT_TRUE(all[0].wants_receipt && all[0].about);
    EXPECT_EQ(all[1].contents, std::vector<Content>{(Location{1, 2, {}, ""})});
    EXPECT_TRUE(all[1].stanza.empty() && !all[1].wants_receipt && !all[1].about);
    event.get<Text>()->body.clear();
    ASSERT_EQ(location::messages_of(event).size(), 1u);
    EXPECT_EQ(location::messages_of(event)[0].stanza.value, "s1");
    EXPECT_FALSE(location::without_place(event)) << "there is nothing else";
    event.contents = {Text{"Hi", ""}};
    EXPECT_EQ(location::messages_of(event), std::vector<Event>{event});
    EXPECT_EQ(location::without_place(event), event);
}

}  // namespace
}  // namespace gateway
