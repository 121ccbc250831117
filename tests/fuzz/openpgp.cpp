// Any bytes as OpenPGP packets, as a message to a key of ours, and as somebody's key.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "coi/crypt/bounds.h"
#include "coi/crypt/openpgp.h"
#include "coi/crypt/packets.h"

namespace {

void check(bool promise) {
    if (!promise) std::abort();
}

const coi::Secret& own_key() {
    using std::chrono::seconds;
    static const coi::Secret key =
        coi::openpgp::generate({"", "a", "b.example"}, std::chrono::sys_seconds(seconds(1'700'000'000))).value();
    return key;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace coi::openpgp;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto packets = split_packets(bytes, 100);
    if (packets) {
        std::string all;
        for (const auto& packet : *packets) {
            check(packet.body.data() >= packet.whole.data());
            check(packet.body.data() + packet.body.size() <= packet.whole.data() + packet.whole.size());
            all += packet.whole;
        }
        check(all == bytes);
    }
    Limits limits;
    limits.recipients = 20;
    limits.plain_bytes = 100'000;
    const auto sealed = take_apart(bytes, limits);
    const auto hidden = hide_recipients(std::string(bytes));
    if (hidden) check(hidden->size() == size);
    if (sealed) {
        for (const auto& key : sealed->session_keys) {
            check(key.with(key.id()) == key.whole);
            if (hidden) check(take_apart(*hidden, limits)->session_keys.front().is_hidden());
        }
    }
    if (const auto readers = intended_readers(bytes)) check(readers->size() <= size / 3);
    if (const auto bounded = bounded_key(bytes)) {
        check(bounded->size() <= size);
        check(bounded_key(*bounded).value() == *bounded);
    }
    is_bounded_signature(bytes);
    // Nobody can guess what the key of this run would open.
    check(!decrypt(bytes, own_key(), {}, limits));
    const auto info = inspect(bytes, std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000)), limits);
    if (info) check(info->fingerprint.size() == 40);
    return 0;
}
