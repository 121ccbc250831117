// libotr, initialised before anybody uses libgcrypt; its headers for C++; its files in memory.
//
// libotr installs allocators in libgcrypt that wipe freed memory. So it must be initialised first: memory that another
// library (gsasl) got from libgcrypt before would be freed by the wrong allocator. library.cpp does it before main().

#pragma once

extern "C" {
#include <libotr/privkey.h>
#include <libotr/proto.h>
// after proto.h, which it needs
#include <libotr/message.h>
}

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "xmpp/otr/identity.h"
#include "xmpp/wiped.h"

namespace xmpp::otr {

/// The names of the one key and tag in a userstate; peers do not see them.
inline constexpr const char* account_name = "gateway";
inline constexpr const char* protocol_name = "xmpp";

/// Wipes the state of a finished handshake. (libotr keeps it, and leaks its memory at the next one.)
void settle(ConnContext* context);
/// Removes a context in state plaintext, a child before its master. libotr 4.1.1 leaks some of its memory, which is
/// freed here.
void forget_context(ConnContext* context);

struct FreeUserState {
    void operator()(OtrlUserState state) const;
};
using UserState = std::unique_ptr<s_OtrlUserState, FreeUserState>;
/// Throws std::bad_alloc.
UserState new_user_state();
/// A userstate with the key and the tag of `identity`; identity.cpp knows their format. Throws std::system_error.
UserState new_user_state(const Identity& identity);

/// A FILE in memory, unbuffered, wiped at its end. Throws std::system_error.
class MemoryFile {
  public:
    /// Contains `content`, positioned at its start.
    explicit MemoryFile(std::string_view content = {});
    ~MemoryFile();
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    FILE* file() { return file_; }
    /// The whole content.
    Wiped content();

  private:
    FILE* file_;
};

}  // namespace xmpp::otr
