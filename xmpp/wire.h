// Parses the bytes of a component stream into stanzas, under limits, by expat (not by gloox).
//
// [XEP-0114 §3], [RFC 6120 §4, §11] (restricted XML: a DTD, comment or PI ends the stream). A stanza over the limits is
// skipped and reported with its id, from and to, so that its sender can be told; the stream continues. Invariant: the
// Tags have one normal form. No element has a prefix; xmlns is set only where the namespace differs from the parent's,
// and not on a stanza; a namespaced attribute has its prefix in its name ("xml:lang").

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "xmpp/stanza.h"

namespace xmpp {

struct Limits {
    std::size_t stanza_bytes = 256 * 1024;  // as received, and in its normal form
    unsigned depth = 32;
    unsigned elements = 2000;  // per stanza
    unsigned attributes = 64;  // per element
};

class Wire {
  public:
    struct Calls {
        std::function<void(const std::string& stream_id, const std::string& from)> opened;
        std::function<void(Stanza)> stanza;                          // also <handshake/> and <stream:error/>
        std::function<void(Stanza head, std::string why)> oversize;  // the stanza's element without children
        std::function<void()> closed;                                // </stream:stream>
    };
    Wire(Limits, Calls);
    ~Wire();
    /// False after an XML error (then why() names it): the stream must be closed. May call back many times; a callback
    /// may destroy the Wire. Bytes after </stream:stream> are not read.
    bool read(std::string_view bytes);
    const std::string& why() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Parses a whole document (as in golden files); nullptr if it is not well-formed or over the limits.
Stanza parse_stanza(std::string_view xml, const Limits& = {});

}  // namespace xmpp
