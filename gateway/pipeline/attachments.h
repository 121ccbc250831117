// The stage of an arriving mail that puts its files where the user's clients find them.
//
// It stands before the translation: what has an address is written as a link, the rest in words (translate/feature/file
// and placeholder). In a conversation under OMEMO a file is encrypted first, and its link has the key [XEP-0454]. Left
// in words: files of a conversation under OTR, whose link would not be protected as its text is, decoration of HTML
// mail, and files for users of whom it is not known that they exist. Files of those who prove nothing are limited in
// bytes, so that nobody uses up a user's quota.

#pragma once

#include <memory>
#include <string>

#include "gateway/accounts/directory.h"
#include "gateway/accounts/workers.h"
#include "gateway/model/clock.h"
#include "gateway/model/file_store.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/model/rate_limit.h"
#include "gateway/store/store.h"
#include "gateway/task.h"

namespace gateway {

class Attachments {
  public:
    Attachments(Directory& directory, Store& store, Workers& workers, FileStore& files, Clock now)
        : directory_(directory), store_(store), workers_(workers), files_(files), now_(std::move(now)) {}

    /// Whether the mail has files to share.
    static bool has_files(const coi::Message&);
    /// Gives the mail's attachments their addresses, their hashes and the dimensions of pictures, and removes their
    /// bytes. False: the mail should come again, because the file store cannot be reached now and the mail lies nowhere
    /// else.
    Task<bool> share(IncomingMail&);
    /// Whether files of the mail are only named.
    static bool are_left_out(const coi::Message&);

  private:
    Task<bool> may_share(const IncomingMail&, std::size_t bytes);
    /// What the user speaks with the author, in any of their accounts.
    EndToEnd spoken_with_author(const IncomingMail&) const;
    /// The file's address, with its key if it is `sealed`.
    Task<coi::Result<std::string>> put(const IncomingMail&, StoredFile, bool sealed);
    bool has_room(const IncomingMail&, std::size_t bytes);
    bool comes_again(const IncomingMail&) const;
    Task<> describe(AccountId, coi::Attachment&, std::shared_ptr<const std::string> bytes);

    Directory& directory_;
    Store& store_;
    Workers& workers_;
    FileStore& files_;
    Clock now_;
    RateLimit of_strangers_in_all_{1000, std::chrono::days(30)};  // half of the room in the gateway's own store
    RateLimit of_strangers_{200, std::chrono::days(1)};           // by user, in pieces of 100 kB
};

}  // namespace gateway
