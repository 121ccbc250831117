// The table of labels; see charset_labels.h.

#include "coi/mail/charset_labels.h"

#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "coi/mail/charset.h"

namespace coi {
namespace {

using Kind = Charset::Kind;

struct Row {
    Kind kind;
    std::string_view converter, labels;
};

// The labels of one encoding, as the standard lists them; the last two blocks are not in it.
constexpr std::array rows{
    Row{Kind::utf8, "", "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8"},
    Row{Kind::single_byte, "ibm-866", "866 cp866 csibm866 ibm866"},
    Row{Kind::single_byte, "iso-8859-2",
        "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2"},
    Row{Kind::single_byte, "iso-8859-3",
        "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3"},
    Row{Kind::single_byte, "iso-8859-4",
        "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4"},
    Row{Kind::single_byte, "iso-8859-5",
        "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988"},
    Row{Kind::single_byte, "iso-8859-6",
        "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i "
        "iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"},
    Row{Kind::single_byte, "iso-8859-7",
        "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
        "iso_8859-7:1987 sun_eu_greek"},
    // "-i" and "-e" say in which order the letters stand [RFC 1556]; the bytes are the same.
    Row{Kind::single_byte, "iso-8859-8",
        "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
        "iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical"},
    Row{Kind::single_byte, "iso-8859_10-1998", "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6"},
    Row{Kind::single_byte, "iso-8859-13", "iso-8859-13 iso8859-13 iso885913"},
    Row{Kind::single_byte, "iso-8859_14-1998", "iso-8859-14 iso8859-14 iso885914"},
    Row{Kind::single_byte, "iso-8859-15", "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 latin9"},
    Row{Kind::single_byte, "koi8-r", "cskoi8r koi koi8 koi8-r koi8_r"},
    Row{Kind::single_byte, "koi8-u", "koi8-ru koi8-u"},
    Row{Kind::single_byte, "macintosh", "csmacintosh mac macintosh x-mac-roman"},
    Row{Kind::single_byte, "windows-874", "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874"},
    Row{Kind::single_byte, "windows-1250", "cp1250 windows-1250 x-cp1250"},
    Row{Kind::single_byte, "windows-1251", "cp1251 windows-1251 x-cp1251"},
    Row{Kind::single_byte, "windows-1252",
        "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 "
        "iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252"},
    Row{Kind::single_byte, "windows-1253", "cp1253 windows-1253 x-cp1253"},
    Row{Kind::single_byte, "windows-1254",
        "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 "
        "windows-1254 x-cp1254"},
    Row{Kind::single_byte, "windows-1255", "cp1255 windows-1255 x-cp1255"},
    Row{Kind::single_byte, "windows-1256", "cp1256 windows-1256 x-cp1256"},
    Row{Kind::single_byte, "windows-1257", "cp1257 windows-1257 x-cp1257"},
    Row{Kind::single_byte, "windows-1258", "cp1258 windows-1258 x-cp1258"},
    Row{Kind::single_byte, "macos-7_3-10.2", "x-mac-cyrillic x-mac-ukrainian"},
    Row{Kind::multi_byte, "gb18030",
        "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030"},
    Row{Kind::multi_byte, "big5-hkscs", "big5 big5-hkscs cn-big5 csbig5 x-x-big5"},
    Row{Kind::multi_byte, "euc-jp", "cseucpkdfmtjapanese euc-jp x-euc-jp"},
    Row{Kind::multi_byte, "windows-31j", "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis"},
    Row{Kind::multi_byte, "windows-949",
        "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949"},
    // Version 4 reads what all of them may have: half-width kana, NEC's row 13.
    Row{Kind::stateful, "ISO_2022,locale=ja,version=4", "csiso2022jp iso-2022-jp"},
    Row{Kind::stateful, "HZ", "hz-gb-2312"},
    Row{Kind::stateful, "iso-2022-kr", "csiso2022kr iso-2022-kr"},
    Row{Kind::stateful, "iso-2022-cn", "iso-2022-cn iso-2022-cn-ext"},
    Row{Kind::stateful, "UTF-16BE", "unicodefffe utf-16be"},
    Row{Kind::stateful, "UTF-16LE", "unicodefeff utf-16le"},
    Row{Kind::stateful, "UTF-16", "csunicode iso-10646-ucs-2 ucs-2 unicode utf-16"},
    // What mail has besides.
    Row{Kind::utf8, "", "utf-8-mac utf-8n utf8mb4 cp65001"},
    Row{Kind::multi_byte, "windows-31j", "cp932 cp943 sjis-win shift_jisx0213 shift_jis-2004"},
    Row{Kind::multi_byte, "windows-949", "cp949 ms949 uhc euckr"},
    Row{Kind::multi_byte, "gb18030", "cp936 ms936 gb2312-80 euc-cn euccn"},
    Row{Kind::multi_byte, "big5-hkscs", "cp950 big5-eten x-windows-950"},
    Row{Kind::multi_byte, "euc-jp", "eucjp eucjp-ms eucjp-win cp51932"},
    Row{Kind::stateful, "ISO_2022,locale=ja,version=4",
        "cp50220 cp50221 cp50222 iso-2022-jp-ms iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-2004 jis"},
    Row{Kind::stateful, "UTF-7", "utf-7 utf7 unicode-1-1-utf-7 csunicode11utf7"},
    Row{Kind::single_byte, "windows-1252", "unknown-8bit x-unknown unknown default ansi iso-8859 8bit none"},
};

/// Label → row.
const std::map<std::string_view, const Row*>& labels() {
    static const auto table = [] {
        std::map<std::string_view, const Row*> made;
        for (const auto& row : rows) {
            for (auto rest = row.labels; !rest.empty();) {
                const auto end = std::min(rest.find(' '), rest.size());
                made.emplace(rest.substr(0, end), &row);
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        }
        return made;
    }();
    return table;
}

struct CloseConverter {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};

/// The other sets that ICU has, by any of its names; it compares without regard to hyphens.
Charset known_to_icu(const std::string& label) {
    UErrorCode error = U_ZERO_ERROR;
    const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open(label.c_str(), &error));
    if (U_FAILURE(error)) return {};
    switch (ucnv_getType(converter.get())) {
        case UCNV_UTF8:
            return {};
        case UCNV_SBCS:
        case UCNV_LATIN_1:
        case UCNV_US_ASCII:
            return {Kind::single_byte, label};
        case UCNV_MBCS:
        case UCNV_DBCS:
            return {Kind::multi_byte, label};
        default:
            return {Kind::stateful, label};
    }
}

}  // namespace

Charset charset_of(std::string_view given) {
    constexpr std::size_t longest = 60;
    // COMPAT: what is written behind the name: "iso-8859-2 (Latin 2)"
    std::string label = lower(trim(given.substr(0, given.find_first_of("(;"))));
    std::erase_if(label, [](char c) { return c == '"' || c == '\'' || c == ' '; });
    if (label.empty() || label.size() > longest || !is_ascii(label)) return {};
    const auto find = [](const std::string& name) -> const Row* {
        const auto found = labels().find(name);
        return found == labels().end() ? nullptr : found->second;
    };
    const Row* row = find(label);
    // "cp-1251", "windows1251", "win-1251", "iso_8859_1"
    std::string digits = label.substr(std::min(label.find_last_not_of("0123456789") + 1, label.size()));
    const bool is_windows = label.starts_with("cp") || label.starts_with("win");
    if (!row && is_windows) row = find("cp" + digits);
    if (!row && label.starts_with("iso")) {
        std::ranges::replace(label, '_', '-');
        row = find(label);
    }
    if (row) return {row->kind, std::string(row->converter)};
    // ',' begins an option of ICU's, which no mail may set.
    return label.find(',') == label.npos ? known_to_icu(label) : Charset{};
}

}  // namespace coi
