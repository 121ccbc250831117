// Laws of the mail model over generated values: what is printed is read back, spellings of one address are one, flowed
// lines flow back. The generator prefers what is awkward: spaces, quotes, `>`, dashes, encoded words, letters of many
// scripts.

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "coi/mail/charset.h"
#include "coi/mail/chat_data.h"
#include "coi/mail/flowed.h"
#include "coi/mail/quote.h"
#include "coi/message.h"

namespace coi {
namespace {

class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
    bool maybe() { return below(2) == 0; }

    std::string line(std::size_t most_words) {
        static constexpr std::array<std::string_view, 28> words{
            "hello", "a", "Grüße", "日本語", "🙂", ">", "-- ", "--", "=?utf-8?Q?x?=", "\"quoted\"", "(x)",     "<y>",
            "a,b",   ";", ":",     "From ",  "  ", ".", "\\",  "=",  "=20",           "\t",         "e\u0301", "\u00a0",
            "%s",    "@", "?=",    "Привет"};
        std::string out;
        for (std::size_t count = below(most_words + 1); count > 0; --count) {
            out += words[below(words.size())];
            if (maybe()) out += ' ';
        }
        return below(40) == 0 ? out + std::string(below(1200), 'x') : out;
    }

    std::string one_line() { return clean_line(line(12)); }

    std::string text() {
        std::string out;
        for (std::size_t count = below(8); count > 0; --count) out += line(30) + '\n';
        return clean_text(out);
    }

    Address address() {
        static constexpr std::array<std::string_view, 7> locals{"bob",     "Bob+tag", "a b",   "x\"y\\z",
                                                                "taro..y", "a@b",     "o'neil"};
        static constexpr std::array<std::string_view, 4> domains{"example.org", "bücher.example", "[192.0.2.1]",
                                                                 "faß.example"};
        return {maybe() ? one_line() : std::string(), std::string(locals[below(locals.size())]),
                std::string(domains[below(domains.size())])};
    }

    std::vector<Address> addresses(std::size_t most) {
        std::vector<Address> out(below(most + 1));
        for (auto& each : out) each = address();
        return out;
    }

    std::vector<MessageId> ids() {
        std::vector<MessageId> out(below(21));
        for (auto& each : out)
            each = maybe() ? mint("example.org") : MessageId{"id\"(," + std::to_string(below(1000)) + "@x"};
        return out;
    }

    Message message() {
        Message out;
        out.from = {address()};
        out.from.front().name = clean_line(cut_utf8(out.from.front().name, 300));  // a longer one is cut (Author)
        out.to = addresses(5);
        out.cc = addresses(2);
        out.reply_to = addresses(1);
        if (maybe()) out.sender = address();
        if (maybe()) out.id = mint("example.org");
        if (maybe()) out.date = std::chrono::sys_seconds(std::chrono::seconds(below(4000000000)));
        out.subject = one_line();
        out.in_reply_to = ids();
        out.references = ids();
        out.text = text();
        out.quote_is_typed = out.text.starts_with('>') && maybe();
        if (maybe()) out.headers["chat-version"] = "1.0";
        if (maybe()) out.headers["chat-group-name"] = one_line();
        if (maybe()) out.headers["list-id"] = one_line();
        if (out.headers.contains("list-id")) out.avatar = out.text.substr(0, 300);
        for (std::size_t count = below(3); count > 0; --count) {
            std::string bytes(below(300), '\0');
            for (char& c : bytes) c = static_cast<char>(below(256));
            out.attachments.push_back(
                {maybe() ? "image/png" : "application/x-y", name(), bytes.size(), bytes, maybe()});
        }
        const bool has_position = !out.text.empty() && below(4) == 0;
        if (has_position) {
            const Position position{double(below(1'800'000'001)) / 1e7 - 90, double(below(361)) - 180, {}, false};
            out.attachments.insert(out.attachments.begin(), h_geo_of(position, out.text));
        }
        if (!out.text.empty() && below(4) == 0)
            out.card = Card{out.text.substr(0, 300), clean_line(cut_utf8(one_line(), 300))};
        if (!has_position && !out.card && below(4) == 0) out.mdn = Mdn{mint("example.org"), maybe()};
        return out;
    }

  private:
    std::string name() {
        std::string out = one_line();
        std::erase_if(out, [](char c) { return c == '/' || c == '\\'; });
        for (std::size_t at = 0; (at = out.find("=?", at)) != std::string::npos;) out.erase(at, 2);
        out = clean_line(cut_utf8(out, 200));
        return out == "." || out == ".." ? "x" : out;
    }

    std::mt19937 random_;
};

TEST(MessageLaw, WhatIsPrintedIsReadBack) {
    Generator generate(20261121);
    ParseOptions options;
    options.keep_attachments = true;
    for (int i = 0; i < 2000; ++i) {
        const Message message = generate.message();
        const auto mail = print(message);
        ASSERT_TRUE(mail) << mail.error().text;
        const auto again = parse(*mail, {}, options);
        ASSERT_TRUE(again) << again.error().text << "\n" << *mail;
        ASSERT_EQ(message.subject, again->subject) << *mail;
        ASSERT_EQ(message.text, again->text) << *mail;
        ASSERT_EQ(message.headers, again->headers) << *mail;
        ASSERT_TRUE(message == *again) << *mail;
    }
}

TEST(MessageLaw, EveryPrintedMailIsSevenBitWithCrlfAndShortLines) {
    Generator generate(7);
    for (int i = 0; i < 500; ++i) {
        const auto mail = print(generate.message()).value();
        std::size_t line = 0;
        for (std::size_t at = 0; at < mail.size(); ++at, ++line) {
            ASSERT_LT(static_cast<unsigned char>(mail[at]), 0x80) << mail;
            ASSERT_NE('\0', mail[at]);
            if (mail[at] == '\n') {
                ASSERT_EQ('\r', mail[at - 1]) << mail;
                line = 0;
            }
            if (mail[at] == '\r') {
                ASSERT_EQ('\n', mail[at + 1]) << mail;
            }
            ASSERT_LE(line, 998u) << mail;
        }
    }
}

TEST(FlowedLaw, FlowedLinesFlowBack) {
    Generator generate(3676);
    for (int i = 0; i < 5000; ++i) {
        const auto text = generate.text();
        if (const auto lines = encode_flowed(text)) {
            ASSERT_EQ(text, decode_flowed(*lines, false)) << *lines;
        }
    }
}

TEST(AddressLaw, CanonicalIsIdempotentAndAddrSpecIsReadBack) {
    Generator generate(5321);
    for (int i = 0; i < 3000; ++i) {
        Address address = generate.address();
        address.local = generate.one_line().substr(0, 60);
        if (address.local.empty() || !is_utf8(address.local)) continue;
        const auto read = parse_addr_spec(address.addr_spec());
        ASSERT_TRUE(read) << address.addr_spec();
        ASSERT_EQ(address.local, read->local);
        ASSERT_EQ(address.domain, read->domain);
        const auto canonical = parse_addr_spec(address.canonical());
        ASSERT_TRUE(canonical) << address.canonical();
        ASSERT_EQ(address.canonical(), canonical->canonical());
    }
}

TEST(QuoteLaw, FoldingNeverEmptiesAndNeverAdds) {
    Generator generate(42);
    for (int i = 0; i < 5000; ++i) {
        const auto text = generate.text();
        const auto folded = fold_quotes(text, {.answers = true});
        ASSERT_EQ(text.empty(), folded.empty()) << text;
        ASSERT_LE(folded.size(), text.size() + 3 * std::string_view("\n[…]").size()) << text;
    }
}

}  // namespace
}  // namespace coi
