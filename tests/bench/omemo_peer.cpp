// The Jabber server of the figures of OMEMO, whose users (user0, user1, ...) speak OMEMO with bob@sink.test. Each has
// some devices, the first of which writes.
//
// component_server.h's lines, and:
//   cost N        the bare library on one thread, for N messages      -> cost ENCRYPT_US DECRYPT_US START_US FIRST_US
//                 (CPU of each; START: to start a session, FIRST: to decrypt its first message)
//   devices N     users that are made from here on have N devices
//   people N      N users get their devices                            -> people N
//   greet N       each of N users writes in the clear
//   allow N       each tells the gateway that clear mail is right      (no answer is waited for)
//   say N         N messages of 50 users, in the clear
//   from F        the handshakes that follow are those of userF and the next ones
//   handshakes N  N users ask for keys, start a session and write, all at once   -> begun NS
//   whisper N     N messages of 50 users, encrypted before             -> whispered START_NS END_NS
//   forget        what came until now is not counted
//   opened        how many messages the users' devices could decrypt, and how many not   -> opened N FAILED
// The clients' OMEMO runs on a thread of its own: the heartbeat's answers do not wait for it.

#include <time.h>

#include <map>
#include <optional>

#include "tests/bench/component_server.h"
#include "tests/bench/jobs.h"
#include "xmpp/omemo/payload.h"
#include "xmpp/omemo/session.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0060_pubsub.h"

namespace {

namespace omemo = xmpp::omemo;
namespace xep0060 = xmpp::xep0060;
namespace xep0384 = xmpp::xep0384;
using omemo::OwnKeys;

const std::string text =
    "Number 1234: the quick brown fox jumps over the lazy dog, and then comes back to see whether "
    "the dog has noticed; it has not, so the fox does it again.";

constexpr std::size_t talkers = 50;  // of whom messages are counted; lmtp_pump writes to as many

OwnKeys new_keys() { return OwnKeys::generate(std::chrono::system_clock::now()); }

double cpu_us() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

struct Device {
    OwnKeys keys = new_keys();
    omemo::Session session{};

    xep0384::Encrypted writes(omemo::DeviceId peer) {
        const auto sealed = omemo::seal(text);
        xep0384::Encrypted encrypted{keys.device(), {}, sealed.iv, sealed.payload};
        encrypted.keys.push_back(*omemo::encrypt(keys, session, peer, sealed.key.bytes()));
        return encrypted;
    }
    bool reads(const xep0384::Encrypted& encrypted) {
        for (const auto* key : encrypted.keys_for(keys.device())) {
            const auto opened = omemo::decrypt(keys, session, *key);
            if (!opened) continue;
            if (opened->used_pre_key) keys.use(*opened->used_pre_key);
            return !encrypted.payload || omemo::open(encrypted.iv, *encrypted.payload, opened->key.bytes());
        }
        return false;
    }
};

struct User {
    std::vector<Device> devices;
    omemo::DeviceId peer = 0;  // the gateway's, 0: it is not known yet
};

class OmemoServer : public bench::Server {
  public:
    using Server::Server;
    void start() {
        jobs_.start();
        run();
    }

  private:
    void act(const std::string& verb, std::size_t count) override {
        if (verb == "cost") give([this, count] { cost(count); });
        if (verb == "devices") give([this, count] { devices_of_each_ = count; });
        if (verb == "people") give([this, count] { make(count); });
        if (verb == "greet") give([this, count] { speak(count, count); });
        if (verb == "say") give([this, count] { speak(count, talkers); });
        if (verb == "allow") give([this, count] { allow(count); });
        if (verb == "from") give([this, count] { from_ = count; });
        if (verb == "handshakes") give([this, count] { handshakes(count); });
        if (verb == "whisper") give([this, count] { whisper(count); });
        if (verb == "opened") give([this] { tell_opened(); });
        if (verb == "forget") {
            give([this] { opened_ = failed_ = 0; });
            const std::lock_guard lock(mutex_);
            received_ = errors_ = mails_ = 0;
        }
    }
    void hear(std::string_view stanza) override {
        if (stanza.find(xep0384::ns) == stanza.npos) return;
        give([this, stanza = std::string(stanza)] { receive(stanza); });
    }
    void answered(std::string_view stanza) override {
        give([this, stanza = std::string(stanza)] { learn(stanza); });
    }
    /// The gateway asks for the lists and the keys of the users' devices.
    std::string answer(std::string_view question) override {
        if (question.find(xep0060::ns) == question.npos) return Server::answer(question);
        const auto iq = xmpp::parse_stanza(std::string(question));
        const auto wanted = iq ? xep0060::requested(*iq) : std::nullopt;
        if (!wanted) return {};
        const std::lock_guard lock(published_lock_);
        const auto found = published_.find({user_of(xmpp::attribute(*iq, "to")), wanted->node});
        return found == published_.end() ? std::string() : found->second;
    }

