// HTML made harmless before libxml2 sees it: the same document with few tags, few attributes, and nothing unseen.
//
// libxml2 compares each attribute of a tag with all before it, and each end tag with all open elements: its cost is the
// square of what a sender chooses. So the tags are copied one by one [HTML §13.2.5, as far as a tag's end needs it],
// with only the attributes that coi/mail/html reads, each once; comments, declarations and scripts are left out. No
// word is lost: what is no tag is text, and beyond `most` tags the words stay with their line breaks. One pass, linear
// in the octets.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coi {

struct HtmlTags {
    std::string html;      // what libxml2 may read
    std::size_t tags = 0;  // in it, without the line breaks that stand for more
};

/// `breaks_line` tells which elements begin a line.
HtmlTags copy_html(std::string_view html, std::size_t most, bool (*breaks_line)(std::string_view name));

}  // namespace coi
