// Builds one stanza from expat's events: limits, namespaces, and the normal form.
//
// Namespaces are resolved here and not by expat, because expat ends the stream at faults that any user can cause a
// server to write: ejabberd drops xmlns:p from a stanza and keeps p:from; Prosody writes <xml:a/> as <a
// xmlns='…/XML/1998/namespace'/>. What cannot be resolved is corrected or left out; the stanza and the stream continue.
// [Namespaces in XML 1.0 §3, §6] Invariant: the stanza from take(), printed and read by any parser, is the same, and
// namespace-well-formed.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "xmpp/stanza.h"
#include "xmpp/wire.h"

namespace xmpp {

/// The bound prefixes, innermost last.
class Scope {
  public:
    /// Adds the declarations among the attributes of an element at this depth; `attributes`: name, value, …, nullptr.
    void open(const char** attributes);
    void close();
    /// The namespace of a prefix ("" is the default namespace); "" if it is not bound.
    std::string_view find(std::string_view prefix) const;

  private:
    struct Binding {
        std::string prefix, uri;
        unsigned depth;
    };
    std::vector<Binding> bindings_;
    unsigned depth_ = 0;
};

class StanzaBuilder {
  public:
    /// `scope`: the prefixes of the stream's header.
    StanzaBuilder(const Limits&, Scope scope);

    void open(std::string_view name, const char** attributes);
    void text(std::string_view piece);
    void close();  // closes the innermost element
    /// Notes that the stanza has used `bytes` of the stream so far.
    void charge(std::size_t bytes);
    /// The number of elements so far, including skipped ones.
    std::size_t elements() const { return elements_; }
    /// The limit that was exceeded; "" for none. Then take() returns the stanza's element without children, with id,
    /// from, to, type and xml:lang.
    const std::string& why() const { return why_; }
    Stanza take() { return std::move(root_); }

  private:
    void check(const char** attributes);
    Stanza element(std::string_view name, const char** attributes, bool head_only);
    void add_attribute(Tag&, std::string_view name, const std::string& value, bool head_only);
    void flush();
    void give_up(std::string why);

    const Limits limits_;
    Scope scope_;
    Stanza root_;
    Tag* top_ = nullptr;                   // the innermost open element
    std::vector<std::string> namespaces_;  // of the open elements
    std::string text_, why_;
    std::size_t size_ = 0;  // of the normal form, where a long namespace is repeated for each short prefix
    std::size_t depth_ = 0, elements_ = 0;
};

}  // namespace xmpp
