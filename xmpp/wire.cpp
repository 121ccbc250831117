// Expat's events to gloox Tags, under limits; see wire.h.
//
// The Tags are in one normal form, whatever prefixes the wire had: no element has a prefix; an element carries xmlns
// only where its namespace differs from its parent's; a stanza's own namespace is left out at the top. An attribute
// with a namespace keeps its prefix in its name ("xml:lang"), declared on the same element, so that it is never
// mistaken for the plain attribute.

#include "xmpp/wire.h"

#include <expat.h>

#include <algorithm>
#include <array>
#include <deque>
#include <utility>
#include <vector>

namespace xmpp {

namespace {

constexpr XML_Char separator = '\x01';  // cannot occur in XML, so it cannot be smuggled into a namespace
constexpr std::size_t slice_bytes = 64 * 1024;
constexpr std::size_t renew_bytes = 1024 * 1024;  // expat remembers every name it ever saw: a new one now and then
// Of one stanza; while it is skipped expat still keeps its open tags and its names. Servers take 256 to 512 KiB by
// default.
constexpr std::size_t hopeless_bytes = 4 * 1024 * 1024;
constexpr std::size_t head_value_bytes = 4096;  // [RFC 7622 §3.1] an address has at most 3071
constexpr const char* streams_namespace = "http://etherx.jabber.org/streams";
constexpr const char* xml_namespace = "http://www.w3.org/XML/1998/namespace";

/// A name as expat gives it: uri, local name and prefix with separators between, from the left as many as there are.
struct Name {
    std::string_view uri, local, prefix;
    explicit Name(std::string_view all) {
        const auto first = all.find(separator);
        if (first == all.npos) {
            local = all;
            return;
        }
        uri = all.substr(0, first);
        local = all.substr(first + 1);
        if (const auto second = local.find(separator); second != local.npos) {
            prefix = local.substr(second + 1);
            local = local.substr(0, second);
        }
    }
};

std::string escaped(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '&' || c == '<' || c == '\'' || static_cast<unsigned char>(c) < 0x20)
            out += "&#" + std::to_string(static_cast<int>(c)) + ";";
        else
            out += c;
    }
    return out;
}

/// Grows one stanza; past the limits it keeps only the stanza's head.
class Growth {
  public:
    explicit Growth(const Limits& limits) : limits_(limits) {}

    void open(Name name, const XML_Char** attributes) {
        flush();
        ++depth_;
        if (why_.empty()) check(attributes);
        if (!why_.empty()) {
            if (!root_) root_ = element(name, attributes, true);
            return;
        }
        Stanza tag = element(name, attributes, false);
        Tag* const raw = tag.get();
        if (top_)
            top_->addChild(tag.release());
        else
            root_ = std::move(tag);
        top_ = raw;
        if (size_ > limits_.stanza_bytes) give_up("more than " + std::to_string(limits_.stanza_bytes) + " bytes");
    }

    void text(std::string_view piece) {
        if (why_.empty()) text_ += piece;
    }

    void close() {
        flush();
        --depth_;
        if (!why_.empty()) return;
        namespaces_.pop_back();
        top_ = top_->parent();
    }

    /// `bytes` of the wire went into this stanza so far.
    void charge(std::size_t bytes) {
        if (why_.empty() && bytes > limits_.stanza_bytes)
            give_up("more than " + std::to_string(limits_.stanza_bytes) + " bytes");
    }

    bool whole() const { return depth_ == 0 && root_; }
    const std::string& why() const { return why_; }
    Stanza take() { return std::move(root_); }

  private:
    void check(const XML_Char** attributes) {
        if (depth_ > limits_.depth)
            return give_up("more than " + std::to_string(limits_.depth) + " elements in each other");
        if (++elements_ > limits_.elements)
            return give_up("more than " + std::to_string(limits_.elements) + " elements");
        std::size_t count = 0;
        while (attributes[2 * count]) ++count;
        if (count > limits_.attributes) give_up("more than " + std::to_string(limits_.attributes) + " attributes");
    }

    /// An element alone; `head_only`: with nothing but what its sender is told by.
    Stanza element(Name name, const XML_Char** attributes, bool head_only) {
        static const std::string content = content_namespace;
        const std::string& outer = namespaces_.empty() ? content : namespaces_.back();
        std::string own = is_content_namespace(name.uri) ? content : std::string(name.uri);
        std::string full(name.local);
        if (name.uri == xml_namespace) {  // may not be declared [Namespaces in XML §3]: stays a prefix
            full = "xml:" + full;
            own = outer;
        }
        auto tag = std::make_unique<Tag>(full);
        size_ += name.local.size();
        if (own != outer) {
            tag->addAttribute(new Tag::Attribute("xmlns", own));  // setXmlns would drop an empty one
            size_ += own.size();
        }
        namespaces_.push_back(std::move(own));
        for (; *attributes; attributes += 2) add_attribute(*tag, Name(attributes[0]), attributes[1], head_only);
        return tag;
    }

