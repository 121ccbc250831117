// RNP describes a signature's notations in JSON; see key_relays.h.

#include "coi/crypt/key_relays.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "coi/crypt/relay_list.h"

namespace coi::openpgp {
namespace {

namespace json = boost::json;
using rnp::asked;
using rnp::made;
using SignatureHandle = rnp::Owned<rnp_signature_handle_t, rnp_signature_handle_destroy>;

constexpr std::string_view notation = "relays@chatmail.at";

/// Signatures of a key or of a user id.
struct Signatures {
    std::size_t count = 0;
    std::function<bool(SignatureHandle&, std::size_t)> get{};
};

Signatures of_key(rnp_key_handle_t key) {
    return {asked(rnp_key_get_signature_count, key),
            [key](SignatureHandle& to, std::size_t at) { return made(to, rnp_key_get_signature_at, key, at); }};
}

Signatures of_user_id(rnp_uid_handle_t user_id) {
    return {asked(rnp_uid_get_signature_count, user_id),
            [user_id](SignatureHandle& to, std::size_t at) { return made(to, rnp_uid_get_signature_at, user_id, at); }};
}

/// A revocation is none.
bool is_self_signature(rnp_signature_handle_t signature, rnp_key_handle_t by) {
    const std::string type = rnp::text(rnp_signature_get_type, signature);
    return (type == "direct" || type.starts_with("certification (")) &&
           rnp::text(rnp_signature_get_keyid, signature) == rnp::text(rnp_key_get_keyid, by);
}

/// Where the newest valid one is; of several of one second, the last.
std::optional<std::size_t> newest(const Signatures& all, rnp_key_handle_t by) {
    std::optional<std::size_t> found;
    std::uint32_t when = 0;
    for (std::size_t i = 0; i < all.count; ++i) {
        SignatureHandle each;
        if (!all.get(each, i) || !is_self_signature(each.get(), by)) continue;
        const auto created = asked(rnp_signature_get_creation, each.get());
        if (created < when || rnp_signature_is_valid(each.get(), 0) != RNP_SUCCESS) continue;
        found = i;
        when = created;
    }
    return found;
}

void keep_newest(const Signatures& all, rnp_key_handle_t key) {
    const auto kept = newest(all, key);
    if (!kept) return;
    for (std::size_t i = all.count; i-- > 0;) {
        SignatureHandle each;
        if (i != *kept && all.get(each, i) && is_self_signature(each.get(), key)) rnp_signature_remove(key, each.get());
    }
}

/// The value of the notation in RNP's description; nullopt: it has none.
std::optional<std::string> value_in(const std::string& description) {
    boost::system::error_code failed;
    const json::value parsed = json::parse(description, failed);
    const auto* packets = failed ? nullptr : parsed.if_array();
    if (packets == nullptr || packets->empty() || !packets->front().is_object()) return std::nullopt;
    const auto* subpackets = packets->front().get_object().if_contains("subpackets");
    if (subpackets == nullptr || !subpackets->is_array()) return std::nullopt;
    for (const auto& each : subpackets->get_array()) {
        const auto* subpacket = each.if_object();
        if (subpacket == nullptr) continue;
        const auto* hashed = subpacket->if_contains("hashed");  // only that part is signed
        const auto* name = subpacket->if_contains("name");
        const auto* value = subpacket->if_contains("value");
        if (hashed && hashed->is_bool() && hashed->get_bool() && name && name->is_string() &&
            name->get_string() == notation && value && value->is_string()) {
            return std::string(value->get_string());
        }
    }
    return std::nullopt;
}

}  // namespace

std::vector<Address> relays_of(rnp_key_handle_t primary) {
    const auto all = of_key(primary);
    const auto at = newest(all, primary);
    SignatureHandle signature;
    if (!at || !all.get(signature, *at)) return {};
    const std::string description =
        rnp::text([&](char** out) { return rnp_signature_packet_to_json(signature.get(), 0, out); });
    return parse_relays(value_in(description).value_or(""));
}

void drop_replaced(rnp_key_handle_t primary) {
    keep_newest(of_key(primary), primary);
    for (std::size_t i = 0; i < asked(rnp_key_get_uid_count, primary); ++i) {
        rnp::UserId user_id;
        if (made(user_id, rnp_key_get_uid_handle_at, primary, i)) keep_newest(of_user_id(user_id.get()), primary);
    }
}

}  // namespace coi::openpgp
