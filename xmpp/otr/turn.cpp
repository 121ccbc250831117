// libotr's callbacks and contexts; see turn.h.

#include "xmpp/otr/turn.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "xmpp/stanza.h"

namespace xmpp::otr {
namespace {

Turn& turn(void* opdata) { return *static_cast<Turn*>(opdata); }

void began(Turn& now, ConnContext* context, Notice::Kind kind) {
    now.resource.live = context->their_instance;
    now.resource.fresh = true;
    now.resource.smp_asked = false;
    now.resource.unreadable = 0;
    Notice notice{kind};
    std::memcpy(notice.fingerprint.data(), context->active_fingerprint->fingerprint, notice.fingerprint.size());
    now.notices.push_back(std::move(notice));
}

/// The peer sent an SMP message out of order: it is told, and SMP starts again.
void give_up(Turn& now, ConnContext* context) {
    otrl_message_abort_smp(nullptr, &Turn::ops, &now, context);
    otrl_sm_state_free(context->smstate);
    now.resource.smp_asked = false;
    now.notice(Notice::Kind::smp_aborted);
}

void asked(Turn& now, ConnContext* context, const char* question) {
    if (!encrypts(context)) return;
    if (now.resource.smp_asked) {  // a repeated request without our answer: libotr leaks the first one
        gcry_mpi_release(now.first_exponents[0]);
        gcry_mpi_release(now.first_exponents[1]);
    }
    now.resource.smp_asked = true;
    now.resource.smp_question = question != nullptr;
    now.notice(Notice::Kind::smp_asked, clean(question ? question : ""));
}

/// libotr frees nothing when SMP ends, and leaks it at the next one: so it is freed here.
void handle_smp(void* opdata, OtrlSMPEvent event, ConnContext* context, unsigned short, char* question) {
    Turn& now = turn(opdata);
    switch (event) {
        case OTRL_SMPEVENT_ASK_FOR_SECRET:
            return asked(now, context, nullptr);
        case OTRL_SMPEVENT_ASK_FOR_ANSWER:
            return asked(now, context, question ? question : "");
        case OTRL_SMPEVENT_CHEATED:
        case OTRL_SMPEVENT_ERROR:
            return give_up(now, context);
        case OTRL_SMPEVENT_SUCCESS:
            now.notice(Notice::Kind::smp_succeeded);
            // [OTR v3 "Socialist Millionaires' Protocol (SMP)"] with a question, only the one who asked has verified
            now.notices.back().verified = !now.resource.smp_question;
            break;
        case OTRL_SMPEVENT_FAILURE:
            now.notice(Notice::Kind::smp_failed);
            break;
        case OTRL_SMPEVENT_ABORT:
            now.notice(Notice::Kind::smp_aborted);
            break;
        case OTRL_SMPEVENT_NONE:
        case OTRL_SMPEVENT_IN_PROGRESS:
            return;
    }
    now.resource.smp_asked = false;
    otrl_sm_state_free(context->smstate);
}

void handle_message_event(void* opdata, OtrlMessageEvent event, ConnContext* context, const char*, gcry_error_t) {
    Turn& now = turn(opdata);
    switch (event) {
        case OTRL_MSGEVENT_RCVDMSG_NOT_IN_PRIVATE:
        case OTRL_MSGEVENT_RCVDMSG_UNREADABLE:
            now.unreadable = true;
            break;
        case OTRL_MSGEVENT_SETUP_ERROR:
            now.broken = context;
            [[fallthrough]];
        case OTRL_MSGEVENT_RCVDMSG_MALFORMED:
        case OTRL_MSGEVENT_RCVDMSG_UNRECOGNIZED:
        case OTRL_MSGEVENT_MSG_REFLECTED:
            now.notice(Notice::Kind::malformed);
            break;
        case OTRL_MSGEVENT_LOG_HEARTBEAT_RCVD:
            now.heartbeat = true;
            break;
        default:
            break;  // handled by front and sessions
    }
}

char* copy(std::string_view text) {
    char* bytes = static_cast<char*>(std::malloc(text.size() + 1));
    if (!bytes) return nullptr;
    std::memcpy(bytes, text.data(), text.size());
    bytes[text.size()] = '\0';
    return bytes;
}

}  // namespace

// libotr inspects a text before it encrypts it, and sends a query instead of a text that mentions "?OTRv2?". So it gets
// a placeholder, and the true text at the moment of encryption.
const OtrlMessageAppOps Turn::ops{
    .policy = [](void*, ConnContext*) -> OtrlPolicy { return OTRL_POLICY_ALLOW_V2 | OTRL_POLICY_ALLOW_V3; },
    .create_privkey = nullptr,
    .is_logged_in = [](void*, const char*, const char*, const char*) { return 1; },
    .inject_message = [](void* opdata, const char*, const char*, const char*,
                         const char* message) { turn(opdata).messages.emplace_back(message); },
    .update_context_list = nullptr,
    .new_fingerprint = nullptr,
    .write_fingerprints = nullptr,
    .gone_secure = [](void* opdata, ConnContext* context) { began(turn(opdata), context, Notice::Kind::started); },
    .gone_insecure = nullptr,
    .still_secure = [](void* opdata, ConnContext* context,
                       int) { began(turn(opdata), context, Notice::Kind::refreshed); },
    .max_message_size = [](void* opdata, ConnContext*) { return static_cast<int>(turn(opdata).fragment); },
    .account_name = nullptr,
    .account_name_free = nullptr,
    .received_symkey = [](void* opdata, ConnContext*, unsigned, const unsigned char*, size_t,
                          const unsigned char*) { turn(opdata).notice(Notice::Kind::symmetric_key); },
    .otr_error_message = nullptr,
    .otr_error_message_free = nullptr,
    .resent_msg_prefix = nullptr,
    .resent_msg_prefix_free = nullptr,
    .handle_smp_event = handle_smp,
    .handle_msg_event = handle_message_event,
    .create_instag = nullptr,
    .convert_msg = [](void* opdata, ConnContext*, OtrlConvertType direction, char** out,
                      const char*) { *out = direction == OTRL_CONVERT_SENDING ? copy(turn(opdata).text) : nullptr; },
    .convert_free =
        [](void*, ConnContext*, char* text) {
            std::memset(text, 0, std::strlen(text));
            asm volatile("" : : "r"(text) : "memory");
            std::free(text);
        },
    .timer_control = nullptr,
};

bool Recent::contains(std::string_view text) const {
    std::array<unsigned char, 32> hash;
    gcry_md_hash_buffer(GCRY_MD_SHA256, hash.data(), text.data(), text.size());
    return std::any_of(hashes_.begin(), hashes_.end(),
                       [&](const auto& known) { return std::equal(known.begin(), known.end(), hash.begin()); });
}

void Recent::add(std::string_view text) {
    std::array<unsigned char, 32> hash;
    gcry_md_hash_buffer(GCRY_MD_SHA256, hash.data(), text.data(), text.size());
    std::copy_n(hash.begin(), 16, hashes_.emplace_back().begin());
    if (hashes_.size() > most_) hashes_.pop_front();
}

bool encrypts(const ConnContext* context) {
    return context && context->msgstate == OTRL_MSGSTATE_ENCRYPTED && context->context_priv->their_keyid > 0;
}

ConnContext* find(OtrlUserState state, const std::string& peer, otrl_instag_t instance) {
    return otrl_context_find(state, peer.c_str(), account_name, protocol_name, instance, 0, nullptr, nullptr, nullptr);
}

std::vector<ConnContext*> contexts(OtrlUserState state, const std::string& peer) {
    std::vector<ConnContext*> found;
    for (ConnContext* context = find(state, peer, OTRL_INSTAG_MASTER); context && peer == context->username;
         context = context->next)
        found.push_back(context);
    return found;
}

void drop(ConnContext* context) {
    otrl_context_force_plaintext(context);
    ConnContext* master = context->m_context;
    if (master == context) return;
    // libotr leaves the master's pointers to a removed child.
    for (ConnContext** recent : {&master->recent_child, &master->recent_rcvd_child, &master->recent_sent_child}) {
        if (*recent == context) *recent = master;
    }
    forget_context(context);
}

void forget(OtrlUserState state, const std::string& peer) {
    const auto all = contexts(state, peer);
    for (auto context = all.rbegin(); context != all.rend(); ++context) drop(*context);
    if (!all.empty()) forget_context(all.front());
}

}  // namespace xmpp::otr
