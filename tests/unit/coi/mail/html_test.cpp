// coi/mail/html: what a reader sees of HTML, as text; bounds of output and depth.

#include "coi/mail/html.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

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

TEST(Html, WhiteSpaceCollapses) { EXPECT_EQ("a b c", text("  a\n\t b   <span> c</span> ")); }

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

TEST(Html, EmphasisBecomesStyledSpans) {  // [XEP-0393 §6.2]
    EXPECT_EQ("a *bold* word, _one_ ~gone~ and `x = 1`",
              text("a <b>bold</b> word, <em>one</em> <s>gone</s> and <code>x = 1</code>"));
    EXPECT_EQ("*_both_*\n> *quoted*", text("<b><i>both</i></b><blockquote><strong>quoted</strong></blockquote>"));
    EXPECT_EQ("- *one*: first\n- two", text("<ul><li><b>one</b>: first<li>two</ul>"));
}

TEST(Html, EmphasisIsLeftOutWhereNoSpanCanStand) {
    EXPECT_EQ("unbelievable", text("un<b>believ</b>able"));
    EXPECT_EQ("Dear Bob", text("<b>D</b>ear Bob"));
    EXPECT_EQ("one\ntwo", text("<b>one<br>two</b>"));
    EXPECT_EQ("2*3*4", text("<b>2*3*4</b>"));
    EXPECT_EQ("a b", text("a<b> </b>b"));
    EXPECT_EQ("  x y", text("<pre>  x <b>y</b></pre>"));
}

TEST(Html, CopiedHeadersStayReadable) {
    EXPECT_EQ("From: Bob\nSubject: Tomorrow", text("<b>From:</b> <strong>Bob</strong><br><b>Subject:</b> Tomorrow"));
}

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

/// Milliseconds of CPU that reading takes.
double cost(const std::string& html) {
    const auto cpu = [] {
        timespec now{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1000 + static_cast<double>(now.tv_nsec) / 1e6;
    };
    const double before = cpu();
    html_to_text(html, 100000);
    return cpu() - before;
}

std::string times(std::size_t count, std::string_view what) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += what;
    return all;
}

TEST(Html, WhatIsTooDeepKeepsItsWordsAndLines) {
    EXPECT_EQ("shallow\nat the bottom\nand out",
              text("<p>shallow</p>" + times(50000, "<div>") + "at the bottom" + times(50000, "</span>") + "</div>" +
                   "<script>f()</script><!-- no --><i>and</i> out"));
    const std::string nested = times(40, "<blockquote>") + "x" + times(40, "</blockquote>");
    EXPECT_EQ(">>>>>>>> x", text(nested));
}

TEST(Html, AttributesBeyondThoseThatAreReadCostNothing) {
    std::string tag = "<p ";
    for (int i = 0; i < 100000; ++i) tag += "a" + std::to_string(i) + "='x' ";
    EXPECT_EQ("words", text(tag + ">words"));
    EXPECT_EQ("", text(tag + "hidden>words"));
    EXPECT_EQ("[A cat]", text("<img src='data:image/png;base64," + std::string(500000, 'A') + "' alt='A cat'>"));
}

TEST(Html, TagsEndWhereTheyEnd) {
    EXPECT_EQ("x\" <https://x.example/?a=1>y\">>", text("<a title='>' href='https://x.example/?a=1'>x\"</a>y\">>"));
    EXPECT_EQ("say \"hi\" <https://x.example/%22/>", text("<a href=https://x.example/%22/ alt='\"'>say \"hi\"</a>"));
    EXPECT_EQ("I <3 you, a<b and a < b", text("I <3 you, a<b and a < b"));
    EXPECT_EQ("a c", text("a <!-- <p --b> \" --> c"));
    EXPECT_EQ("a c", text("a <!--> c"));
    EXPECT_EQ("a c", text("a <![if !mso]> c <![endif]>"));
    EXPECT_EQ("a <!-- b", text("a <!-- b"));
    EXPECT_EQ("ab", text("a<script>if (a<b) '<p title=\"'</script >b"));
    EXPECT_EQ("a <p title=\"b", text("a <p title=\"b"));
    EXPECT_EQ("cut", text("cut<bloc"));
    EXPECT_EQ("once", text("<p style='' style='display:none'>once"));
}

TEST(Html, CostGrowsWithTheOctetsOnly) {
    constexpr std::size_t octets = 200'000;
    for (const std::string_view soup : {"<div>", "<b>", "</i>", "<a href=http://x.example>y", "<p>x", "<!--",
                                        "<![CDATA[", "<?x", "<br>x", "<", "&amp;", "<a b=\">\" ", "<a b='", "<script>",
                                        "<table><tr><td>", "<p style='margin:0'>x", "<svg><x:y z:a='1'>", "</"}) {
        const double all = cost(times(990, "<span>") + times(octets / soup.size(), soup));
        EXPECT_LT(all, 2000) << soup;  // a tenth without sanitizers
    }
    EXPECT_LT(cost(times(10'000, "<a href=http://x.example>") + "x" + times(40'000, "</a>")), 2000);
    EXPECT_LT(cost(times(990, "<b>") + times(octets / 4, "&gt;") + "<br>&gt;" + times(990, "</b>")), 2000);
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
