// Sessions by libomemo-c; see session.h. The library loads and stores records through callbacks: here they are those of
// one call, in memory. What the library copies of them it frees without wiping.

#include "xmpp/omemo/session.h"

#include <stdexcept>
#include <utility>

#include "xmpp/omemo/library.h"

namespace xmpp::omemo {
namespace {

/// What OMEMO 0.3 speaks [XEP-0384 §1.2].
constexpr std::uint32_t version = CIPHERTEXT_CURRENT_VERSION;
static_assert(version == 3);

using Record = Ref<session_record>;

/// The library's stores during one call.
struct Stores {
    const OwnKeys& own;
    Wiped record{};
    std::optional<std::uint32_t> used_pre_key{};
    signal_context* context = nullptr;
};
Stores& stores(void* user_data) { return *static_cast<Stores*>(user_data); }

int load_session(signal_buffer** record, signal_buffer**, const signal_protocol_address*, void* user_data) {
    const auto content = stores(user_data).record.bytes();
    if (content.empty()) return 0;
    *record = new_buffer(content);
    return *record == nullptr ? SG_ERR_NOMEM : 1;
}

int store_session(const signal_protocol_address*, std::uint8_t* record, std::size_t size, std::uint8_t*, std::size_t,
                  void* user_data) {
    stores(user_data).record = Wiped(std::string(reinterpret_cast<const char*>(record), size));
    return SG_SUCCESS;
}

int contains_session(const signal_protocol_address*, void* user_data) {
    return stores(user_data).record.bytes().empty() ? 0 : 1;
}

Ref<ec_key_pair> key_pair(const OwnKeys::KeyPair& pair, signal_context* context) {
    const auto theirs = public_key(pair.public_key, context);
    const auto ours = private_key(pair.private_key.bytes(), context);
    if (!theirs || !ours) return nullptr;
    return made<ec_key_pair>([&](ec_key_pair** out) { return ec_key_pair_create(out, theirs.get(), ours.get()); });
}

int load_pre_key(signal_buffer** record, std::uint32_t id, void* user_data) {
    Stores& all = stores(user_data);
    const OwnKeys::KeyPair* found = all.own.find_pre_key(id);
    if (found == nullptr) return SG_ERR_INVALID_KEY_ID;
    const auto pair = key_pair(*found, all.context);
    const auto key = made<session_pre_key>(
        [&](session_pre_key** out) { return pair ? session_pre_key_create(out, id, pair.get()) : SG_ERR_INVALID_KEY; });
    all.used_pre_key = id;
    return key ? session_pre_key_serialize(record, key.get()) : SG_ERR_NOMEM;
}

int load_signed_pre_key(signal_buffer** record, std::uint32_t id, void* user_data) {
    const Stores& all = stores(user_data);
    const OwnKeys::SignedKeyPair* found = all.own.find_signed_pre_key(id);
    if (found == nullptr) return SG_ERR_INVALID_KEY_ID;
    const auto pair = key_pair(found->pair, all.context);
    const auto key = made<session_signed_pre_key>([&](session_signed_pre_key** out) {
        if (!pair) return SG_ERR_INVALID_KEY;
        return session_signed_pre_key_create(out, id, 0, pair.get(), bytes(found->signature), found->signature.size(),
                                             nullptr, 0);
    });
    return key ? session_signed_pre_key_serialize(record, key.get()) : SG_ERR_NOMEM;
}

int own_identity(signal_buffer** public_data, signal_buffer** private_data, void* user_data) {
    const OwnKeys::KeyPair& identity = stores(user_data).own.identity();
    *public_data = new_buffer(identity.public_key);
    *private_data = new_buffer(identity.private_key.bytes());
    return *public_data != nullptr && *private_data != nullptr ? SG_SUCCESS : SG_ERR_NOMEM;
}

int own_device(void* user_data, std::uint32_t* id) {
    *id = stores(user_data).own.device();
    return SG_SUCCESS;
}

struct FreeStore {
    void operator()(signal_protocol_store_context* store) const { signal_protocol_store_context_destroy(store); }
};
struct FreeCipher {
    void operator()(session_cipher* cipher) const { session_cipher_free(cipher); }
};
struct FreeBuilder {
    void operator()(session_builder* builder) const { session_builder_free(builder); }
};

/// The peer in the library's words: the records hold only one.
constexpr signal_protocol_address peer_address{"peer", 4, 0};

/// One call of the library: its context and stores. Throws std::bad_alloc.
class Call {
  public:
    Call(const OwnKeys& own, const Session& session)
        : context_(new_context()), stores_{own, session.record, {}, context_.get()} {
        signal_protocol_store_context* store = nullptr;
        if (signal_protocol_store_context_create(&store, context()) < 0) throw std::bad_alloc();
        store_.reset(store);
        const signal_protocol_session_store sessions{.load_session_func = load_session,
                                                     .get_sub_device_sessions_func = nullptr,
                                                     .store_session_func = store_session,
                                                     .contains_session_func = contains_session,
                                                     .delete_session_func = nullptr,
                                                     .delete_all_sessions_func = nullptr,
                                                     .destroy_func = nullptr,
                                                     .user_data = &stores_};
        const signal_protocol_pre_key_store pre_keys{
            .load_pre_key = load_pre_key,
            .store_pre_key = nullptr,
            .contains_pre_key = nullptr,
            .remove_pre_key = [](std::uint32_t, void*) { return SG_SUCCESS; },  // the caller does: OwnKeys::use()
            .destroy_func = nullptr,
            .user_data = &stores_};
        const signal_protocol_signed_pre_key_store signed_pre_keys{.load_signed_pre_key = load_signed_pre_key,
                                                                   .store_signed_pre_key = nullptr,
                                                                   .contains_signed_pre_key = nullptr,
                                                                   .remove_signed_pre_key = nullptr,
                                                                   .destroy_func = nullptr,
                                                                   .user_data = &stores_};
        const signal_protocol_identity_key_store identities{
            .get_identity_key_pair = own_identity,
            .get_local_registration_id = own_device,
            .save_identity = [](const signal_protocol_address*, std::uint8_t*, std::size_t,
                                void*) { return SG_SUCCESS; },
            // Trust is the caller's [XEP-0384 §6].
            .is_trusted_identity = [](const signal_protocol_address*, std::uint8_t*, std::size_t, void*) { return 1; },
            .destroy_func = nullptr,
            .user_data = &stores_};
        signal_protocol_store_context_set_session_store(store, &sessions);
        signal_protocol_store_context_set_pre_key_store(store, &pre_keys);
        signal_protocol_store_context_set_signed_pre_key_store(store, &signed_pre_keys);
        signal_protocol_store_context_set_identity_key_store(store, &identities);
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    signal_context* context() const { return context_.get(); }
    std::optional<std::uint32_t> used_pre_key() const { return stores_.used_pre_key; }

    std::unique_ptr<session_cipher, FreeCipher> cipher() {
        session_cipher* cipher = nullptr;
        if (session_cipher_create(&cipher, store_.get(), &peer_address, context()) < 0) throw std::bad_alloc();
        session_cipher_set_version(cipher, version);
        return std::unique_ptr<session_cipher, FreeCipher>(cipher);
    }
    std::unique_ptr<session_builder, FreeBuilder> builder() {
        session_builder* builder = nullptr;
        if (session_builder_create(&builder, store_.get(), &peer_address, context()) < 0) throw std::bad_alloc();
        session_builder_set_version(builder, version);
        return std::unique_ptr<session_builder, FreeBuilder>(builder);
    }

    /// The record as the library has it now; nullptr if it is damaged.
    Record record() const {
        const auto content = stores_.record.bytes();
        return made<session_record>([&](session_record** out) {
            return session_record_deserialize(out, bytes(content), content.size(), context());
        });
    }
    /// The session that the call leaves, within the limits.
    Result<Session> session() {
        const Record now = record();
        if (!now) return Failure::failed;
        const ec_public_key* identity = session_state_get_remote_identity_key(session_record_get_state(now.get()));
        signal_buffer* key = nullptr;
        if (identity == nullptr || ec_public_key_serialize(&key, identity) < 0) return Failure::failed;
        const Buffer owned(key);
        while (forget_oldest(now.get(), stores_.record.bytes().size() > max_record)) {
            signal_buffer* smaller = nullptr;
            if (session_record_serialize(&smaller, now.get()) < 0) return Failure::failed;
            stores_.record = Wiped(std::string(view(Buffer(smaller).get())));
        }
        if (stores_.record.bytes().size() > max_record) return Failure::too_far;
        return Session{stores_.record, std::string(view(key))};
    }

  private:
    /// Removes the oldest former session if there are too many, or if the record is too large.
    static bool forget_oldest(session_record* record, bool is_too_large) {
        std::size_t count = 0;
        session_record_state_node* oldest = nullptr;
        for (auto* node = session_record_get_previous_states_head(record); node != nullptr;
             node = session_record_get_previous_states_next(node)) {
            oldest = node;  // the library puts new ones first
            ++count;
        }
        if (oldest == nullptr || (count <= max_former && !is_too_large)) return false;
        session_record_get_previous_states_remove(record, oldest);
        return true;
    }

    Context context_;
    Stores stores_;
    std::unique_ptr<signal_protocol_store_context, FreeStore> store_;
};

Failure failure(int result) {
    switch (result) {
        case SG_ERR_DUPLICATE_MESSAGE:
            return Failure::repeated;
        case SG_ERR_INVALID_KEY_ID:
            return Failure::no_such_pre_key;
        case SG_ERR_NO_SESSION:
        case SG_ERR_INVALID_MESSAGE:
            return Failure::no_session;
        default:
            return Failure::failed;
    }
}

/// Whether a message skips no more than max_skipped. The library allows twice as many, and looks for the session of an
/// unknown chain by trying all.
bool is_near(const signal_message* message, session_record* record) {
    const std::uint32_t counter = signal_message_get_counter(message);
    const auto reach = [&](session_state* state) {
        ratchet_chain_key* chain =
            session_state_get_receiver_chain_key(state, signal_message_get_sender_ratchet_key(message));
        return chain == nullptr ? std::optional<std::uint64_t>()
                                : std::optional<std::uint64_t>(ratchet_chain_key_get_index(chain));
    };
    std::uint64_t index = 0;
    if (record != nullptr) {
        if (const auto found = reach(session_record_get_state(record))) index = *found;
        for (auto* node = session_record_get_previous_states_head(record); node != nullptr && index == 0;
             node = session_record_get_previous_states_next(node)) {
            if (const auto found = reach(session_record_get_previous_states_element(node))) index = *found;
        }
    }
    return counter <= index + max_skipped;
}

struct Message {
    Ref<pre_key_signal_message> pre_key;  // nullptr: it is an ordinary one
    Ref<signal_message> ordinary;
    const signal_message* inner() const {
        return pre_key ? pre_key_signal_message_get_signal_message(pre_key.get()) : ordinary.get();
    }
};

std::optional<Message> parse(const Key& key, signal_context* context) {
    Message message;
    if (key.is_prekey) {
        message.pre_key = made<pre_key_signal_message>([&](pre_key_signal_message** out) {
            return pre_key_signal_message_deserialize(out, bytes(key.data), key.data.size(), context);
        });
    } else {
        message.ordinary = made<signal_message>([&](signal_message** out) {
            return signal_message_deserialize(out, bytes(key.data), key.data.size(), context);
        });
    }
    if (!message.pre_key && !message.ordinary) return std::nullopt;
    if (signal_message_get_message_version(message.inner()) != version) return std::nullopt;
    return message;
}

/// Why a first message cannot start a session; nullopt: it can.
std::optional<Failure> objection(const pre_key_signal_message* message) {
    // Without a prekey it could be repeated to start the same session again.
    if (!pre_key_signal_message_has_pre_key_id(message)) return Failure::malformed;
    if (is_weak(pre_key_signal_message_get_identity_key(message)) ||
        is_weak(pre_key_signal_message_get_base_key(message)))
        return Failure::weak_key;
    return std::nullopt;
}

}  // namespace

void throw_exception_from_error(Failure, const boost::source_location&) {
    throw std::logic_error("unchecked failure of an OMEMO session");
}

Result<Session> start(const OwnKeys& own, const Bundle& theirs, const Session& before) {
    if (theirs.pre_keys.empty()) return Failure::no_pre_keys;
    if (theirs.signature.size() != CURVE_SIGNATURE_LEN)
        return Failure::bad_signature;  // the library crashes without one
    std::uint64_t which = 0;
    if (!random(&which, sizeof which)) return Failure::failed;
    const xep0384::PreKey& chosen = theirs.pre_keys[which % theirs.pre_keys.size()];
    Call call(own, before);
    const auto pre_key = public_key(chosen.key, call.context());
    const auto signed_pre_key = public_key(theirs.signed_pre_key, call.context());
    const auto identity = public_key(theirs.identity_key, call.context());
    for (const auto* key : {pre_key.get(), signed_pre_key.get(), identity.get()}) {
        if (key == nullptr || is_weak(key)) return Failure::weak_key;
    }
    const auto bundle = made<session_pre_key_bundle>([&](session_pre_key_bundle** out) {
        return session_pre_key_bundle_create(out, 0, 0, chosen.id, pre_key.get(), theirs.signed_pre_key_id,
                                             signed_pre_key.get(), bytes(theirs.signature), theirs.signature.size(),
                                             identity.get());
    });
    if (!bundle) return Failure::failed;
    const int result = session_builder_process_pre_key_bundle(call.builder().get(), bundle.get());
    if (result == SG_ERR_INVALID_KEY) return Failure::bad_signature;  // the keys are good
    if (result < 0) return failure(result);
    return call.session();
}

Result<Key> encrypt(const OwnKeys& own, Session& session, DeviceId peer, std::string_view key) {
    if (session.record.empty()) return Failure::no_session;
    if (key.size() > max_key) return Failure::too_large;
    Call call(own, session);
    const auto message = made<ciphertext_message>([&](ciphertext_message** out) {
        return session_cipher_encrypt(call.cipher().get(), bytes(key), key.size(), out);
    });
    if (!message) return Failure::failed;
    auto after = call.session();
    if (!after) return after.error();
    session = std::move(*after);
    return Key{peer, ciphertext_message_get_type(message.get()) == CIPHERTEXT_PREKEY_TYPE,
               std::string(view(ciphertext_message_get_serialized(message.get())))};
}

Result<Decrypted> decrypt(const OwnKeys& own, Session& session, const Key& key) {
    if (key.data.size() > xep0384::max_key_data) return Failure::too_large;
    Call call(own, session);
    const auto message = parse(key, call.context());
    if (!message) return Failure::malformed;
    const Record before = session.record.empty() ? nullptr : call.record();
    if (!before && !session.record.empty()) return Failure::failed;
    if (!before && !message->pre_key) return Failure::no_session;
    if (!is_near(message->inner(), before.get())) return Failure::too_far;
    signal_buffer* plain = nullptr;
    int result = 0;
    bool is_known = true;
    if (message->pre_key) {
        is_known =
            before && session_record_has_session_state(
                          before.get(), version, pre_key_signal_message_get_base_key(message->pre_key.get())) == 1;
        const auto why = is_known ? std::nullopt : objection(message->pre_key.get());
        if (why) return *why;
        result =
            session_cipher_decrypt_pre_key_signal_message(call.cipher().get(), message->pre_key.get(), nullptr, &plain);
    } else {
        result = session_cipher_decrypt_signal_message(call.cipher().get(), message->ordinary.get(), nullptr, &plain);
    }
    if (result == SG_ERR_INVALID_MESSAGE && !is_known) return Failure::malformed;
    if (result < 0) return failure(result);
    const Buffer owned(plain);
    auto after = call.session();
    if (!after) return after.error();
    session = std::move(*after);
    return Decrypted{Wiped(std::string(view(plain))), session.identity_key, call.used_pre_key(),
                     call.used_pre_key().has_value()};
}

}  // namespace xmpp::omemo
