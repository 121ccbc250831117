// Keys of an account, made by libomemo-c and stored as bytes; see keys.h.

#include "xmpp/omemo/keys.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "xmpp/omemo/library.h"

namespace xmpp::omemo {
namespace {

/// The format of save(): this line, then numbers (big endian) and keys, as Writer puts them.
constexpr std::string_view first_line = "coigate OMEMO keys 1\n";
constexpr std::size_t public_size = 33, private_size = 32, signature_size = 64;
constexpr std::size_t pair_size = 4 + public_size + private_size, signed_size = pair_size + signature_size + 8;
constexpr std::size_t head_size = first_line.size() + 5 * 4 + pair_size;
constexpr std::size_t max_signed = 16;  // five are usual
constexpr char key_type = 5;

template <class T>
T need(T object) {
    if (!object) throw std::runtime_error("libomemo-c could not make a key");
    return object;
}

Buffer serialized(const auto* key, auto serialize) {
    signal_buffer* buffer = nullptr;
    if (serialize(&buffer, key) < 0) throw std::bad_alloc();
    return Buffer(buffer);
}

OwnKeys::KeyPair new_pair(std::uint32_t id, signal_context* context) {
    const auto pair = need(made<ec_key_pair>([&](ec_key_pair** out) { return curve_generate_key_pair(context, out); }));
    const Buffer public_key = serialized(ec_key_pair_get_public(pair.get()), ec_public_key_serialize);
    const Buffer private_key = serialized(ec_key_pair_get_private(pair.get()), ec_private_key_serialize);
    return {id, std::string(view(public_key.get())), Wiped(std::string(view(private_key.get())))};
}

OwnKeys::SignedKeyPair new_signed_pair(std::uint32_t id, OwnKeys::Time now, const OwnKeys::KeyPair& identity,
                                       signal_context* context) {
    OwnKeys::SignedKeyPair made{new_pair(id, context), {}, std::chrono::floor<std::chrono::seconds>(now)};
    const auto signer = need(private_key(identity.private_key.bytes(), context));
    signal_buffer* signature = nullptr;
    if (curve_calculate_signature(context, &signature, signer.get(), bytes(made.pair.public_key), public_size) < 0)
        throw std::runtime_error("libomemo-c could not sign a key");
    made.signature = view(Buffer(signature).get());
    return made;
}

DeviceId new_device() {
    for (;;) {
        DeviceId id = 0;
        if (!random(&id, sizeof id)) throw std::runtime_error("there are no random numbers");
        id &= xep0384::max_device;
        if (id != 0) return id;
    }
}

class Writer {
  public:
    explicit Writer(std::size_t size) { out_.reserve(size); }  // a growing string would leave copies in memory
    void put(std::string_view text) { out_ += text; }
    void put(std::uint64_t number, int octets) {
        for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8) out_ += static_cast<char>(number >> shift & 0xFF);
    }
    void put(const OwnKeys::KeyPair& pair) {
        put(pair.id, 4);
        put(pair.public_key);
        put(pair.private_key.bytes());
    }
    Wiped take() { return Wiped(std::move(out_)); }

  private:
    std::string out_;
};

/// The caller has checked the size.
class Reader {
  public:
    explicit Reader(std::string_view rest) : rest_(rest) {}
    std::string_view text(std::size_t size) {
        const auto out = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return out;
    }
    std::uint64_t number(std::size_t octets) {
        std::uint64_t out = 0;
        for (const char c : text(octets)) out = out << 8 | static_cast<unsigned char>(c);
        return out;
    }
    std::uint32_t number() { return static_cast<std::uint32_t>(number(4)); }
    OwnKeys::KeyPair pair() {
        const auto id = number();
        std::string public_key(text(public_size));
        return {id, std::move(public_key), Wiped(std::string(text(private_size)))};
    }
    std::size_t left() const { return rest_.size(); }

  private:
    std::string_view rest_;
};

}  // namespace

