// Who a contact is, when a client asks: name, address and picture, in each form that clients know.
//
// [XEP-0054 §3.3], and the items of the nodes that a Jabber user's server would keep: picture [XEP-0084 §3.4], what it
// is, name [XEP-0172 §4.3], vCard4 [XEP-0292 §4.1.1]. To each user what their own account knows of the contact, and no
// more. Pictures are read when they are asked for, a few at a time, at the pace of the socket.

#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "gateway/accounts/contact_profiles.h"
#include "gateway/accounts/directory.h"
#include "gateway/model/jabber_stream.h"
#include "gateway/model/timer.h"
#include "xmpp/stanza.h"
#include "xmpp/xep/xep0054_vcard.h"

namespace gateway {

class ContactCards {
  public:
    /// `largest`: bytes of a stanza that the server takes; a picture that does not fit is left out.
    ContactCards(const Directory& directory, const ContactProfiles& profiles, JabberStream& stream, Timer after,
                 std::size_t largest)
        : directory_(directory), profiles_(profiles), stream_(stream), after_(std::move(after)), largest_(largest) {}

    /// Answers an iq of type get, now or later; false if it asks for something else. `user`: bare JID.
    bool take(const xmpp::Tag& iq, const std::string& user, const std::string& lang);
    /// The stream is down: nobody waits any more.
    void offline();

  private:
    enum class Form { vcard, vcard4, name, picture, picture_info };
    struct Question {
        std::shared_ptr<const xmpp::Tag> iq;  // without its children
        Form form;
        std::string item, user, lang;  // the id that is wanted; ""
        xmpp::xep0054::VCard card{};
        AccountId account{};
        std::string contact{};  // canonical; "": there is no picture to read
        PictureInfo picture{};
    };
    bool read(const xmpp::Tag& iq, Question&) const;
    void find(Question&, const xmpp::JID& to) const;
    void answer(Question, std::string_view picture) const;
    void refuse(const Question&, const char* type, const char* condition, const std::string& words) const;
    void wait(Question);
    void serve();
    void served(const std::string& user);

    const Directory& directory_;
    const ContactProfiles& profiles_;
    JabberStream& stream_;
    Timer after_;
    std::size_t largest_;
    std::deque<Question> waiting_;
    std::map<std::string, std::size_t> by_user_;  // how many of these
    std::size_t under_way_ = 0;
    bool is_pausing_ = false;
};

}  // namespace gateway
