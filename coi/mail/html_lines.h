// Writes lines from HTML's events: white space collapses, line breaks are written when text follows, quotes and lists
// put their marks before each line. Independent of tags.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coi {

class HtmlLines {
  public:
    /// Text with collapsing white space; with `as_is` its line ends and spaces stay (inside <pre>).
    void text(std::string_view utf8, bool as_is);
    /// Our own words, without collapsing.
    void mark(std::string_view utf8);
    /// The following text starts on a new line; with `lines` 2 after an empty line.
    void block(std::size_t lines);
    /// <br>.
    void line_break();
    /// Makes the text written since size() was `from` a styled span [XEP-0393 §6.2], where one can stand: words of one
    /// line, after white space. If the word goes on behind it, the span is taken back.
    void style(std::size_t from, char directive);
    /// A space between words that would otherwise join (table cells).
    void space() { space_ = true; }
    /// Drops pending breaks (paragraphs at the end of a table cell).
    void stay_in_line() { breaks_ = 0; }

    void quote(int change) { quotes_ = static_cast<std::size_t>(static_cast<int>(quotes_) + change); }
    void indent(int change) { indent_ = static_cast<std::size_t>(static_cast<int>(indent_) + change); }

    bool at_line_start() const { return !in_line_ || breaks_ > 0; }
    std::size_t size() const { return out_.size(); }
    /// The output since `size()` was `from`.
    std::string_view since(std::size_t from) const {
        return std::string_view(out_).substr(from < out_.size() ? from : out_.size());
    }
    std::string take();

  private:
    void begin_word();
    void end_line();
    void take_back_style();

    std::string out_;
    std::size_t breaks_ = 0, quotes_ = 0, indent_ = 0, last_quotes_ = 0, line_start_ = 0;
    bool space_ = false;
    bool hard_space_ = false;  // the line has only a space so far, which does not collapse
    bool in_line_ = false;
    std::size_t styled_from_ = 0, styled_to_ = 0;  // the directives of the last span; 0, 0: none
};

}  // namespace coi
