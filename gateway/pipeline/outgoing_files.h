// The stage behind the commit of a user's message with files: its mail waits in the queue with their links, until they
// are fetched and go as attachments instead.
//
// The message was taken with its commit: whatever happens here, or if the gateway ends meanwhile, the mail leaves when
// its time has come. Each file is sent either as its link or as an attachment, because only an entry that nobody else
// can have changes. Later messages of the conversation wait behind it; others do not. The files of a message are
// fetched at the same time, and are together no larger than one may be.

#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/accounts/workers.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/model/clock.h"
#include "gateway/model/file_source.h"
#include "gateway/model/user_notices.h"
#include "gateway/store/outlet.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"
#include "gateway/task.h"

namespace gateway {

class OutgoingFiles {
  public:
    struct Modules {
        Directory& directory;
        Store& store;
        Workers& workers;
        MailEncryption& encryption;
        queue::Outlet& to_mail;
        FileSource& source;
        InlinePictureSource& pictures;
        UserNotices& notices;
        Clock now;
    };
    explicit OutgoingFiles(Modules modules) : modules_(std::move(modules)) {}

    /// How long a mail waits for its file at most: the time that a FileSource takes, and some for the rest.
    static constexpr std::chrono::seconds longest_wait{75};

    /// The files for which the event's mail is to wait.
    std::vector<File> to_fetch(const Event&) const;

    struct Held {
        queue::Entry entry;      // committed; its payload is not needed
        OutgoingMail letter;     // with the links
        bool encrypted = false;  // it is in the entry
        std::vector<File> files;
        std::string contact_jid;  // as the user writes it
    };
    /// Fetches the files, and lets the entry go. `held.letter.mail` was written of an event that waits.
    void fetch(Held);

  private:
    struct Got {
        File file;                     // with its bytes
        std::shared_ptr<void> room{};  // for as much memory as they take
    };
    struct Fetched {
        std::vector<File> files{};                   // with their bytes
        std::vector<std::shared_ptr<void>> rooms{};  // of all
        std::vector<coi::Error> failed{};            // those of the others
        bool is_encrypted = false;                   // one of the others was encrypted
        bool is_another = false;                     // one of the others has not the hash that its message says
        bool is_inline = false;                      // one of the others is a picture that the client did not give
    };

    Task<> carry(Held);
    Task<Fetched> fetched(const Held&);
    Task<coi::Result<Got>> fetched(File, std::string user, AccountId);
    Task<coi::Result<Got>> picture(File, std::string client, std::string contact);
    Task<bool> has_its_hash(const File&, AccountId);
    Task<std::string> closed(const Held&, std::vector<File>);
    Task<> release(queue::Entry);
    void explain(const Held&, const Fetched&);

    Modules modules_;
};

}  // namespace gateway
