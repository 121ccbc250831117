// Keys and tags as bytes; see identity.h.

#include "xmpp/otr/identity.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "xmpp/otr/library.h"

namespace xmpp::otr {
namespace {

/// The format of save(): this line, the tag in hexadecimal digits, then libotr's format of the key (an S-expression).
constexpr std::string_view first_line = "coigate OTR identity 1\n";
/// libotr writes about 1 KiB.
constexpr std::size_t max_saved = 16 * 1024;

/// The key starts after the first line and the tag with its line end.
constexpr std::size_t key_at = first_line.size() + 9;

/// The fingerprint of the one key in `state`; nullopt: there is none.
std::optional<Fingerprint> fingerprint_of(const UserState& state) {
    Fingerprint fingerprint;
    if (!otrl_privkey_fingerprint_raw(state.get(), fingerprint.data(), account_name, protocol_name))
        return std::nullopt;
    return fingerprint;
}

}  // namespace

std::string print(const Fingerprint& fingerprint) {
    char text[OTRL_PRIVKEY_FPRINT_HUMAN_LEN];
    otrl_privkey_hash_to_human(text, fingerprint.data());
    return text;
}

std::optional<Fingerprint> parse_fingerprint(std::string_view text) {
    Fingerprint fingerprint{};
    std::size_t digits = 0;
    for (const char c : text) {
        if (c == ' ') continue;
        unsigned value = 0;
        const auto [end, error] = std::from_chars(&c, &c + 1, value, 16);
        if (error != std::errc{} || end != &c + 1 || digits == 2 * fingerprint.size()) return std::nullopt;
        unsigned char& byte = fingerprint[digits++ / 2];
        byte = static_cast<unsigned char>(byte << 4 | value);
    }
    if (digits != 2 * fingerprint.size()) return std::nullopt;
    return fingerprint;
}

Identity Identity::generate() {
    const UserState state = new_user_state();
    MemoryFile file;
    if (otrl_privkey_generate_FILEp(state.get(), file.file(), account_name, protocol_name) != 0)
        throw std::runtime_error("libotr could not make a key");
    const auto fingerprint = fingerprint_of(state);
    if (!fingerprint) throw std::runtime_error("libotr made no key");
    Identity identity;
    identity.fingerprint_ = *fingerprint;
    identity.instance_tag_ = otrl_instag_get_new();
    char tag[16];
    std::snprintf(tag, sizeof tag, "%08x\n", identity.instance_tag_);
    const Wiped key = file.content();
    std::string saved;
    saved.reserve(key_at + key.bytes().size());  // a growing string would leave copies in memory
    saved.append(first_line).append(tag).append(key.bytes());
    identity.saved_ = Wiped(std::move(saved));
    return identity;
}

std::optional<Identity> Identity::load(std::string_view saved) {
    if (saved.size() > max_saved || !saved.starts_with(first_line)) return std::nullopt;
    std::string_view rest = saved.substr(first_line.size());
    Identity identity;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + std::min<std::size_t>(8, rest.size()), identity.instance_tag_, 16);
    if (error != std::errc{} || end != rest.data() + 8 || !rest.substr(8).starts_with('\n')) return std::nullopt;
    if (identity.instance_tag_ < OTRL_MIN_VALID_INSTAG) return std::nullopt;
    const UserState state = new_user_state();
    MemoryFile file(saved.substr(key_at));
    if (otrl_privkey_read_FILEp(state.get(), file.file()) != 0) return std::nullopt;
    const auto fingerprint = fingerprint_of(state);
    if (!fingerprint) return std::nullopt;
    const auto* key = otrl_privkey_find(state.get(), account_name, protocol_name);
    if (gcry_pk_testkey(key->privkey) != 0) return std::nullopt;
    identity.fingerprint_ = *fingerprint;
    identity.saved_ = Wiped(std::string(saved));
    return identity;
}

UserState new_user_state(const Identity& identity) {
    UserState state = new_user_state();
    MemoryFile keys(identity.save().bytes().substr(key_at));
    char line[64];
    std::snprintf(line, sizeof line, "%s\t%s\t%08x\n", account_name, protocol_name, identity.instance_tag());
    MemoryFile tags(line);
    if (otrl_privkey_read_FILEp(state.get(), keys.file()) != 0 || otrl_instag_read_FILEp(state.get(), tags.file()) != 0)
        throw std::runtime_error("libotr does not read the key that it made");
    return state;
}

}  // namespace xmpp::otr