    void give(std::function<void()> job) { jobs_.give(std::move(job)); }

    // --- on that thread

    std::string peer() const { return "bob\\40sink.test@" + component_; }
    static std::string name_of(std::size_t user) { return "user" + std::to_string(user); }
    static std::string user_of(const std::string& jid) { return jid.substr(0, jid.find('@')); }
    std::string jid(const std::string& user) const { return user + "@" + domain_ + "/bench"; }

    void cost(std::size_t count) {
        Device one;
        Device other;
        const auto bundle = other.keys.bundle();
        const auto each = [](auto start, std::size_t of) { return (cpu_us() - start) / static_cast<double>(of); };
        const std::size_t sessions = count / 20 + 1;
        std::vector<omemo::Session> started;
        auto start = cpu_us();
        for (std::size_t i = 0; i < sessions; ++i) started.push_back(*omemo::start(one.keys, bundle));
        const double starting = each(start, sessions);
        std::vector<xep0384::Encrypted> firsts;
        for (auto& session : started) {
            one.session = session;
            firsts.push_back(one.writes(other.keys.device()));
        }
        start = cpu_us();
        bool good = true;
        for (const auto& first : firsts) {
            other.session = {};
            auto keys = other.keys;  // a prekey may be chosen twice here
            good = other.reads(first) && good;
            other.keys = std::move(keys);
        }
        const double first = each(start, sessions);
        good = one.reads(other.writes(one.keys.device())) && good;
        std::vector<xep0384::Encrypted> messages;
        start = cpu_us();
        for (std::size_t i = 0; i < count; ++i) messages.push_back(one.writes(other.keys.device()));
        const double sealing = each(start, count);
        start = cpu_us();
        for (const auto& message : messages) good = other.reads(message) && good;
        const double opening = each(start, count);
        if (!good) return say("failed: the library cannot read its own messages");
        say("cost " + std::to_string(sealing) + " " + std::to_string(opening) + " " + std::to_string(starting) + " " +
            std::to_string(first));
    }

    std::string clear(std::size_t user, const std::string& to, const std::string& body) {
        return "<message type='chat' id='clear-" + std::to_string(++sent_) + "' from='" + jid(name_of(user)) +
               "' to='" + to + "'><body>" + body + "</body></message>";
    }
    void speak(std::size_t count, std::size_t among) {
        std::string block;
        for (std::size_t i = 0; i < count; ++i) block += clear(i % among, peer(), text);
        if (!send(block)) say("failed: the stream ended");
    }
    void allow(std::size_t count) {
        std::string block;
        for (std::size_t i = 0; i < count; ++i) block += clear(i, component_, "omemo bob@sink.test clear");
        if (!send(block)) say("failed: the stream ended");
    }

