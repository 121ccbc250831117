// File metadata: the name, type and size of a shared file.
//
// [XEP-0446 §2]; the elements of [XEP-0385 §4.1] have the same names. Left out: dates, thumbnails [XEP-0264 §4], all
// hashes of a file but one.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "xmpp/stanza.h"
#include "xmpp/xep/xep0300_hashes.h"

namespace xmpp::xep0446 {

inline constexpr const char* ns = "urn:xmpp:file:metadata:0";

struct Metadata {
    std::string name, type;              // "" for none; "image/jpeg"
    std::size_t size = 0;                // bytes, 0: not known
    std::string description{};           // "" for none
    std::chrono::milliseconds length{};  // of audio and video, 0: not known
    std::optional<xep0300::Hash> hash{};
    std::uint32_t width = 0, height = 0;  // of pictures and videos in pixels, 0: not known
};

Metadata read(const Tag& file);
/// A <file/> with this, but for the description, which stands in the text of its message.
void add_file(Tag& to, const Metadata&);

}  // namespace xmpp::xep0446
