// Simplifies HTML before libxml2 parses it: the same document with few tags, few attributes, and nothing invisible.
//
// libxml2 compares each attribute of a tag with all before it, and each end tag with all open elements: its cost is
// quadratic in sizes that the sender chooses. So tags are copied one by one [HTML §13.2.5, as far as needed to find a
// tag's end], with only the attributes that coi/mail/html uses, each once; comments, declarations and scripts are left
// out. No word is lost: what is no tag is text, and beyond `most` tags the words stay with their line breaks. One pass,
// linear in the number of octets.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coi {

struct HtmlTags {
    std::string html;      // for libxml2
    std::size_t tags = 0;  // its number of tags, without the line breaks in place of dropped ones
};

/// `breaks_line` says which elements start a new line. Of images the address is kept if it holds the image itself and
/// has no more than `longest_image` octets.
HtmlTags copy_html(std::string_view html, std::size_t most, bool (*breaks_line)(std::string_view name),
                   std::size_t longest_image = 0);

}  // namespace coi
