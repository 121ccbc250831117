// The name and the media type under which a file from Jabber goes into a mail. Pure.
//
// [RFC 2183 §2.3] a name is no path. What a client, a link or a file server says of a file is only a hint.

#pragma once

#include <string>
#include <string_view>

namespace gateway::file_name {

/// The name in the last part of a URL's path; "" if there is none.
std::string in_url(std::string_view url);
/// A name that is no path, on one line, not too long, and cannot pass for words of the gateway; may be "".
std::string clean(std::string_view name);
/// The first of `said` that names a kind of content, else what the name's ending says, else "application/octet-stream".
std::string media_type(std::initializer_list<std::string_view> said, std::string_view name);
/// Whether clients name recordings of their user's voice so.
bool is_of_recording(std::string_view name);

}  // namespace gateway::file_name
