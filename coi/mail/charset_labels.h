// Which character set a label of a mail means.
//
// The labels are those of the WHATWG Encoding Standard §4.2, which say what senders mean (iso-8859-1 is windows-1252,
// gb2312 is gb18030), and those that ICU knows besides. Left out: "x-user-defined". Sets that the standard refuses for
// web pages (HZ, ISO-2022-KR, ISO-2022-CN) are read: mail still comes in them.

#pragma once

#include <string>
#include <string_view>

namespace coi {

struct Charset {
    enum class Kind { utf8, single_byte, multi_byte, stateful };
    Kind kind = Kind::utf8;
    std::string converter;  // ICU's name; "" of UTF-8 and of what is not known
};

/// `label` in any case, with or without quotes. What is not known is UTF-8 without a converter.
Charset charset_of(std::string_view label);

}  // namespace coi
