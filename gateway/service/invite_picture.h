// The picture of an invite as a file in the chat: phones scan it off the screen, in clients that show no picture beside
// a form.

#pragma once

#include <string>

#include "coi/crypt/securejoin.h"
#include "gateway/model/file_store.h"
#include "gateway/model/stanza_sender.h"

namespace gateway {

class InvitePicture {
  public:
    InvitePicture(FileStore& files, StanzaSender& sender) : files_(files), sender_(sender) {}
    /// Answers `request`, a stanza of `user` (bare JID), with the picture. Nothing is sent where no file can be stored:
    /// the invite is a link, too.
    void show(const coi::securejoin::Invite&, const xmpp::Tag& request, const std::string& user);

  private:
    FileStore& files_;
    StanzaSender& sender_;
};

}  // namespace gateway
