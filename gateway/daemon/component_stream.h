// The stream to the Jabber server as the modules see it: gateway/model/jabber_stream on xmpp::Component.

#pragma once

#include <utility>

#include "gateway/model/jabber_stream.h"
#include "xmpp/component.h"

namespace gateway {

class ComponentStream : public JabberStream {
  public:
    explicit ComponentStream(xmpp::Component& component) : component_(component) {}
    void send(const xmpp::Tag& stanza) override { component_.send(stanza); }
    void deliver(const xmpp::Tag& stanza, std::function<void(const xmpp::Outcome&)> done) override {
        component_.deliver(stanza, std::move(done));
    }
    bool has_room() const override { return component_.online() && component_.unsent() < few; }

  private:
    static constexpr std::size_t few = 64 * 1024;  // bytes waiting for the socket above which presence and queries wait
    xmpp::Component& component_;
};

}  // namespace gateway
