// See mime_tree.h.

#include "coi/mail/mime_tree.h"

namespace coi {
namespace {

/// A stream that reads the bytes where they are, instead of a copy of them.
Owned<GMimeStream> stream_over(std::string_view bytes) {
    auto* view = g_new(GByteArray, 1);  // has two public members, and is only read
    view->data = reinterpret_cast<guint8*>(const_cast<char*>(bytes.data()));
    view->len = static_cast<guint>(bytes.size());
    Owned<GMimeStream> stream(g_mime_stream_mem_new_with_byte_array(view));
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream.get()), FALSE);  // else it would free them
    // The streams over its parts keep the whole one.
    g_object_set_data_full(G_OBJECT(stream.get()), "view", view, g_free);
    return stream;
}

}  // namespace

Owned<GMimeObject> parse_mime(std::string_view mail) {
    const auto stream = stream_over(mail);
    const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
    // As a part, not as a message: GMime would parse every address field of a message, and does so recursively.
    return Owned<GMimeObject>(g_mime_parser_construct_part(parser.get(), gmime_options()));
}

}  // namespace coi
