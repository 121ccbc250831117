// Any bodies to OTR's front, to the tunnel and to a session that stands: nothing breaks, nothing of OTR counts as plain
// text, and nothing is sent in the clear. The bodies are the lines of the input; "@" lets a real client go on with its
// handshake and talk, "@x" puts in one of its messages once more, so that broken ones are tried in their places.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/translate/feature/otr_message.h"
#include "tests/support/otr_client.h"
#include "xmpp/otr/fragments.h"
#include "xmpp/otr/front.h"
#include "xmpp/otr/sessions.h"

namespace {

using namespace xmpp::otr;
using std::chrono_literals::operator""s;

const std::string peer = "alice@jabber.test/phone";

void check_front(std::string_view body) {
    const Seen seen = look(body);
    if (seen.is_plain()) {
        if (look(seen.text).kind != Kind::plain) std::abort();
        if (seen.kind == Kind::plain && seen.text != body) std::abort();
        if (!seen.wire.empty()) std::abort();
    }
    if (strip_tag(body).size() > body.size()) std::abort();
    // What the tunnel carries is OTR's, whole, and stays what it is.
    const auto carried = gateway::otr_message::whole(body);
    if (carried && (look(*carried).is_plain() || gateway::otr_message::whole(*carried) != carried)) std::abort();
    if (carried && (seen.is_plain() || seen.kind == Kind::fragment)) std::abort();
    if (seen.kind == Kind::fragment && (seen.text.empty() || seen.number < 1 || seen.number > seen.count)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Identity ours = Identity::generate(), theirs = Identity::generate();
    const LibotrLosesMemory here;
    Sessions sessions(ours, {});
    OtrClient alice(theirs);
    alice.out.push_back("?OTRv23?");
    std::size_t sent = 0;
    Sessions::Time now{1000s};
    const auto receive = [&](const std::string& body) {
        const Received received = sessions.receive(peer, body, now);
        for (const auto& reply : received.replies) {
            if (look(reply).is_plain()) std::abort();
            alice.receives(reply);
        }
        if (received.text && !received.was_encrypted && !look(body).is_plain()) std::abort();
        now += 1s;
    };
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    for (int lines = 0; lines < 64 && !rest.empty(); ++lines) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        check_front(line);
        if (line == "@") {  // the client goes on as it should
            if (alice.is_encrypted()) alice.says("hello");
            while (sent < alice.out.size()) receive(std::string(alice.out[sent++]));
        } else if (line.starts_with("@") && line.size() == 2) {  // one of its messages again
            const auto which = static_cast<unsigned char>(line[1]) % alice.out.size();
            receive(std::string(alice.out[which]));
        } else {
            receive(std::string(line));
        }
        for (const auto& body : sessions.send(peer, "a ?OTRv2? text").messages) {
            if (look(body).is_plain()) std::abort();
        }
    }
    if (sessions.peers().size() > 1 || sessions.known_keys().size() > 32) std::abort();
    return 0;
}