    void add_attribute(Tag& tag, Name name, const std::string& value, bool head_only) {
        size_ += name.local.size() + value.size();
        std::string full(name.local);
        if (!name.uri.empty()) full = std::string(name.prefix) + ":" + full;
        if (head_only && !(belongs_to_head(full) && value.size() <= head_value_bytes)) return;
        if (!name.uri.empty() && name.uri != xml_namespace) {
            size_ += name.uri.size() + name.prefix.size();
            tag.setXmlns(std::string(name.uri), std::string(name.prefix));
        }
        tag.addAttribute(new Tag::Attribute(full, value));
    }

    static bool belongs_to_head(const std::string& name) {
        static const std::array<std::string, 5> names{"id", "from", "to", "type", "xml:lang"};
        return std::find(names.begin(), names.end(), name) != names.end();
    }

    void flush() {
        if (text_.empty() || !top_) return;
        size_ += text_.size();
        top_->addCData(text_);
        text_.clear();
    }

    void give_up(std::string why) {
        why_ = std::move(why);
        top_ = nullptr;
        text_.clear();
        if (!root_) return;
        auto head = std::make_unique<Tag>(root_->name());
        if (root_->hasAttribute("xmlns")) head->setXmlns(root_->findAttribute("xmlns"));
        for (const auto* attribute : root_->attributes())
            if (belongs_to_head(attribute->name()) && attribute->value().size() <= head_value_bytes)
                head->addAttribute(new Tag::Attribute(attribute->name(), attribute->value()));
        root_ = std::move(head);
    }

    const Limits& limits_;
    Stanza root_;
    Tag* top_ = nullptr;                   // innermost open element
    std::vector<std::string> namespaces_;  // of the open elements
    std::string text_, why_;
    std::size_t size_ = 0;  // of the normal form: a long namespace behind a short prefix is repeated in it
    unsigned depth_ = 0, elements_ = 0;
};

struct FreeParser {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

}  // namespace

/// The stream's document. Expat's events only fill ready_; the callbacks run when expat has returned, so they may
/// destroy the Wire.
struct Wire::State {
    struct Event {
        enum class Kind { opened, stanza, oversize, closed } kind;
        Stanza tag;
        std::string first, second;
    };

    State(const Limits& its_limits, Calls its_calls) : limits(its_limits), calls(std::move(its_calls)) { set_up(); }

    /// A new expat, set up for restricted XML [RFC 6120 §11.1].
    void set_up() {
        parser.reset(XML_ParserCreateNS("UTF-8", separator));
        XML_SetUserData(parser.get(), this);
        XML_SetReturnNSTriplet(parser.get(), 1);
        // Else expat keeps a whole stanza back until more bytes come, which may be never; hopeless_bytes bounds what
        // that costs.
        XML_SetReparseDeferralEnabled(parser.get(), XML_FALSE);
        XML_SetElementHandler(
            parser.get(), [](void* data, const XML_Char* name, const XML_Char** atts) { self(data).start(name, atts); },
            [](void* data, const XML_Char*) { self(data).end(); });
        XML_SetCharacterDataHandler(parser.get(), [](void* data, const XML_Char* text, int length) {
            self(data).text({text, static_cast<std::size_t>(length)});
        });
        XML_SetStartNamespaceDeclHandler(parser.get(), [](void* data, const XML_Char* prefix, const XML_Char* uri) {
            self(data).declare(prefix ? prefix : "", uri ? uri : "");
        });
        XML_SetStartDoctypeDeclHandler(parser.get(), [](void* data, const XML_Char*, const XML_Char*, const XML_Char*,
                                                        int) { self(data).fail("a document type declaration"); });
        XML_SetCommentHandler(parser.get(), [](void* data, const XML_Char*) { self(data).fail("an XML comment"); });
        XML_SetProcessingInstructionHandler(parser.get(), [](void* data, const XML_Char*, const XML_Char*) {
            self(data).fail("an XML processing instruction");
        });
    }

    static State& self(void* data) { return *static_cast<State*>(data); }
    std::size_t position() const { return static_cast<std::size_t>(XML_GetCurrentByteIndex(parser.get())); }
    void stop() { XML_StopParser(parser.get(), XML_FALSE); }
    void fail(std::string reason) {
        if (why.empty()) why = std::move(reason);
        stop();
    }

    /// False when expat stopped: by fail(), by stop() (then `why` is empty), or by an error of the document.
    bool parse(std::string_view bytes) {
        if (XML_Parse(parser.get(), bytes.data(), static_cast<int>(bytes.size()), 0) == XML_STATUS_OK) return true;
        const XML_Error code = XML_GetErrorCode(parser.get());
        if (why.empty() && code != XML_ERROR_ABORTED) why = std::string("XML error: ") + XML_ErrorString(code);
        return false;
    }

    /// Reads at most a slice; what is left of `bytes` afterwards has not been read.
    bool read_slice(std::string_view& bytes) {
        const std::string_view slice = bytes.substr(0, slice_bytes);
        const bool fine = parse(slice);
        if (fine) {
            fed += slice.size();
            bytes.remove_prefix(slice.size());
            if (fed - event_at > hopeless_bytes && why.empty()) why = hopeless;
            return why.empty();
        }
        if (!renewing) return false;
        bytes.remove_prefix(event_at - fed);
        renew();
        return why.empty();
    }

