// A Jabber client of OTR as tests want one: libotr by its own API, with the policy of mcabber's "manual".
//
// It knows one correspondent ("coigate"). What it wants to send lies in `out`.

#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "xmpp/otr/library.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define OTR_TESTS_FIND_LEAKS
#endif
#endif

/// While this stands, leaks are not reported: libotr 4.1.1 loses 40 bytes with each message that a session cannot read.
class LibotrLosesMemory {
  public:
#ifdef OTR_TESTS_FIND_LEAKS
    LibotrLosesMemory() { __lsan_disable(); }
    ~LibotrLosesMemory() { __lsan_enable(); }
#else
    LibotrLosesMemory() {}
#endif
};

class OtrClient {
  public:
    explicit OtrClient(const xmpp::otr::Identity& identity, OtrlPolicy policy = OTRL_POLICY_MANUAL)
        : policy_(policy), state_(xmpp::otr::new_user_state(identity)) {}
    OtrClient(const OtrClient&) = delete;

    std::vector<std::string> out;
    std::vector<OtrlMessageEvent> events;
    std::vector<std::string> smp;  // "asked QUESTION", "succeeded", "failed", "aborted"
    int fragment = 0;              // longest body; 0: no limit

    /// What its user reads of `body`.
    std::optional<std::string> receives(const std::string& body) {
        const LibotrLosesMemory here;  // when it is asked twice at once
        char* text = nullptr;
        const int internal =
            otrl_message_receiving(state_.get(), &ops(), this, xmpp::otr::account_name, xmpp::otr::protocol_name,
                                   "coigate", body.c_str(), &text, nullptr, nullptr, nullptr, nullptr);
        for (ConnContext* each = state_->context_root; each; each = each->next) {
            if (each->auth.authstate == OTRL_AUTHSTATE_NONE) xmpp::otr::settle(each);
        }
        std::optional<std::string> read;
        if (!internal) read = text ? text : body;
        otrl_message_free(text);
        return read;
    }
    /// Its user writes; the bodies go to `out`.
    void says(const std::string& text) {
        char* message = nullptr;
        otrl_message_sending(state_.get(), &ops(), this, xmpp::otr::account_name, xmpp::otr::protocol_name, "coigate",
                             OTRL_INSTAG_BEST, text.c_str(), nullptr, &message, OTRL_FRAGMENT_SEND_ALL, nullptr,
                             nullptr, nullptr);
        if (message == nullptr) out.push_back(text);
        otrl_message_free(message);
    }
    void ends() {
        otrl_message_disconnect_all_instances(state_.get(), &ops(), this, xmpp::otr::account_name,
                                              xmpp::otr::protocol_name, "coigate");
    }
    void wants_smp(const std::string& secret, const char* question = nullptr) {
        otrl_sm_state_free(context()->smstate);
        const auto* bytes = reinterpret_cast<const unsigned char*>(secret.data());
        if (question)
            otrl_message_initiate_smp_q(state_.get(), &ops(), this, context(), question, bytes, secret.size());
        else
            otrl_message_initiate_smp(state_.get(), &ops(), this, context(), bytes, secret.size());
    }
    void answers_smp(const std::string& secret) {
        otrl_message_respond_smp(state_.get(), &ops(), this, context(),
                                 reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
    }
    /// An empty message, with or without a chain of TLVs, which stays the caller's.
    void sends_tlv(OtrlTLV* tlv) {
        char* message = nullptr;
        otrl_proto_create_data(&message, context(), "", tlv, OTRL_MSGFLAGS_IGNORE_UNREADABLE, nullptr);
        out.emplace_back(message);
        otrl_message_free(message);
    }
    ConnContext* context() {
        return otrl_context_find(state_.get(), "coigate", xmpp::otr::account_name, xmpp::otr::protocol_name,
                                 OTRL_INSTAG_BEST, 0, nullptr, nullptr, nullptr);
    }
    bool is_encrypted() { return context() && context()->msgstate == OTRL_MSGSTATE_ENCRYPTED; }
    bool is_finished() { return context() && context()->msgstate == OTRL_MSGSTATE_FINISHED; }
    bool trusts() { return context() && otrl_context_is_fingerprint_trusted(context()->active_fingerprint); }
    bool saw(OtrlMessageEvent event) const { return std::find(events.begin(), events.end(), event) != events.end(); }

  private:
    static OtrClient& self(void* opdata) { return *static_cast<OtrClient*>(opdata); }
    static void smp_event(void* opdata, OtrlSMPEvent event, ConnContext* context, unsigned short, char* question) {
        auto& told = self(opdata).smp;
        switch (event) {
            case OTRL_SMPEVENT_ASK_FOR_SECRET:
                return told.emplace_back("asked "), void();
            case OTRL_SMPEVENT_ASK_FOR_ANSWER:
                return told.emplace_back(std::string("asked ") + question), void();
            case OTRL_SMPEVENT_SUCCESS:
                told.emplace_back("succeeded");
                break;
            case OTRL_SMPEVENT_FAILURE:
                told.emplace_back("failed");
                break;
            case OTRL_SMPEVENT_ABORT:
                told.emplace_back("aborted");
                break;
            default:
                return;
        }
        otrl_sm_state_free(context->smstate);
    }
    static const OtrlMessageAppOps& ops() {
        static const OtrlMessageAppOps table = [] {
            OtrlMessageAppOps made{};
            made.policy = [](void* opdata, ConnContext*) { return self(opdata).policy_; };
            made.is_logged_in = [](void*, const char*, const char*, const char*) { return 1; };
            made.inject_message = [](void* opdata, const char*, const char*, const char*, const char* message) {
                self(opdata).out.emplace_back(message);
            };
            made.max_message_size = [](void* opdata, ConnContext*) { return self(opdata).fragment; };
            made.handle_msg_event = [](void* opdata, OtrlMessageEvent event, ConnContext*, const char*, gcry_error_t) {
                self(opdata).events.push_back(event);
            };
            made.handle_smp_event = smp_event;
            return made;
        }();
        return table;
    }

    OtrlPolicy policy_;
    xmpp::otr::UserState state_;
};
