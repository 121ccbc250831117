// One IMAP session as a client that leaves the mailbox as it found it.
//
// [RFC 3501], [RFC 9051] (rev2), [RFC 2177] IDLE, [RFC 7888] LITERAL+/-, [RFC 5161] ENABLE, [RFC 7162] CONDSTORE/QRESYNC,
// [RFC 6154] SPECIAL-USE, [RFC 2342] NAMESPACE, [RFC 2971] ID, [RFC 5464] METADATA, [RFC 4959] SASL-IR. Mail is read with
// BODY.PEEK only; nothing is deleted.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coi/net/sasl.h"
#include "coi/net/stream.h"

namespace coi::net {

struct Folder {
    std::string name;  // as the server writes it (modified UTF-7 on rev1)
    char separator = 0;
    std::set<std::string> attributes;  // lower case, with backslash: "\\sent", "\\noselect"
};

struct Selected {
    std::uint32_t uid_validity = 0;
    std::uint32_t uid_next = 0;        // found by UID SEARCH where the server does not say
    std::uint32_t exists = 0;
    std::uint64_t highest_modseq = 0;  // 0: no CONDSTORE
};

/// One mail before its body is fetched: enough to decide whether to.
struct Listed {
    std::uint32_t uid = 0;
    std::uint64_t size = 0;  // RFC822.SIZE
    std::set<std::string> flags;
};

class ImapClient {
  public:
    explicit ImapClient(std::unique_ptr<Stream> stream);
    /// Greeting, STARTTLS if asked, login, capabilities, ENABLE, ID.
    awaitable<Result<void>> open(const Endpoint& server, const Login& login);
    bool can(const std::string& capability) const;  // upper case; after login

    awaitable<Result<std::vector<Folder>>> list(const std::string& pattern);
    /// The folder marked \Sent, or a usual name ("Sent", "INBOX.Sent" …); "" if there is none.
    awaitable<Result<std::string>> sent_folder();
    awaitable<Result<Selected>> select(const std::string& folder);  // read-only is enough: EXAMINE
    /// UIDs >= `from` of the selected folder, ascending, with sizes.
    awaitable<Result<std::vector<Listed>>> since(std::uint32_t from);
    /// The whole mail by BODY.PEEK[]; nullopt if it is gone meanwhile; ErrorKind::limit beyond `most` bytes.
    awaitable<Result<std::optional<std::string>>> fetch(std::uint32_t uid, std::size_t most);
    /// Waits until the selected folder may hold new mail (EXISTS grew, EXPUNGE/FETCH are no news) or `longest` is over.
    /// IDLE, renewed before 29 minutes [RFC 2177]; NOOP every `poll` where there is none. true: look.
    awaitable<Result<bool>> wait_for_news(Timeout longest, Timeout poll);
    awaitable<Result<void>> append(const std::string& folder, const std::string& flags, std::string_view mail);
    awaitable<Result<std::optional<std::string>>> metadata(const std::string& entry);  // server entry, mailbox ""
    awaitable<void> logout();
    void close() noexcept;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace coi::net
