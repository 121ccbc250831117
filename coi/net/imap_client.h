// One IMAP session of a client that changes nothing in the mailbox but the flags that it is told to set.
//
// [RFC 3501], [RFC 9051] (rev2), [RFC 2177] IDLE, [RFC 7888] LITERAL+/-, [RFC 5161] ENABLE, [RFC 7162]
// CONDSTORE/QRESYNC, [RFC 6154] SPECIAL-USE, [RFC 2342] NAMESPACE, [RFC 2971] ID, [RFC 5464] METADATA, [RFC 4959]
// SASL-IR. Mail is read only with BODY.PEEK; nothing is deleted. Reading and setting flags need a session each. One
// operation at a time; close() ends the running one.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coi/net/sasl.h"
#include "coi/net/stream.h"

namespace coi::net {

struct Folder {
    std::string name;  // as received (modified UTF-7, or UTF-8 once enabled); sent back unchanged
    char separator = 0;
    std::set<std::string> attributes;  // lower case, with backslash: "\\sent", "\\noselect"
};

struct Selected {
    std::uint32_t uid_validity = 0;
    std::uint32_t uid_next = 0;  // by UID SEARCH if the server does not give it
    std::uint32_t exists = 0;
    std::uint64_t highest_modseq = 0;  // 0: no CONDSTORE
};

/// A mail before its body is fetched: enough to decide whether to fetch it.
struct Listed {
    std::uint32_t uid = 0;
    std::uint64_t size = 0;  // RFC822.SIZE; 0: unknown
};

/// A mail and when it came.
struct Dated {
    std::uint32_t uid = 0;
    std::uint64_t size = 0;
    std::string came;  // INTERNALDATE: "17-Jul-1996 02:44:25 -0700"; "": unknown
};

/// The namespace of the user's own folders: "INBOX." and '.' on some servers, "" and '/' on others.
struct PersonalSpace {
    std::string prefix;
    char separator = 0;  // 0: no hierarchy
};

/// What may be changed in a folder that was opened for it.
struct Changeable {
    std::uint32_t uid_validity = 0;
    bool keeps_seen = true;       // the flag \Seen is kept
    bool keeps_keywords = false;  // any keyword is
    std::string flags;            // all that are kept: "(\Seen $Chat)"
};

/// What became of some mails.
struct Fates {
    std::vector<std::uint32_t> seen;  // they have the flag \Seen
    std::vector<std::uint32_t> gone;  // deleted, or moved elsewhere
};

class ImapClient {
  public:
    explicit ImapClient(std::unique_ptr<Stream> stream);
    ~ImapClient();
    /// Greeting, STARTTLS if configured, login, capabilities, ENABLE, ID. An Error of kind auth is permanent: the login
    /// is wrong [RFC 5530]; a server that is only busy gives kind refused.
    awaitable<Result<void>> open(const Endpoint& server, const Login& login);
    bool can(const std::string& capability) const;  // upper case; after login
    /// False after the connection was lost or the dialogue failed; then every operation fails with kind closed.
    bool usable() const;

    awaitable<Result<std::vector<Folder>>> list(const std::string& pattern);
    /// Prefix and separator of the user's own folders [RFC 2342].
    awaitable<Result<PersonalSpace>> personal_space();
    /// Converts a folder name from UTF-8 to the form of this server: unchanged, or modified UTF-7 [RFC 3501 §5.1.3].
    std::string folder_name(const std::string& utf8) const;
    /// The folder marked \Sent, or a usual name ("Sent", "INBOX.Sent" …); "" if there is none.
    awaitable<Result<std::string>> sent_folder();
    /// Selects by EXAMINE, so that the user's other clients keep even their \Recent flags [RFC 3501 §6.3.2].
    awaitable<Result<Selected>> select(const std::string& folder);
    /// UIDs >= `from` in the selected folder, ascending, with sizes. If there are very many, only the first ones; the
    /// others count as news.
    awaitable<Result<std::vector<Listed>>> since(std::uint32_t from);
    /// Fetches the whole mail by BODY.PEEK[]; nullopt if it is gone (an Error if the server still lists it but returns
    /// nothing); ErrorKind::limit beyond `most` bytes (the session stays usable, and at most `most` + 1 bytes were
    /// requested).
    awaitable<Result<std::optional<std::string>>> fetch(std::uint32_t uid, std::size_t most);
    /// Like fetch(), only the header block; nullopt if nothing was returned.
    awaitable<Result<std::optional<std::string>>> fetch_header(std::uint32_t uid, std::size_t most);
    /// UIDs of mails in the selected folder with a header field of that name and from `sender`, by the server's search;
    /// the newest first, at most `most`.
    awaitable<Result<std::vector<std::uint32_t>>> search(std::string sender, std::string field, std::size_t most);
    /// Of these mails in the selected folder, those that have the flag \Seen, and those that are not there any more.
    awaitable<Result<Fates>> fates_of(std::vector<std::uint32_t> uids);
    /// Whether the server has said since the last call that a mail of the selected folder has the flag \Seen.
    bool take_seen_news();
    /// Selects a folder to set flags in.
    awaitable<Result<Changeable>> select_to_change(const std::string& folder);
    /// Sets flags ("\\Seen $MDNSent") on these mails. Of mails that are gone nothing is said.
    awaitable<Result<void>> add_flags(std::vector<std::uint32_t> uids, std::string flags);
    /// The newest mails in the selected folder that are from this address or to it, by the server's search, which may
    /// find similar addresses, too; at most `most`, ascending.
    awaitable<Result<std::vector<Dated>>> search_talk(std::string address, std::size_t most);
    /// Waits until the selected folder may have new mail (EXISTS; EXPUNGE is no news) or `longest` is over, or until a
    /// mail in it got the flag \Seen, for which a wait ends after two seconds at the earliest (then false).
    /// Uses IDLE, renewed before 29 minutes [RFC 2177], or NOOP every `poll` without IDLE. true: look for mail. News
    /// that came during another operation counts: then true at once. since() clears the news.
    awaitable<Result<bool>> wait_for_news(Timeout longest, Timeout poll);
    /// `flags`: "\\Seen $Chat", with or without parentheses, or "" for none. `mail` has CRLF line ends and must live
    /// until the end.
    awaitable<Result<void>> append(const std::string& folder, const std::string& flags, std::string_view mail);
    /// The value of a server entry (mailbox ""); nullopt if it is not set.
    awaitable<Result<std::optional<std::string>>> metadata(const std::string& entry);
    /// All entries directly below `entry` that are set, by full lower case name [RFC 5464 §4.2.2].
    awaitable<Result<std::map<std::string, std::string>>> metadata_below(const std::string& entry);
    /// Sets a server entry; nullopt: to NIL [RFC 5464 §4.3].
    awaitable<Result<void>> set_metadata(const std::string& entry, std::optional<std::string> value);
    awaitable<void> logout();
    void close() noexcept;

  private:
    awaitable<Result<std::optional<std::string>>> fetch_section(std::uint32_t uid, std::string section,
                                                                std::size_t most);
    awaitable<Result<std::vector<Listed>>> search_since(std::uint32_t from);
    awaitable<Result<bool>> lists_still(std::uint32_t uid);
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace coi::net
