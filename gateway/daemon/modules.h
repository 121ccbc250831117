// The modules of the gateway; included only by gateway/daemon/gateway and gateway/daemon/modules.
//
// A module gets references to the modules that it tells something, as narrow interfaces. modules.cpp makes them all;
// gateway.cpp has the work of the event loop. The order of the members is the order of construction: a module whose
// base class somebody refers to stands before them; a plain reference may refer to a later member, but is not used in a
// constructor.

#pragma once

#include <boost/asio/steady_timer.hpp>

#include "gateway/accounts/account_end.h"
#include "gateway/accounts/clients.h"
#include "gateway/accounts/contact_names.h"
#include "gateway/accounts/contact_profiles.h"
#include "gateway/accounts/message_privilege.h"
#include "gateway/accounts/user_profiles.h"
#include "gateway/accounts/workers.h"
#include "gateway/daemon/component_stream.h"
#include "gateway/daemon/gateway.h"
#include "gateway/encryption/group_encryption.h"
#include "gateway/encryption/omemo.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/encryption/otr.h"
#include "gateway/encryption/otr_tunnel.h"
#include "gateway/encryption/secure_join.h"
#include "gateway/pipeline/archive_recovery.h"
#include "gateway/pipeline/incoming.h"
#include "gateway/pipeline/late_error.h"
#include "gateway/pipeline/outgoing.h"
#include "gateway/pipeline/outgoing_files.h"
#include "gateway/pipeline/read_sync.h"
#include "gateway/pipeline/room_outgoing.h"
#include "gateway/queue/failures.h"
#include "gateway/queue/jabber_sender.h"
#include "gateway/queue/scheduler.h"
#include "gateway/service/contact_cards.h"
#include "gateway/service/iq_router.h"
#include "gateway/service/notices.h"
#include "gateway/service/omemo_nodes.h"
#include "gateway/service/presence.h"
#include "gateway/service/rooms.h"
#include "gateway/transport/crash_guard.h"
#include "gateway/transport/file_download.h"
#include "gateway/transport/file_stores.h"
#include "gateway/transport/file_upload.h"
#include "gateway/transport/inline_pictures.h"
#include "gateway/transport/lmtp_receiver.h"
#include "gateway/transport/mail_sender.h"
#include "gateway/transport/mailbox_pool.h"
#include "gateway/transport/own_files.h"
#include "gateway/transport/upload_slots.h"
#include "xmpp/component.h"

namespace gateway {

inline Time now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

struct Gateway::State : MissedMessages, std::enable_shared_from_this<State> {
    State(boost::asio::io_context&, const config::Config&);

    boost::asio::io_context& io;
    config::Config config;
    Seal seal;
    Store store;
    CrashGuard crash_guard;
    Directory directory;
    RelayAccounts relay_accounts;
    PendingVerdicts verdicts;
    Workers workers;
    OpenPgp openpgp;
    coi::net::TlsContext tls;
    boost::asio::steady_timer wake, sweep, stop_timer;
    xmpp::Component component;
    ComponentStream stream;
    Clients clients;
    UserProfiles user_profiles;
    RosterNames roster_names;
    MessagePrivilege message_privilege;
    UploadSlots upload_slots;
    FileUpload file_upload;
    std::unique_ptr<OwnFiles> own_files;  // if the configuration wants them
    FileStores file_stores;
    FileDownload file_download;
    InlinePictures inline_pictures;
    ContactNames names;
    MailSender mail_sender;
    JabberSender jabber_sender;
    Scheduler mail_scheduler, jabber_scheduler;
    Notices notices;
    OutgoingFiles outgoing_files;
    ReadSync read_sync;
    OutgoingPipeline outgoing;
    SecureJoin secure_join;
    Otr otr;
    Omemo omemo;
    OtrTunnel tunnel;
    KeyManagement key_management;
    Rooms rooms;
    GroupEncryption group_encryption;
    Turns room_turns;
    RoomOutgoing room_outgoing;
    IncomingPipeline incoming;
    ArchiveRecovery archive;
    LateError returned;
    Failures failures;
    AccountEnd account_end;
    Presence presence;
    ContactProfiles profiles;
    ContactCards cards;
    OmemoNodes omemo_nodes;
    MailboxPool linked;
    IqRouter services;
    std::unique_ptr<LmtpReceiver> relay;
    bool stopping = false, reading_paused = false;
    std::size_t at_door = 0;  // stanzas that wait for their sender's contacts
    std::optional<Time> wake_set;

    Timer timer();
    xmpp::Component::Calls component_calls();

    // --- the loop's work
    void take(xmpp::Stanza stanza);
    void take_in_turn(xmpp::Stanza stanza);
    void take_known(const xmpp::Tag& stanza);
    void hand_out(const xmpp::Tag& stanza);
    /// Whose client it comes from is asked what it is.
    void note_client(const xmpp::Tag& stanza);
    void take_presence(const xmpp::Tag& presence);
    void take_message(const xmpp::Tag& message);
    /// Never where groups are no rooms.
    bool is_for_room(const xmpp::Tag& stanza) const;
    void take_in_room(const xmpp::Tag& message);
    void take_missed(const xmpp::Tag& message) override { take_in_turn(xmpp::Stanza(message.clone())); }
    void deadline_changed() override { set_wake(); }
    void refuse_oversize(const xmpp::Tag& head);
    void refuse_for_now(const xmpp::Tag& stanza, const StoreError& why);

    /// The number of messages that wait for a worker or its result, or to be taken at all.
    std::size_t letters() const;
    /// The same with those that wait for their commit.
    std::size_t unfinished() const;

    /// Resumes reading when the waiting work is done.
    void resume_when_through();
    void resume_reading();
    void set_wake();
    void run_after(std::chrono::milliseconds length, std::function<void()> call);

    /// Gives up expired entries, sends delay notices, and removes old ids and invites.
    void sweep_queue();

    // --- the end
    /// Lets running attempts finish (10 s), closes the stream, commits what still arrives (5 s), and closes the store
    /// last.
    void finish_attempts(std::chrono::steady_clock::time_point deadline, std::function<void()> stopped);

    /// Stores the last messages before the mark of a clean shutdown.
    void finish_letters(std::chrono::steady_clock::time_point deadline, std::function<void()> stopped);
};

}  // namespace gateway
