// One stanza growing from expat's raw events: limits, namespaces, and the normal form.
//
// Namespaces are resolved here and not by expat, because expat ends the stream over faults that any user can have a
// server write to us: ejabberd drops xmlns:p from a stanza and keeps p:from; Prosody writes <xml:a/> as <a
// xmlns='…/XML/1998/namespace'/>. What cannot be resolved is put right or left out; the stanza and the stream go on.
// [Namespaces in XML 1.0 §3, §6] Invariant: what take() gives, printed and read by any parser, is the same and
// well-formed with namespaces.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "xmpp/stanza.h"
#include "xmpp/wire.h"

namespace xmpp {

/// The prefixes that are bound, innermost last.
class Scope {
  public:
    /// Takes the declarations among the attributes of an element that opens at this depth; `attributes`: name, value,
    /// …, nullptr.
    void open(const char** attributes);
    void close();
    /// The namespace of a prefix ("" is the default one); "" where nothing is bound.
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
    /// `scope`: of the stream's header.
    StanzaBuilder(const Limits&, Scope scope);

    void open(std::string_view name, const char** attributes);
    void text(std::string_view piece);
    void close();  // of the innermost element
    /// `bytes` of the wire went into this stanza so far.
    void charge(std::size_t bytes);
    /// Elements so far, those skipped included.
    std::size_t elements() const { return elements_; }
    /// Which limit it passed; "" for none. Then take() is the stanza's element alone, with id, from, to, type and
    /// xml:lang.
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
    Tag* top_ = nullptr;                   // innermost open element
    std::vector<std::string> namespaces_;  // of the open elements
    std::string text_, why_;
    std::size_t size_ = 0;  // of the normal form: a long namespace behind a short prefix is repeated in it
    std::size_t depth_ = 0, elements_ = 0;
};

}  // namespace xmpp
