// libotr, made ready; see library.h.

#include "xmpp/otr/library.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <system_error>

namespace xmpp::otr {
namespace {

/// Before main(): libgcrypt is not used yet, and there is one thread.
const bool ready = [] {
    if (otrl_init(OTRL_VERSION_MAJOR, OTRL_VERSION_MINOR, OTRL_VERSION_SUB) != 0 || !gcry_check_version("1.8.0")) {
        std::fputs("coigate: libotr or libgcrypt is too old: libotr 4.1 and libgcrypt 1.8 are needed\n", stderr);
        std::abort();
    }
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    return true;
}();

/// The longest SMP message has eleven numbers of 1536 bits [OTR v3 "Receiving a type 3 TLV (SMP message 2)"]. libotr
/// checks group elements and exponents, but not the sizes of hashes, which it uses as exponents: 64 kB of them would
/// occupy a thread for a second.
constexpr int longest_smp = 4 + 11 * (4 + 192);

/// A message that is too long is passed to libotr as an empty one, which it rejects as truncated.
int bounded(int length) { return length > longest_smp ? 0 : length; }

/// libotr's own function, which our function of the same name hides.
template <class Step>
Step* of_libotr(const char* name) {
    auto* found = reinterpret_cast<Step*>(dlsym(RTLD_NEXT, name));
    if (!found) std::abort();
    return found;
}

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

void settle(ConnContext* context) {
    const unsigned version = context->auth.protocol_version;  // libotr fragments by it
    otrl_auth_clear(&context->auth);
    context->auth.protocol_version = version;
}

void forget_context(ConnContext* context) {
    static const bool loses_it = std::string_view(otrl_version()) == "4.1.1";
    ConnContextPriv* inner = context->context_priv;
    if (otrl_context_forget(context) == 0 && loses_it) std::free(inner);
}

void FreeUserState::operator()(OtrlUserState state) const {
    for (ConnContext* context = state->context_root; context; context = context->next)
        otrl_context_force_plaintext(context);
    while (ConnContext* context = state->context_root) {
        // a master comes before its children, and is removed with them
        while (context->next && context->next->m_context == context) forget_context(context->next);
        forget_context(context);
    }
    otrl_userstate_free(state);
}

UserState new_user_state() {
    UserState state(otrl_userstate_create());
    if (!state || !ready) throw std::bad_alloc();
    return state;
}

MemoryFile::MemoryFile(std::string_view content) {
    const int descriptor = memfd_create("otr", MFD_CLOEXEC);
    if (descriptor < 0) fail("a file in memory for libotr");
    file_ = fdopen(descriptor, "w+");
    if (!file_) {
        const int error = errno;
        close(descriptor);
        errno = error;
        fail("a file in memory for libotr");
    }
    setvbuf(file_, nullptr, _IONBF, 0);  // no buffer that would not be wiped
    if (std::fwrite(content.data(), 1, content.size(), file_) != content.size()) {
        std::fclose(file_);
        fail("writing a file in memory for libotr");
    }
    std::rewind(file_);
}

MemoryFile::~MemoryFile() {
    std::fseek(file_, 0, SEEK_END);
    const long size = std::ftell(file_);
    std::rewind(file_);
    for (long at = 0; at < size; ++at) std::fputc(0, file_);
    std::fclose(file_);
}

Wiped MemoryFile::content() {
    std::fseek(file_, 0, SEEK_END);
    const long size = std::ftell(file_);
    std::rewind(file_);
    std::string bytes(static_cast<std::size_t>(size < 0 ? 0 : size), '\0');
    if (std::fread(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail("reading a file in memory of libotr");
    return Wiped(std::move(bytes));
}

}  // namespace xmpp::otr

// libotr calls its SMP steps as exported functions, with nothing else between decryption and calculation: so our
// functions are interposed.
extern "C" {

[[gnu::visibility("default")]] gcry_error_t otrl_sm_step2a(OtrlSMBobState* state, const unsigned char* input,
                                                           const int length, int received_question) {
    static auto* const next = xmpp::otr::of_libotr<decltype(otrl_sm_step2a)>("otrl_sm_step2a");
    return next(state, input, xmpp::otr::bounded(length), received_question);
}

[[gnu::visibility("default")]] gcry_error_t otrl_sm_step3(OtrlSMAliceState* state, const unsigned char* input,
                                                          const int length, unsigned char** output,
                                                          int* output_length) {
    static auto* const next = xmpp::otr::of_libotr<decltype(otrl_sm_step3)>("otrl_sm_step3");
    return next(state, input, xmpp::otr::bounded(length), output, output_length);
}

[[gnu::visibility("default")]] gcry_error_t otrl_sm_step4(OtrlSMBobState* state, const unsigned char* input,
                                                          const int length, unsigned char** output,
                                                          int* output_length) {
    static auto* const next = xmpp::otr::of_libotr<decltype(otrl_sm_step4)>("otrl_sm_step4");
    return next(state, input, xmpp::otr::bounded(length), output, output_length);
}

[[gnu::visibility("default")]] gcry_error_t otrl_sm_step5(OtrlSMAliceState* state, const unsigned char* input,
                                                          const int length) {
    static auto* const next = xmpp::otr::of_libotr<decltype(otrl_sm_step5)>("otrl_sm_step5");
    return next(state, input, xmpp::otr::bounded(length));
}

}  // extern "C"
