// The character set that a label in a mail means.
//
// The labels are those of the WHATWG Encoding Standard §4.2, which say what senders mean (iso-8859-1 is windows-1252,
// gb2312 is gb18030), and the further ones of ICU. Left out: "x-user-defined". Character sets that the standard refuses
// for web pages (HZ, ISO-2022-KR, ISO-2022-CN) are supported, because mail still uses them.

#pragma once

#include <string>
#include <string_view>

namespace coi {

struct Charset {
    enum class Kind { utf8, single_byte, multi_byte, stateful };
    Kind kind = Kind::utf8;
    std::string converter;  // ICU's name; "" for UTF-8 and unknown labels
};

/// `label` in any case, with or without quotes. An unknown label gives UTF-8 without a converter.
Charset charset_of(std::string_view label);

}  // namespace coi
