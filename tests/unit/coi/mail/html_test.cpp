// coi/mail/html: what a reader sees of HTML, as text; bounds of output and depth.

#include "coi/mail/html.h"

#include <gtest/gtest.h>

#include <chrono>

#include "coi/mail/charset.h"

namespace coi {
namespace {

std::string text(std::string_view html) { return clean_text(html_to_text(html, 100000)); }

TEST(Html, ParagraphsAreDividedByEmptyLines) { EXPECT_EQ("one\n\ntwo", text("<p>one</p>\n<p>two</p>")); }

TEST(Html, BlocksAreLines) {
    EXPECT_EQ("a\nb\nc", text("<div>a</div><div>b<br></div><div>c</div>"));
    EXPECT_EQ("a\n\nb", text("<div>a</div><div><br></div><div>b</div>"));
    EXPECT_EQ("a\nb\n\nc", text("a<br>b<br><br>c"));
}

TEST(Html, OutlooksParagraphsAreLines) {
    EXPECT_EQ("a\nb\n\nc", text("<p class=MsoNormal>a</p><p class=MsoNormal>b</p><p "
                                "class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>c</p>"));
    EXPECT_EQ("a\nb", text("<p style=\"margin: 0px\">a</p><p style='margin:0'>b</p>"));
}

TEST(Html, WhiteSpaceCollapses) { EXPECT_EQ("a b c", text("  a\n\t b   <b> c</b> ")); }

TEST(Html, PreKeepsItsLines) { EXPECT_EQ("x\n\n  a\n    b\n\ny", text("<p>x</p><pre>  a\n    b</pre>y")); }

TEST(Html, ListsHaveBulletsAndNumbers) {
    EXPECT_EQ("- a\n- b", text("<ul><li>a</li><li>b</li></ul>"));
    EXPECT_EQ("3. a\n4. b\n   - c", text("<ol start=3><li>a</li><li>b<ul><li>c</ul></ol>"));
}

TEST(Html, TablesOfDataHaveBarsAndLayoutTablesDoNot) {
    EXPECT_EQ("a | b\n1 | 2", text("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td><p>2</p></td></tr></table>"));
    EXPECT_EQ("a b", text("<table border=0><tr><td>a</td><td>b</td></tr></table>"));
}

TEST(Html, LinksShowTheirTargetWhereItIsNotTheText) {
    EXPECT_EQ("see this <https://x.example/a>", text("see <a href='https://x.example/a'>this</a>"));
    EXPECT_EQ("https://x.example", text("<a href='https://x.example/'>https://x.example</a>"));
    EXPECT_EQ("bob@x.example", text("<a href='mailto:bob@x.example?subject=x'>bob@x.example</a>"));
    EXPECT_EQ("run", text("<a href='javascript:alert(1)'>run</a>"));
    EXPECT_EQ("top", text("<a href='#top'>top</a>"));
}

TEST(Html, QuotesAreMarked) {
    EXPECT_EQ("a\n\n> b\n>\n> c\n>\n>> d\n\ne",
              text("a<blockquote><p>b</p><p>c</p><blockquote>d</blockquote></blockquote>e"));
}

TEST(Html, ScriptsStylesTitlesAndCommentsAreNotText) {
    EXPECT_EQ("x", text("<title>t</title><style>p{}</style><script>f()</script><!-- c --><template>y</template>x"));
}

TEST(Html, WhatIsHiddenIsNotText) {
    EXPECT_EQ("x",
              text("<div style='DISPLAY : none'>a<p>b</p></div><span hidden>c</span><p style='mso-hide:all'>d</p>x"));
    EXPECT_EQ("ab", text("<div style='display:none'>x<br><img alt=y></div>a<b>b</b>"));
}

TEST(Html, ImagesSayTheirWords) { EXPECT_EQ("[A cat]", text("<img src=x alt='A cat'><img src=y><img alt=''>")); }

TEST(Html, CharactersWithoutWidthAreDropped) { EXPECT_EQ("a b", text("a&#8203;&shy; &zwnj; b")); }

TEST(Html, ASignatureSeparatorKeepsItsSpace) {
    EXPECT_EQ("x\n-- \nAnn", text("x<br><span>-- </span><br><div>Ann</div>"));
    EXPECT_EQ("x\n-- \nAnn", text("<div>x</div><div>--&nbsp;</div><div>Ann</div>"));
}

TEST(Html, EntitiesAndSoup) { EXPECT_EQ("<x> & ü 🙂", text("&lt;x&gt; &amp; &uuml; &#x1F642;</td></p></b>")); }

TEST(Html, PlainWordsAreTheirOwnText) { EXPECT_EQ("just words", text("just words")); }

TEST(Html, NothingIsNothing) {
    EXPECT_EQ("", text(""));
    EXPECT_EQ("", text("<html><body></body></html>"));
}

TEST(Html, OutputIsBounded) {
    std::string html;
    for (int i = 0; i < 50000; ++i) html += "<p>word</p>";
    EXPECT_LE(html_to_text(html, 1000).size(), 1000u);
}

TEST(Html, DepthIsBoundedInTime) {
    std::string html;
    for (int i = 0; i < 200000; ++i) html += "<div>";
    html += "deep";
    for (int i = 0; i < 200000; ++i) html += "</span>";
    const auto start = std::chrono::steady_clock::now();
    html_to_text("shallow" + html, 1000);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));  // without the bound: hours
}

TEST(Html, ManyNestedQuotesDoNotMultiplyTheOutput) {
    std::string html;
    for (int i = 0; i < 500; ++i) html += "<blockquote>";
    for (int i = 0; i < 100; ++i) html += "a<br>";
    EXPECT_LE(html_to_text(html, 100000).size(), 2000u);
}

TEST(Html, NamesItsCharset) {
    EXPECT_EQ("windows-1251", html_charset("<html><META CHARSET='windows-1251'>"));
    EXPECT_EQ("koi8-r", html_charset("<meta http-equiv=Content-Type content=\"text/html; charset=koi8-r\">"));
    EXPECT_EQ("", html_charset("<p>charset=utf-8</p>"));
}

}  // namespace
}  // namespace coi
