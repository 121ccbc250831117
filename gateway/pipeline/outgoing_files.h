// The stage behind the commit of a user's message with a file: its mail waits in the queue as a link, until the file is
// fetched and goes as an attachment instead.
//
// The message was taken with its commit: whatever happens here, or if the gateway ends meanwhile, the mail leaves when
// its time has come. It is sent either with the link or with the file, because only an entry that nobody else can have
// changes. Later messages of the conversation wait behind it; others do not.

#pragma once

#include <chrono>
#include <string>

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
        UserNotices& notices;
        Clock now;
    };
    explicit OutgoingFiles(Modules modules) : modules_(std::move(modules)) {}

    /// How long a mail waits for its file at most: the time that a FileSource takes, and some for the rest.
    static constexpr std::chrono::seconds longest_wait{75};

    /// Whether the event's mail is to wait.
    bool waits(const Event&) const;

    struct Held {
        queue::Entry entry;      // committed; its payload is not needed
        OutgoingMail letter;     // with the link
        bool encrypted = false;  // it is in the entry
        File file;
        std::string contact_jid;  // as the user writes it
    };
    /// Fetches the file, and lets the entry go. `held.letter.mail` was written of an event that waits.
    void fetch(Held);

  private:
    Task<> carry(Held);
    Task<coi::Result<File>> fetched(const Held&);
    Task<std::string> closed(const Held&, File);
    Task<> release(queue::Entry);
    void explain(const Held&, const coi::Error&);

    Modules modules_;
};

}  // namespace gateway
