// One stream of the component; see stream.h.

#include "xmpp/stream.h"

#include <utility>

#include "xmpp/connection.h"

namespace xmpp {

namespace {

const std::string streams = "http://etherx.jabber.org/streams";
const std::string stream_conditions = "urn:ietf:params:xml:ns:xmpp-streams";

bool is_stanza(const Tag& tag) {
    return !tag.hasAttribute("xmlns") && (tag.name() == "message" || tag.name() == "presence" || tag.name() == "iq");
}

}  // namespace

Stream::Stream(const Names& names, const Limits& limits, Calls calls)
    : gloox::Component("jabber:component:accept", names.host, names.component, names.secret, names.port),
      names_(names),
      calls_(std::move(calls)),
      wire_(limits, {.opened = [this](const std::string& id, const std::string&) { opened(id); },
                     .stanza = [this](Stanza tag) { take(std::move(tag)); },
                     .oversize =
                         [this](Stanza head, const std::string&) {
                             if (online_ && is_stanza(*head)) calls_.oversize(std::move(head));
                         },
                     .closed = [this] { give_up(where() + " closed the stream"); }}) {
    // gloox would write "en", and Prosody copies the stream's language to every stanza without one.
    m_xmllang.clear();
    registerConnectionListener(this);
}

Stream::~Stream() {
    ended_ = true;
    removeConnectionListener(this);
}

std::string Stream::where() const { return "Jabber server " + names_.host + ":" + std::to_string(names_.port); }

void Stream::handleReceivedData(const gloox::ConnectionBase*, const std::string& data) {
    if (ended_ || wire_.read(data) || ended_) return;
    // [RFC 6120 §4.9.3.1] A server that sends invalid XML would not understand a stream error.
    give_up(where() + " sent what is not an XMPP stream (" + wire_.why() + ")" +
            (open_ ? "" : ": is this its component port?"));
}

void Stream::opened(const std::string& id) {
    if (ended_) return;
    open_ = true;
    if (id.empty()) return;  // Prosody begins a stream error like this; without an id the handshake is impossible
    Tag start("stream", "id", id);
    start.setXmlns(streams);
    handleTag(&start);  // gloox answers with the handshake [XEP-0114 §3]
}

void Stream::take(Stanza tag) {
    if (ended_) return;
    if (tag->name() == "error" && tag->findAttribute("xmlns") == streams) return take_error(*tag);
    if (!online_) {
        if (tag->name() == "handshake" && !tag->hasAttribute("xmlns")) handleTag(tag.get());
        return;
    }
    if (is_stanza(*tag)) calls_.stanza(std::move(tag));
}

void Stream::take_error(const Tag& error) {
    std::string condition = "undefined-condition", text;
    for (const Tag* part : error.children()) {
        if (namespace_of(*part) != stream_conditions) continue;
        if (part->name() == "text")
            text = clean(part->cdata().substr(0, 200));
        else
            condition = part->name();
    }
    const std::string said = condition + (text.empty() ? "" : ": " + text);
    std::string why = where() + " ended the stream (" + said + ")";
    if (!online_) {
        if (condition == "not-authorized")
            why = where() + ": wrong secret for " + names_.component + ", or no such component there (" + said + ")";
        else if (condition == "host-unknown")
            why = where() + " has no component " + names_.component + " (" + said + ")";
        else if (condition == "conflict")
            why = where() + ": another process is connected as " + names_.component + " (" + said + ")";
        else if (condition == "invalid-namespace" || condition == "bad-format" || condition == "unsupported-version")
            why += ": is this its component port?";
    }
    give_up(why);
}

void Stream::give_up(const std::string& why) {
    if (ended_) return;
    if (why_.empty()) why_ = why;
    if (goodbye_)
        m_connection->disconnect();  // gloox would send </stream:stream> again
    else
        gloox::ClientBase::disconnect(gloox::ConnUserDisconnected);
    finish(why_);
}

void Stream::say_goodbye() {
    if (ended_ || goodbye_) return;
    goodbye_ = true;
    send(std::string("</stream:stream>"));
}

void Stream::onConnect() {
    if (ended_) return;
    online_ = true;
    calls_.online();
}

void Stream::handleDisconnect(const gloox::ConnectionBase* connection, gloox::ConnectionError reason) {
    const auto& cause = static_cast<const Connection*>(connection)->cause();
    if (why_.empty()) {
        const std::string in_words = cause.empty() ? "" : " (" + cause + ")";
        if (reason == gloox::ConnDnsError)
            why_ = where() + ": name not found" + in_words;
        else if (reason == gloox::ConnConnectionRefused)
            why_ = where() + ": cannot connect" + in_words;
        else if (!open_)
            why_ = where() + " closed the connection without a word" + in_words;
        else if (!online_)
            why_ = where() + " closed the connection during the handshake" + in_words;
        else
            why_ = where() + " closed the connection" + in_words;
    }
    gloox::Component::handleDisconnect(connection, reason);
}

void Stream::onDisconnect(gloox::ConnectionError) { finish(why_); }

void Stream::finish(const std::string& why) {
    if (std::exchange(ended_, true)) return;
    calls_.ended(why);
}

}  // namespace xmpp
