// libotr, made ready: initialised before anybody uses libgcrypt, its headers for C++, its files in memory.
//
// libotr gives libgcrypt allocators of its own, which wipe what is freed. So it must come first: memory that another
// library (gsasl) had from libgcrypt before would be freed by the wrong allocator. library.cpp does it before main().

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

/// The names under which a userstate knows the one key and tag it has; no peer sees them.
inline constexpr const char* account_name = "gateway";
inline constexpr const char* protocol_name = "xmpp";

/// Wipes what is left of a handshake that is over. (libotr keeps it, and loses its memory in the next one.)
void settle(ConnContext* context);
/// Forgets a context in state plaintext, a child before its master. libotr 4.1.1 loses some of its memory, which is
/// freed here.
void forget_context(ConnContext* context);

struct FreeUserState {
    void operator()(OtrlUserState state) const;
};
using UserState = std::unique_ptr<s_OtrlUserState, FreeUserState>;
/// Throws std::bad_alloc.
UserState new_user_state();
/// With the key and the tag of `identity`; identity.cpp knows their form. Throws std::system_error.
UserState new_user_state(const Identity& identity);

/// A FILE in memory, unbuffered, wiped at its end. Throws std::system_error.
class MemoryFile {
  public:
    /// Holds `content`, to be read from its beginning.
    explicit MemoryFile(std::string_view content = {});
    ~MemoryFile();
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    FILE* file() { return file_; }
    /// All that stands in it.
    Wiped content();

  private:
    FILE* file_;
};

}  // namespace xmpp::otr
