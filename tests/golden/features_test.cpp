// Golden folders: what one stanza is as an Event and as a mail in each dialect, side by side, checked both ways.
//
// tests/golden/FEATURE/NAME holds event.txt, stanza.xml and one DIALECT.eml for each dialect it is written in. Lines
// "given.KEY: value" of event.txt say what the conversation knew; the other lines are the Event. `given.direction: out`
// (Jabber to mail): the stanza reads as the event, and the event is written as each mail; `in`: each mail reads as the
// event, and the event is written as the stanza. Mails are compared as coi::Message, so that folding and boundaries may
// differ.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include "gateway/translate/feature/file.h"
#include "gateway/translate/feature/location.h"
#include "gateway/translate/feature/otr_message.h"
#include "gateway/translate/translate.h"
#include "xmpp/base64.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0203_delay.h"

namespace gateway {

using Path = std::filesystem::path;

namespace {

std::string content(const Path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string lines(std::string text) {
    std::erase(text, '\r');
    return text;
}

/// The lines of a content among the header's; the text stands below them.
struct Printer {
    std::ostream& out;
    void operator()(const Text& text) const {
        out << "kind: text\n";
        if (!text.subject.empty()) out << "subject: " << text.subject << "\n";
    }
    void operator()(const Receipt& receipt) const {
        out << "kind: receipt " << (receipt.kind == Receipt::Kind::displayed ? "displayed" : "delivered") << "\n";
    }
    void operator()(const OtrMessage& otr) const { out << "kind: otr\nwords: " << otr.words << "\n"; }
    void operator()(const Correction&) const { out << "kind: correction\n"; }
    void operator()(const Reaction& reaction) const {
        out << "kind: reaction\n";
        for (const auto& emoji : reaction.emojis) out << "emoji: " << emoji << "\n";
    }
    void operator()(const Files& files) const {
        out << "kind: files\n";
        for (const auto& file : files.all) {
            out << "file: " << file.type << " " << file.size << " " << file.name << " " << file.url << "\n";
            if (file.kind == File::Kind::voice_message) out << "file-kind: voice message\n";
            if (file.kind == File::Kind::sticker) out << "file-kind: sticker\n";
            if (file.duration.count() > 0) out << "duration: " << file.duration.count() << "\n";
            if (!file.hash.digest.empty())
                out << "hash: " << file.hash.algorithm << " " << xmpp::base64::encode(file.hash.digest) << "\n";
            if (file.width > 0) out << "pixels: " << file.width << " " << file.height << "\n";
        }
    }
    void operator()(const Retraction& retraction) const {
        out << "kind: retraction\n";
        if (!retraction.words.empty()) out << "words: " << retraction.words << "\n";
    }
    void operator()(const Location& place) const {
        out << "kind: location\nplace: " << place.latitude << " " << place.longitude << "\n";
        if (place.accuracy) out << "accuracy: " << *place.accuracy << "\n";
        if (!place.name.empty()) out << "place-name: " << place.name << "\n";
    }
    void operator()(const Call& call) const {
        out << "kind: call " << (call.kind == Call::Kind::offered ? "offered" : "ended")
            << (call.has_video ? " with video\n" : "\n");
    }
    void operator()(const DisappearsAfter& timer) const { out << "disappears-after: " << timer.time.count() << "\n"; }
    void operator()(const ReplyTo& reply) const {
        out << "kind: reply\n";
        std::istringstream lines(reply.quote);
        for (std::string line; std::getline(lines, line);) out << "quote: " << line << "\n";
        if (reply.is_folded) out << "folded: yes\n";
    }
};

std::string print(const Event& event) {
    std::ostringstream out;
    out << "user: " << event.user << "\ncontact: " << event.contact.addr_spec() << "\n";
    if (!event.contact.name.empty()) out << "contact-name: " << event.contact.name << "\n";
    if (event.when != Time{}) out << "when: " << xmpp::xep0203::print_stamp(event.when) << "\n";
    out << "message: " << event.message.value << "\nstanza: " << event.stanza.value << "\n";
    if (event.wants_receipt) out << "wants-receipt: yes\n";
    if (!event.lang.empty()) out << "lang: " << event.lang << "\n";
    if (event.about) {
        if (!event.about->message.empty()) out << "of: " << event.about->message.value << "\n";
        if (!event.about->stanza.empty()) out << "of-stanza: " << event.about->stanza.value << "\n";
    }
    for (const auto& content : event.contents) std::visit(Printer{out}, content);
    if (const auto* text = event.get<Text>()) out << "\n" << text->body << "\n";
    if (const auto* otr = event.get<OtrMessage>()) out << "\n" << otr->message << "\n";
    return out.str();
}

/// event.txt: what was given, and the event as print() has it.
struct Golden {
    std::map<std::string, std::string> given, header;
    std::string event, body;
    std::string value(const std::string& key) const {
        const auto found = header.find(key);
        return found == header.end() ? "" : found->second;
    }
    std::string context(const std::string& key) const {
        const auto found = given.find(key);
        return found == given.end() ? "" : found->second;
    }
};

Golden read_golden(const Path& path) {
    Golden golden;
    std::istringstream in(content(path));
    std::string line;
    bool head = true;
    while (std::getline(in, line)) {
        if (head && line.starts_with("given.")) {
            golden.given[line.substr(6, line.find(": ") - 6)] = line.substr(line.find(": ") + 2);
            continue;
        }
        golden.event += line + "\n";
        if (!head)
            golden.body += (golden.body.empty() ? "" : "\n") + line;
        else if (line.empty())
            head = false;
        else
            golden.header[line.substr(0, line.find(": "))] = line.substr(line.find(": ") + 2);
    }
    return golden;
}

coi::Address address(const std::string& text) {
    const auto list = coi::parse_address_list(text);
    return list.size() == 1 ? list.front() : coi::Address{};
}

/// What the caller of read() fills in.
void fill(Event& event, const Golden& golden, bool out) {
    if (out) {
        event.contact = address(golden.value("contact"));
        event.contact.name = golden.value("contact-name");
        event.message = {golden.value("message")};
        if (const auto when = xmpp::xep0203::parse_stamp(golden.value("when"))) event.when = *when;
        if (event.about) {
            event.about = Reference{{golden.value("of")}, event.about->stanza, {golden.context("latest")}, false};
            if (const auto when = xmpp::xep0203::parse_stamp(golden.context("of-when"))) event.about->when = *when;
        }
        if (auto* otr = event.get<OtrMessage>()) otr->words = otr_message::words(event.lang);
    } else {
        event.user = golden.value("user");
        event.stanza = {golden.value("stanza")};
        if (event.about) {
            event.about->stanza = {golden.value("of-stanza")};
            event.about->by_user = golden.context("of-user") == "yes";
        }
        resolved(event, {.found = !golden.value("of-stanza").empty(), .to_user = true, .lang = golden.context("lang")});
    }
}

Contact conversation(const Golden& golden, const Event& event, Dialect dialect) {
    Contact contact;
    contact.address = event.contact;
    contact.dialect = dialect;
    contact.subject = golden.context("subject");
    contact.last_in = {golden.context("last-in")};
    contact.last_out = {golden.context("last-out")};
    if (golden.context("tunnel") == "on") contact.privacy.tunnel = Tunnel::on;
    return contact;
}

const std::map<std::string, Dialect> dialects = {
    {"unknown", Dialect::unknown}, {"coi", Dialect::coi}, {"chatmail", Dialect::chatmail}, {"mail", Dialect::mail}};

std::vector<Path> folders() {
    std::vector<Path> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(TESTS_DIR "/golden")) {
        if (entry.path().filename() == "event.txt") found.push_back(entry.path().parent_path());
    }
    std::ranges::sort(found);
    return found;
}

class Features : public testing::TestWithParam<Path> {
  protected:
    void out(const Golden& golden) const {
        const auto stanza = xmpp::parse_stanza(content(GetParam() / "stanza.xml"));
        ASSERT_TRUE(stanza);
        const bool tunnel = golden.context("tunnel") == "on";
        if (tunnel) EXPECT_FALSE(read(*stanza)) << "it would leave by the common way";
        auto event = tunnel ? read_tunnelled(*stanza) : read(*stanza);
        ASSERT_TRUE(event);
        fill(*event, golden, true);
        EXPECT_EQ(print(*event), golden.event);
        const std::string fetched = golden.context("fetched");
        if (!fetched.empty()) {
            for (File& file : event->get<Files>()->all) file.bytes = std::make_shared<const std::string>(fetched);
        }
        for (const auto& [name, dialect] : dialects) {
            const Path path = GetParam() / (name + ".eml");
            if (!std::filesystem::exists(path)) continue;
            SCOPED_TRACE(path);
            const auto mail = write_mail(*event, address(golden.context("own")), conversation(golden, *event, dialect));
            const auto bytes = coi::print(mail);
            ASSERT_TRUE(bytes) << bytes.error().text;
            const coi::ParseOptions whole{.keep_attachments = true};
            const auto wanted = coi::parse(content(path), {}, whole);
            auto made = coi::parse(*bytes, {}, whole);
            ASSERT_TRUE(wanted && made);
            EXPECT_TRUE(*made == *wanted) << "written:\n" << lines(*bytes) << "\nwanted:\n" << lines(content(path));
            // And back: a chat program reads our mail as what was said.
            for (std::size_t i = 0; !fetched.empty() && i < made->attachments.size(); ++i)
                made->attachments[i].url = event->get<Files>()->all.at(i).url;
            const auto back = read(*made);
            ASSERT_TRUE(back);
            // A mail program's correction begins with words for a person, its retraction and place have no others, and
            // a subject may be the running one. A file that was not fetched is a link, and a sticker has no words
            // beside it.
            const auto* files = event->get<Files>();
            const bool is_for_person = event->get<Correction>() || event->get<Retraction>();
            const bool is_worded =
                (event->get<Correction>() && dialect == Dialect::unknown) ||
                ((is_for_person || files) && dialect == Dialect::mail) ||
                (files && (fetched.empty() || files->all.at(0).kind == File::Kind::sticker)) ||
                (event->get<Location>() && dialect != Dialect::coi && dialect != Dialect::chatmail) ||
                (event->get<DisappearsAfter>() && (dialect != Dialect::chatmail || !event->get<Text>()));
            if (const auto* text = back->get<Text>(); text && !is_worded)
                EXPECT_EQ(text->body, event->get<Text>()->body);
            if (tunnel) EXPECT_EQ(back->contents, event->contents);
            if (!is_worded) EXPECT_EQ(back->contents.size(), event->contents.size());
        }
    }
    void in(const Golden& golden) const {
        std::optional<Event> first;
        for (const auto& entry : std::filesystem::directory_iterator(GetParam())) {
            if (entry.path().extension() != ".eml") continue;
            SCOPED_TRACE(entry.path());
            auto mail = coi::parse(content(entry.path()));
            ASSERT_TRUE(mail) << mail.error().text;
            std::istringstream stored(golden.context("stored"));  // where the mail's files lie
            for (auto& attachment : mail->attachments) stored >> attachment.url;
            if (!golden.context("sha256").empty()) {
                auto& first_file = mail->attachments.at(0);
                first_file.sha256 = xmpp::base64::decode(golden.context("sha256"), 32);
                std::istringstream(golden.context("pixels")) >> first_file.width >> first_file.height;
            }
            auto event = read(*mail, golden.context("lang"));
            ASSERT_TRUE(event);
            fill(*event, golden, false);
            EXPECT_EQ(print(*event), golden.event);
            first = event;
        }
        ASSERT_TRUE(first) << "no mail";
        const auto wanted = xmpp::parse_stanza(content(GetParam() / "stanza.xml"));
        ASSERT_TRUE(wanted);
        // A file is a message of its own, and so is a place: the last one; those before it are stanza-1.xml, …
        const auto messages = file::messages_of(location::messages_of(*first).back());
        const auto written = [&](const Event& event) {
            return xmpp::print(*write_stanza(event, xmpp::JID(xmpp::attribute(*wanted, "from")),
                                             xmpp::JID(xmpp::attribute(*wanted, "to"))));
        };
        EXPECT_EQ(written(messages.back()), xmpp::print(*wanted));
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const Path path = GetParam() / ("stanza-" + std::to_string(i + 1) + ".xml");
            if (!std::filesystem::exists(path)) continue;
            const auto earlier = xmpp::parse_stanza(content(path));
            ASSERT_TRUE(earlier) << path;
            EXPECT_EQ(written(messages[i]), xmpp::print(*earlier)) << path;
        }
    }
};

TEST_P(Features, BothWays) {
    const auto golden = read_golden(GetParam() / "event.txt");
    if (golden.context("direction") == "out")
        out(golden);
    else
        in(golden);
}

std::string name_of(const testing::TestParamInfo<Path>& info) {
    std::string name = info.param.parent_path().filename().string() + "_" + info.param.filename().string();
    std::ranges::replace_if(name, [](unsigned char c) { return !std::isalnum(c); }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, Features, testing::ValuesIn(folders()), name_of);

}  // namespace
}  // namespace gateway
