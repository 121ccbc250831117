// Any stanza as a device list, a bundle, and a message of OMEMO: nothing breaks, the limits hold, and what was read is
// the same when it is written and read again.

#include "xmpp/xep/xep0384_omemo.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "xmpp/wire.h"

namespace {

using namespace xmpp;

void check(bool holds) {
    if (!holds) std::abort();
}

void check_element(const Tag& tag) {
    Tag item("item");
    if (const auto devices = xep0384::devices_of(tag)) {
        check(devices->size() <= xep0384::max_devices);
        for (const auto id : *devices) check(id >= 1 && id <= xep0384::max_device);
        xep0384::add_devices(item, *devices);
        check(xep0384::devices_of(*item.children().back()) == devices);
    }
    if (const auto bundle = xep0384::bundle_of(tag)) {
        check(bundle->pre_keys.size() <= xep0384::max_pre_keys && bundle->signature.size() == 64);
        xep0384::add_bundle(item, *bundle);
        check(xep0384::bundle_of(*item.children().back()) == bundle);
    }
    if (const auto encrypted = xep0384::encrypted_of(tag)) {
        check(xep0384::is_encrypted(tag));
        check(encrypted->keys.size() <= xep0384::max_keys && encrypted->iv.size() <= 16);
        Tag message("message");
        xep0384::add_encrypted(message, *encrypted);
        check(xep0384::encrypted_of(message) == encrypted);
    }
    xep0384::news_of(tag);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto stanza = parse_stanza(std::string(reinterpret_cast<const char*>(data), size));
    if (!stanza) return 0;
    check_element(*stanza);
    for (const Tag* tag : stanza->children()) check_element(*tag);
    return 0;
}
