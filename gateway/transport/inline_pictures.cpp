// See inline_pictures.h.

#include "gateway/transport/inline_pictures.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "gateway/model/stanza_id.h"
#include "gateway/translate/inline_picture.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0231_bob.h"

namespace gateway {
namespace {

constexpr auto patience = std::chrono::seconds(20);
constexpr std::size_t most_of_client = 20, most = 500;  // questions without an answer

coi::Error not_given(std::string why) { return {coi::ErrorKind::unreachable, false, std::move(why), 0, {}}; }

/// Servers may write a JID in another form than it was given to them.
bool is_same(const std::string& one, const std::string& other) {
    return xmpp::read_jid(one).full() == xmpp::read_jid(other).full();
}

}  // namespace

void InlinePictures::fetch(const InlinePicture& picture, std::function<void(coi::Result<FetchedFile>)> done) {
    const auto is_theirs = [&](const auto& one) { return one.second.picture.client == picture.client; };
    if (asked_.size() >= most || std::ranges::count_if(asked_, is_theirs) >= std::ptrdiff_t{most_of_client})
        return done(not_given("too many pictures are asked for"));
    const std::string id = mint_stanza_id().value;
    auto iq = xmpp::xep0231::question(picture.cid);
    iq->addAttribute("id", id);
    iq->addAttribute("from", picture.contact);
    iq->addAttribute("to", picture.client);
    asked_[id] = {picture, std::move(done)};
    stream_.send(*iq);
    after_(patience, [this, id] { fail(id, not_given("the client does not answer")); });
}

bool InlinePictures::take_answer(const xmpp::Tag& iq) {
    const std::string& type = xmpp::attribute(iq, "type");
    const auto found = asked_.find(xmpp::attribute(iq, "id"));
    if (found == asked_.end() || (type != "result" && type != "error")) return false;
    const InlinePicture& asked = found->second.picture;
    if (!is_same(xmpp::attribute(iq, "from"), asked.client) || !is_same(xmpp::attribute(iq, "to"), asked.contact))
        return false;
    auto data = type == "result" ? xmpp::xep0231::data_in(iq, asked.cid, inline_picture::most_bytes) : std::nullopt;
    if (!data) {
        fail(found->first, not_given("the client does not give the picture"));
        return true;
    }
    const auto done = std::move(found->second.done);
    asked_.erase(found);
    done(FetchedFile{std::move(data->type), std::make_shared<const std::string>(std::move(data->bytes))});
    return true;
}

void InlinePictures::offline() {
    for (auto asked = std::exchange(asked_, {}); auto& [id, one] : asked)
        one.done(not_given("the Jabber server is not connected"));
}

void InlinePictures::fail(const std::string& id, coi::Error error) {
    if (auto found = asked_.extract(id)) found.mapped().done(std::move(error));
}

}  // namespace gateway
