// See invite_picture.h.

#include "gateway/service/invite_picture.h"

#include <memory>
#include <utility>

#include "gateway/model/stanza_id.h"
#include "gateway/service/qr.h"
#include "gateway/translate/feature/file.h"
#include "xmpp/jid.h"

namespace gateway {

void InvitePicture::show(const coi::securejoin::Invite& invite, const xmpp::Tag& request, const std::string& user) {
    auto image = qr_image(coi::securejoin::print_link(invite));
    if (!image || image->png.size() > files_.largest()) return;
    auto message = std::make_shared<xmpp::Tag>("message");
    message->addAttribute("id", mint_stanza_id().value);
    message->addAttribute("type", "chat");
    message->addAttribute("from", xmpp::read_jid(xmpp::attribute(request, "to")).bare());
    message->addAttribute("to", xmpp::attribute(request, "from"));
    File file{"", "invite.png", "image/png", image->png.size()};
    StoredFile stored{file.name, file.type, std::make_shared<const std::string>(std::move(image->png))};
    files_.put(user, std::move(stored), [this, message, file](const coi::Result<std::string>& address) mutable {
        if (!address) return;
        file.url = *address;
        file::add(*message, file);
        sender_.send(*message);
    });
}

}  // namespace gateway
