// Every text that the gateway writes for people, in their language: one gettext catalogue (po/coigate.pot, po/de.po).
//
// The catalogues are compiled into the program. English is the msgid.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gateway {

/// `msgid` in the language of an xml:lang value ("de", "de-AT", ""; unknown languages get English), with {1}, {2} …
/// replaced by `args`, which are not format strings. xgettext finds msgids by the name `say`.
std::string say(std::string_view lang, const char* msgid, const std::vector<std::string>& args = {});
/// With a plural: `n` chooses the form and is {1}.
std::string say(std::string_view lang, const char* singular, const char* plural, long n,
                const std::vector<std::string>& args = {});

/// Marks a text in a table that is translated later (gettext's N_), so that the catalogue's extraction finds it. The
/// variable that is then given to say() has a name that ends in `_later`.
constexpr const char* say_later(const char* msgid) { return msgid; }

}  // namespace gateway
