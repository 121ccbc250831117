// The Jabber server of the figures of OTR, whose users (user0, user1, ...) speak OTR with bob@sink.test.
//
// component_server.h's lines, and:
//   handshakes N  the first N users start OTR, all at once         -> handshakes START_NS END_NS
//   end           their clients end it
//   allow         each tells the gateway that clear mail is right   (no answer is waited for)
//   whisper N     N messages of theirs, encrypted before            -> whispered START_NS END_NS
//   forget        what came until now is not counted
// The clients' OTR runs on a thread of its own: the heartbeat's answers do not wait for it.

#include <map>

#include "tests/bench/component_server.h"
#include "tests/bench/jobs.h"
#include "xmpp/otr/sessions.h"

namespace {

using xmpp::otr::Sessions;

class OtrServer : public bench::Server {
  public:
    using Server::Server;
    void start() {
        jobs_.start();
        run();
    }

  private:
    void act(const std::string& verb, std::size_t count) override {
        if (verb == "handshakes") give([this, count] { handshakes(count); });
        if (verb == "end") give([this] { end(); });
        if (verb == "allow") give([this] { allow(); });
        if (verb == "whisper") give([this, count] { whisper(count); });
        if (verb == "forget") {
            const std::lock_guard lock(mutex_);
            received_ = errors_ = 0;
        }
    }

    void hear(std::string_view stanza) override {
        const auto from = stanza.find("<body>") + 6, to = stanza.find("</body>");
        const auto user = bench::attribute(stanza, "to");
        if (to == stanza.npos || !bench::attribute(stanza, "from").starts_with("bob")) return;
        give([this, user = user.substr(0, user.find('@')), body = std::string(stanza.substr(from, to - from))] {
            receive(user, body);
        });
    }

    void give(std::function<void()> job) { jobs_.give(std::move(job)); }

    // --- on that thread

    std::string peer() const { return "bob\\40sink.test@" + component_; }
    std::string message(const std::string& user, const std::string& to, const std::string& body) {
        return "<message type='chat' id='otr-" + std::to_string(++sent_) + "' from='" + user + "@" + domain_ +
               "/bench' to='" + to + "'><body>" + body + "</body></message>";
    }

    void handshakes(std::size_t count) {
        wanted_ = count;
        begun_ = bench::now_ns();
        std::string block;
        for (std::size_t i = 0; i < count; ++i) {
            const auto user = "user" + std::to_string(i);
            clients_.try_emplace(user, identity_, std::vector<xmpp::otr::KnownKey>{});
            block += message(user, peer(), "?OTRv3?");
        }
        if (!send(block)) say("failed: the stream ended");
    }
    void receive(const std::string& user, const std::string& body) {
        const auto client = clients_.find(user);
        if (client == clients_.end()) return;
        const auto received = client->second.receive(peer(), body, std::chrono::steady_clock::now());
        for (const auto& reply : received.replies) send(message(user, peer(), reply));
        for (const auto& notice : received.notices) {
            if (notice.kind == xmpp::otr::Notice::Kind::started && --wanted_ == 0)
                say("handshakes " + std::to_string(begun_) + " " + std::to_string(bench::now_ns()));
        }
    }
    void end() {
        for (auto& [user, client] : clients_) {
            for (const auto& body : client.end(peer())) send(message(user, peer(), body));
        }
    }
    void allow() {
        for (const auto& [user, client] : clients_) send(message(user, component_, "otr bob@sink.test clear"));
    }
    void whisper(std::size_t count) {
        std::string block;
        auto at = clients_.begin();
        for (std::size_t i = 0; i < count; ++i) {
            const std::string text = "Number " + std::to_string(i) +
                                     ": the quick brown fox jumps over the lazy dog, and then comes back to see "
                                     "whether the dog has noticed; it has not, so the fox does it again.";
            for (const auto& body : at->second.send(peer(), text).messages) block += message(at->first, peer(), body);
            if (++at == clients_.end()) at = clients_.begin();
        }
        const auto start = bench::now_ns();
        if (!send(block)) return say("failed: the stream ended");
        say("whispered " + std::to_string(start) + " " + std::to_string(bench::now_ns()));
    }

    const xmpp::otr::Identity identity_ = xmpp::otr::Identity::generate();
    std::map<std::string, Sessions> clients_;
    std::size_t wanted_ = 0, sent_ = 0;
    std::int64_t begun_ = 0;
    bench::Jobs jobs_;
};

}  // namespace

int main(int, char** argv) { OtrServer(std::atoi(argv[1]), std::atoi(argv[2]), argv[3], argv[4]).start(); }
