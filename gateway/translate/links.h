// What a client would make a link of, or a person type into a browser: by its form, with or without a scheme.
//
// Words of mail servers can be forged, so nothing of the kind is quoted of them (gateway/translate/smtp_refusal). Pure.
// Where in doubt it is a link: "file.txt" has the form of a host, and clients know new top level domains before we do.

#pragma once

#include <string_view>

namespace gateway {

/// Whether there is a URI, a host name, an IP address or a mail address in `word` (UTF-8), in any script and width.
bool is_link(std::string_view word);

/// Whether `word` is this mail address or its domain and nothing else, but for the punctuation around it.
bool is_about(std::string_view word, std::string_view address);

}  // namespace gateway