    /// Starts a new document with the same stream header: what expat remembered is freed.
    void renew() {
        set_up();
        depth = 0;
        parse(header);
        renewing = false;
        fed = event_at = header.size();
    }

    void declare(const char* prefix, const char* uri) {
        if (depth == 0 && header.empty())
            declarations += std::string(" xmlns") + (*prefix ? ":" : "") + prefix + "='" + escaped(uri) + "'";
    }

    void start(const XML_Char* raw, const XML_Char** attributes) {
        if (++depth == 1) return open_stream(Name(raw), attributes);
        event_at = position();
        if (depth == 2) {
            growth.emplace(limits);
            stanza_at = event_at;
        }
        charge();
        growth->open(Name(raw), attributes);
    }

    void open_stream(Name name, const XML_Char** attributes) {
        if (renewing) return;
        event_at = position();
        if (name.local != "stream" || name.uri != streams_namespace) return fail("not an XMPP stream");
        Event event{Event::Kind::opened, nullptr, "", ""};
        for (; *attributes; attributes += 2) {
            if (std::string_view(attributes[0]) == "id") event.first = attributes[1];
            if (std::string_view(attributes[0]) == "from") event.second = attributes[1];
        }
        header = "<" + (name.prefix.empty() ? "" : std::string(name.prefix) + ":") + "stream" + declarations + ">";
        ready.push_back(std::move(event));
    }

    void charge() {
        growth->charge(event_at - stanza_at);
        if (event_at - stanza_at > hopeless_bytes) fail(hopeless);
    }

    void text(std::string_view piece) {
        event_at = position();
        if (depth < 2) {
            if (piece.find_first_not_of(" \t\r\n") != piece.npos) fail("text between stanzas");
            return;
        }
        charge();
        growth->text(piece);
    }

    void end() {
        if (!why.empty()) return;  // expat ends an empty element even after it was stopped at its start
        event_at = position() + static_cast<std::size_t>(XML_GetCurrentByteCount(parser.get()));
        if (--depth == 0) {
            ready.push_back({Event::Kind::closed, nullptr, "", ""});
            return stop();
        }
        charge();
        growth->close();
        if (depth > 1) return;
        const bool over = !growth->why().empty();
        ready.push_back({over ? Event::Kind::oversize : Event::Kind::stanza, growth->take(), growth->why(), ""});
        growth.reset();
        if (event_at < renew_bytes && !over) return;
        renewing = true;
        stop();
    }

    /// Runs the callbacks of what was read; false when one of them destroyed the Wire.
    bool call_back() {
        while (!ready.empty()) {
            Event event = std::move(ready.front());
            ready.pop_front();
            switch (event.kind) {
                case Event::Kind::opened:
                    calls.opened(event.first, event.second);
                    break;
                case Event::Kind::stanza:
                    calls.stanza(std::move(event.tag));
                    break;
                case Event::Kind::oversize:
                    calls.oversize(std::move(event.tag), std::move(event.first));
                    break;
                case Event::Kind::closed:
                    closed = true;
                    calls.closed();
                    break;
            }
            if (abandoned) return false;
        }
        return true;
    }

    inline static const std::string hopeless = "more than " + std::to_string(hopeless_bytes) + " bytes of one stanza";
    const Limits limits;
    Calls calls;
    std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser> parser;
    std::string why;
    std::deque<Event> ready;
    std::optional<Growth> growth;
    std::string declarations, header;
    std::size_t fed = 0;        // bytes of the present document before the present slice
    std::size_t event_at = 0;   // where in it the last tag began, or ended
    std::size_t stanza_at = 0;  // where the present stanza began
    unsigned depth = 0;         // the stream's element is 1, a stanza 2
    bool renewing = false, closed = false, abandoned = false;
};

Wire::Wire(Limits limits, Calls calls) : state_(std::make_shared<State>(limits, std::move(calls))) {}

Wire::~Wire() { state_->abandoned = true; }

bool Wire::read(std::string_view bytes) {
    const auto state = state_;  // outlives a callback that destroys this
    while (!bytes.empty() && !state->closed && state->why.empty()) {
        state->read_slice(bytes);
        if (!state->call_back()) return true;
    }
    return state->why.empty();
}

const std::string& Wire::why() const { return state_->why; }

Stanza parse_stanza(std::string_view xml, const Limits& limits) {
    if (xml.starts_with("<?xml ")) xml.remove_prefix(std::min(xml.size(), xml.find("?>") + 2));
    Stanza only;
    int stanzas = 0;
    bool whole = false;
    Wire wire(limits, {.opened = [](const std::string&, const std::string&) {},
                       .stanza =
                           [&](Stanza stanza) {
                               only = std::move(stanza);
                               ++stanzas;
                           },
                       .oversize = [&](Stanza, const std::string&) { ++stanzas; },
                       .closed = [&] { whole = true; }});
    const bool read = wire.read("<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams'>") &&
                      wire.read(xml) && !whole && wire.read("</s:stream>");
    return read && whole && stanzas == 1 ? std::move(only) : nullptr;
}

}  // namespace xmpp
