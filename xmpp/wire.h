// Bytes of a component stream to stanzas, under limits: expat reads, gloox never sees the wire.
//
// [XEP-0114 §3], [RFC 6120 §4, §11] (restricted XML: no DTD, no comments or PIs inside stanzas accepted). A stanza over the
// limits is skipped and reported with its id, from and to, so that its sender can be told; the stream goes on.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "xmpp/stanza.h"

namespace xmpp {

struct Limits {
    std::size_t stanza_bytes = 256 * 1024;
    unsigned depth = 32;
    unsigned elements = 2000;    // of one stanza
    unsigned attributes = 64;    // of one element
};

class Wire {
  public:
    struct Calls {
        std::function<void(const std::string& stream_id, const std::string& from)> opened;
        std::function<void(Stanza)> stanza;                 // also <handshake/> and <stream:error/>
        std::function<void(Stanza head, std::string why)> oversize;  // the stanza's element without its children
        std::function<void()> closed;                       // </stream:stream>
    };
    Wire(Limits, Calls);
    ~Wire();
    /// False after an XML error (then why() says it): the stream must be closed. May call back many times.
    bool read(std::string_view bytes);
    const std::string& why() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A whole document (as in golden files) to a Tag; nullptr if it is not well-formed or over the limits.
Stanza parse_stanza(std::string_view xml, const Limits& = {});

}  // namespace xmpp