    void handshakes(std::size_t count) {
        std::string block;
        for (std::size_t i = from_; i < from_ + count; ++i) {
            const auto name = name_of(i);
            auto& user = users_.at(name);
            user.peer = 0;
            user.devices.front().session = {};
            block += ask(name, xep0384::devices_node);
        }
        const auto start = bench::now_ns();
        if (!send(block)) return say("failed: the stream ended");
        say("begun " + std::to_string(start));
    }
    void make(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto name = name_of(i);
            auto& user = users_[name];
            std::vector<omemo::DeviceId> list;
            for (std::size_t k = 0; k < devices_of_each_; ++k) {
                const auto& keys = user.devices.emplace_back().keys;
                list.push_back(keys.device());
                publish(name, xep0384::bundle_node(list.back()),
                        [&](xmpp::Tag& item) { xep0384::add_bundle(item, keys.bundle()); });
            }
            publish(name, xep0384::devices_node, [&](xmpp::Tag& item) { xep0384::add_devices(item, list); });
        }
        say("people " + std::to_string(count));
    }
    void publish(const std::string& user, const std::string& node, auto add) {
        xmpp::Tag result("iq");
        add(xep0060::add_item(xep0060::add_items(result, node), xep0384::item_id));
        const std::lock_guard lock(published_lock_);
        published_[{user, node}] = result.children().front()->xml();
    }
    std::string ask(const std::string& user, const std::string& node) {
        return xmpp::print(*xep0060::request(jid(user), peer(), "keys-" + std::to_string(++sent_), {node, ""}));
    }
    void learn(const std::string& stanza) {
        const auto iq = xmpp::parse_stanza(stanza);
        if (!iq || !xmpp::attribute(*iq, "id").starts_with("keys-")) return;
        const auto name = user_of(xmpp::attribute(*iq, "to"));
        auto& user = users_.at(name);
        if (user.peer == 0) {
            const auto items = xep0060::items_of(*iq, xep0384::devices_node);
            const auto list =
                items.empty() || !items[0].payload ? std::nullopt : xep0384::devices_of(*items[0].payload);
            if (!list || list->size() != 1) return say("failed: no list of devices: " + stanza);
            user.peer = list->front();
            send(ask(name, xep0384::bundle_node(user.peer)));
            return;
        }
        const auto items = xep0060::items_of(*iq, xep0384::bundle_node(user.peer));
        const auto bundle = items.empty() || !items[0].payload ? std::nullopt : xep0384::bundle_of(*items[0].payload);
        if (!bundle) return say("failed: no bundle: " + stanza);
        auto& device = user.devices.front();
        device.session = *omemo::start(device.keys, *bundle);
        send(message(name));
    }

    std::string message(const std::string& name) {
        auto& user = users_.at(name);
        xmpp::Tag stanza("message");
        stanza.addAttribute("type", "chat");
        stanza.addAttribute("id", "omemo-" + std::to_string(++sent_));
        stanza.addAttribute("from", jid(name));
        stanza.addAttribute("to", peer());
        xep0384::add_encrypted(stanza, user.devices.front().writes(user.peer));
        return stanza.xml();
    }
    void whisper(std::size_t count) {
        std::string block;
        for (std::size_t i = 0; i < count; ++i) block += message(name_of(i % talkers));
        const auto start = bench::now_ns();
        if (!send(block)) return say("failed: the stream ended");
        say("whispered " + std::to_string(start) + " " + std::to_string(bench::now_ns()));
    }

    void receive(const std::string& stanza) {
        const auto message = xmpp::parse_stanza(stanza);
        const auto encrypted = message ? xep0384::encrypted_of(*message) : std::nullopt;
        const auto user = message ? users_.find(user_of(xmpp::attribute(*message, "to"))) : users_.end();
        if (!encrypted || user == users_.end()) return;
        for (auto& device : user->second.devices) ++(device.reads(*encrypted) ? opened_ : failed_);
    }
    void tell_opened() { say("opened " + std::to_string(opened_) + " " + std::to_string(failed_)); }

    std::map<std::string, User> users_;
    std::mutex published_lock_;
    std::map<std::pair<std::string, std::string>, std::string> published_;  // by user and node, for the stream's thread
    std::size_t devices_of_each_ = 1, from_ = 0, sent_ = 0, opened_ = 0, failed_ = 0;
    bench::Jobs jobs_;
};

}  // namespace

int main(int, char** argv) { OmemoServer(std::atoi(argv[1]), std::atoi(argv[2]), argv[3], argv[4]).start(); }
