// The stream's document, parsed by expat without its namespace handling (stanza_builder.h says why); see wire.h.

#include "xmpp/wire.h"

#include <dlfcn.h>
#include <expat.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "xmpp/stanza_builder.h"

namespace xmpp {

namespace {

constexpr std::size_t slice_bytes = 64 * 1024;
constexpr std::size_t renew_bytes = 1024 * 1024;  // expat never forgets a name: it is replaced after so many bytes
// While a stanza is skipped, expat still keeps its open tags and names: the limits on these before the stream ends. The
// number of bytes is not limited: Prosody repeats a long namespace on every element where the sender wrote a short
// prefix.
constexpr std::size_t hopeless_elements = 1'000'000;
constexpr std::size_t hopeless_tag_bytes = 4 * 1024 * 1024;
constexpr std::string_view streams_namespace = "http://etherx.jabber.org/streams";

struct FreeParser {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

/// Without this, expat 2.6 (and Debian's 2.5 since deb12u2) holds a complete stanza back until more bytes arrive,
/// perhaps for ever. The function is looked up at run time: the package may be built with one expat and run with
/// another.
void stop_deferral(XML_Parser parser) {
    using Setter = XML_Bool (*)(XML_Parser, XML_Bool);
    static const auto set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "XML_SetReparseDeferralEnabled"));
    if (set) set(parser, XML_FALSE);
}

// Expat 2.8 deprecates these two functions for 64-bit versions, which the expat at run time may not have.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
std::size_t start_of_event(XML_Parser parser) { return static_cast<std::size_t>(XML_GetCurrentByteIndex(parser)); }
std::size_t size_of_event(XML_Parser parser) { return static_cast<std::size_t>(XML_GetCurrentByteCount(parser)); }
#pragma GCC diagnostic pop

}  // namespace

/// The stream's document. Expat's events only fill ready_; the callbacks run after expat has returned, so they may
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
        parser.reset(XML_ParserCreate("UTF-8"));
        XML_SetUserData(parser.get(), this);
        stop_deferral(parser.get());
        XML_SetElementHandler(
            parser.get(), [](void* data, const XML_Char* name, const XML_Char** atts) { self(data).start(name, atts); },
            [](void* data, const XML_Char*) { self(data).end(); });
        XML_SetCharacterDataHandler(parser.get(), [](void* data, const XML_Char* text, int length) {
            self(data).text({text, static_cast<std::size_t>(length)});
        });
        XML_SetStartDoctypeDeclHandler(parser.get(), [](void* data, const XML_Char*, const XML_Char*, const XML_Char*,
                                                        int) { self(data).fail("a document type declaration"); });
        XML_SetCommentHandler(parser.get(), [](void* data, const XML_Char*) { self(data).fail("an XML comment"); });
        XML_SetProcessingInstructionHandler(parser.get(), [](void* data, const XML_Char*, const XML_Char*) {
            self(data).fail("an XML processing instruction");
        });
    }

    static State& self(void* data) { return *static_cast<State*>(data); }
    std::size_t position() const { return start_of_event(parser.get()); }
    void stop() { XML_StopParser(parser.get(), XML_FALSE); }
    void fail(std::string reason) {
        if (why.empty()) why = std::move(reason);
        stop();
    }

    /// False if expat stopped: by fail(), by stop() (then `why` is empty), or because of an error in the document.
    bool parse(std::string_view bytes) {
        if (XML_Parse(parser.get(), bytes.data(), static_cast<int>(bytes.size()), 0) == XML_STATUS_OK) return true;
        const XML_Error code = XML_GetErrorCode(parser.get());
        if (why.empty() && code != XML_ERROR_ABORTED) why = std::string("XML error: ") + XML_ErrorString(code);
        return false;
    }

    /// Parses at most one slice; the rest of `bytes` stays.
    bool read_slice(std::string_view& bytes) {
        const std::string_view slice = bytes.substr(0, slice_bytes);
        const bool fine = parse(slice);
        if (fine) {
            fed += slice.size();
            bytes.remove_prefix(slice.size());
            if (fed - event_at > hopeless_tag_bytes && why.empty())
                why = "more than " + std::to_string(hopeless_tag_bytes) + " bytes of one tag";
            return why.empty();
        }
        if (!renewing) return false;
        bytes.remove_prefix(event_at - fed);
        renew();
        return why.empty();
    }

    /// Starts a new document with the same stream header, which frees expat's memory of names.
    void renew() {
        set_up();
        depth = 0;
        parse(header);
        renewing = false;
        fed = event_at = header.size();
    }

    void start(const XML_Char* name, const XML_Char** attributes) {
        if (++depth == 1) return open_stream(name, attributes);
        event_at = position();
        if (depth == 2) {
            growth.emplace(limits, scope);
            stanza_at = event_at;
        }
        growth->charge(event_at - stanza_at);
        growth->open(name, attributes);
        if (growth->elements() > hopeless_elements)
            fail("more than " + std::to_string(hopeless_elements) + " elements in one stanza");
    }

    void open_stream(std::string_view name, const XML_Char** attributes) {
        if (renewing) return;
        event_at = position();
        scope.open(attributes);
        const auto colon = name.find(':');
        const auto prefix = colon == name.npos ? "" : name.substr(0, colon);
        if (name.substr(colon + 1) != "stream" || scope.find(prefix) != streams_namespace)
            return fail("not an XMPP stream");
        Event event{Event::Kind::opened, nullptr, "", ""};
        for (; *attributes; attributes += 2) {
            if (std::string_view(attributes[0]) == "id") event.first = attributes[1];
            if (std::string_view(attributes[0]) == "from") event.second = attributes[1];
        }
        header = "<" + std::string(name) + ">";
        ready.push_back(std::move(event));
    }

    void text(std::string_view piece) {
        event_at = position();
        if (depth < 2) {
            if (piece.find_first_not_of(" \t\r\n") != piece.npos) fail("text between stanzas");
            return;
        }
        growth->charge(event_at - stanza_at);
        growth->text(piece);
    }

    void end() {
        if (!why.empty()) return;  // expat reports the end of an empty element even after a stop at its start
        event_at = position() + size_of_event(parser.get());
        if (--depth == 0) {
            ready.push_back({Event::Kind::closed, nullptr, "", ""});
            return stop();
        }
        growth->charge(event_at - stanza_at);
        growth->close();
        if (depth > 1) return;
        const bool over = !growth->why().empty();
        ready.push_back({over ? Event::Kind::oversize : Event::Kind::stanza, growth->take(), growth->why(), ""});
        growth.reset();
        if (event_at < renew_bytes && !over) return;
        renewing = true;
        stop();
    }

    /// Runs the callbacks for the parsed stanzas; false if one of them destroyed the Wire.
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

    const Limits limits;
    Calls calls;
    std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser> parser;
    std::string why;
    std::deque<Event> ready;
    std::optional<StanzaBuilder> growth;
    Scope scope;                // prefixes of the header
    std::string header;         // for a new expat
    std::size_t fed = 0;        // bytes of the present document before the present slice
    std::size_t event_at = 0;   // where the last tag began, or ended
    std::size_t stanza_at = 0;  // where the present stanza began
    unsigned depth = 0;         // the stream's element is at 1, a stanza at 2
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