std::string print_fingerprint(std::string_view identity_key) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (identity_key.size() != public_size || identity_key.front() != key_type) return {};
    std::string text;
    for (std::size_t at = 1; at < public_size; ++at) {
        const auto byte = static_cast<unsigned char>(identity_key[at]);
        if (at % 4 == 1 && at > 1) text += ' ';
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::optional<std::string> parse_fingerprint(std::string_view text) {
    std::string key(1, key_type), pair;
    for (const char c : text) {
        if (c == ' ') continue;
        if (key.size() == public_size) return std::nullopt;
        pair += c;
        if (pair.size() < 2) continue;
        unsigned char byte = 0;
        const auto [end, error] = std::from_chars(pair.data(), pair.data() + 2, byte, 16);
        if (error != std::errc{} || end != pair.data() + 2) return std::nullopt;
        key += static_cast<char>(byte);
        pair.clear();
    }
    if (key.size() != public_size || !pair.empty()) return std::nullopt;
    return key;
}

OwnKeys OwnKeys::generate(Time now) {
    const Context context = new_context();
    OwnKeys keys;
    keys.device_ = new_device();
    keys.identity_ = new_pair(0, context.get());
    keys.maintain(now);
    return keys;
}

bool OwnKeys::maintain(Time now) {
    const Context context = new_context();
    bool is_changed = false;
    // A signed prekey from the future was made while the clock was wrong.
    const auto is_old = [&](Time made) { return now - made >= signed_pre_key_age || made - now > signed_pre_key_age; };
    if (signed_pre_keys_.empty() || is_old(signed_pre_keys_.front().made)) {
        signed_pre_keys_.insert(signed_pre_keys_.begin(),
                                new_signed_pair(next_signed_pre_key_, now, identity_, context.get()));
        next_signed_pre_key_ = next_signed_pre_key_ % max_pre_key_id + 1;
        is_changed = true;
    }
    // One was replaced when the one before it in the list was made.
    for (std::size_t at = 1; at < signed_pre_keys_.size(); ++at) {
        if (now - signed_pre_keys_[at - 1].made < previous_age && at < max_signed) continue;
        signed_pre_keys_.resize(at);
        is_changed = true;
    }
    while (pre_keys_.size() < pre_keys) {
        if (!find_pre_key(next_pre_key_)) pre_keys_.push_back(new_pair(next_pre_key_, context.get()));
        next_pre_key_ = next_pre_key_ % max_pre_key_id + 1;
        is_changed = true;
    }
    return is_changed;
}

Wiped OwnKeys::save() const {
    Writer out(head_size + signed_pre_keys_.size() * signed_size + pre_keys_.size() * pair_size);
    out.put(first_line);
    for (const std::size_t number : {std::size_t{device_}, std::size_t{next_pre_key_},
                                     std::size_t{next_signed_pre_key_}, signed_pre_keys_.size(), pre_keys_.size()})
        out.put(number, 4);
    out.put(identity_);
    for (const auto& each : signed_pre_keys_) {
        out.put(each.pair);
        out.put(each.signature);
        const auto made = std::chrono::floor<std::chrono::seconds>(each.made).time_since_epoch().count();
        out.put(static_cast<std::uint64_t>(made), 8);
    }
    for (const auto& each : pre_keys_) out.put(each);
    return out.take();
}

std::optional<OwnKeys> OwnKeys::load(std::string_view saved) {
    if (saved.size() < head_size || !saved.starts_with(first_line)) return std::nullopt;
    Reader in(saved.substr(first_line.size()));
    OwnKeys keys;
    keys.device_ = in.number();
    keys.next_pre_key_ = in.number();
    keys.next_signed_pre_key_ = in.number();
    const std::size_t signed_count = in.number(), count = in.number();
    keys.identity_ = in.pair();
    const auto is_id = [](std::uint32_t id) { return id >= 1 && id <= max_pre_key_id; };
    if (keys.device_ == 0 || keys.device_ > xep0384::max_device || !is_id(keys.next_pre_key_) ||
        !is_id(keys.next_signed_pre_key_) || signed_count < 1 || signed_count > max_signed || count > pre_keys ||
        in.left() != signed_count * signed_size + count * pair_size)
        return std::nullopt;
    bool is_good = keys.identity_.public_key.front() == key_type;
    for (std::size_t at = 0; at < signed_count; ++at) {
        auto pair = in.pair();
        std::string signature(in.text(signature_size));
        const auto made = static_cast<std::int64_t>(in.number(8));
        is_good = is_good && is_id(pair.id) && pair.public_key.front() == key_type;
        keys.signed_pre_keys_.push_back({std::move(pair), std::move(signature),
                                         Time(std::chrono::seconds(std::clamp<std::int64_t>(made, 0, 1LL << 32)))});
    }
    for (std::size_t at = 0; at < count; ++at) {
        keys.pre_keys_.push_back(in.pair());
        is_good = is_good && is_id(keys.pre_keys_.back().id) && keys.pre_keys_.back().public_key.front() == key_type;
    }
    if (!is_good) return std::nullopt;
    return keys;
}

Bundle OwnKeys::bundle() const {
    const SignedKeyPair& current = signed_pre_keys_.front();
    Bundle bundle{current.pair.id, current.pair.public_key, current.signature, identity_.public_key, {}};
    for (const auto& each : pre_keys_) bundle.pre_keys.push_back({each.id, each.public_key});
    return bundle;
}

void OwnKeys::use(std::uint32_t pre_key_id) {
    std::erase_if(pre_keys_, [&](const KeyPair& each) { return each.id == pre_key_id; });
}

const OwnKeys::SignedKeyPair* OwnKeys::find_signed_pre_key(std::uint32_t id) const {
    const auto found = std::ranges::find(signed_pre_keys_, id, [](const auto& each) { return each.pair.id; });
    return found == signed_pre_keys_.end() ? nullptr : &*found;
}

const OwnKeys::KeyPair* OwnKeys::find_pre_key(std::uint32_t id) const {
    const auto found = std::ranges::find(pre_keys_, id, &KeyPair::id);
    return found == pre_keys_.end() ? nullptr : &*found;
}

}  // namespace xmpp::omemo
