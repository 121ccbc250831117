// Asks users' clients for the pictures that stand in their messages.
//
// [XEP-0231 §2.3]. The contact asks the client that wrote to it, because clients give such data to nobody else. Only
// the client that was asked can answer, once, in 20 seconds. Nothing is cached: each message is fetched once.

#pragma once

#include <functional>
#include <map>
#include <string>

#include "gateway/model/file_source.h"
#include "gateway/model/stanza_sender.h"
#include "gateway/model/timer.h"

namespace gateway {

class InlinePictures : public InlinePictureSource {
  public:
    InlinePictures(StanzaSender& stream, Timer after) : stream_(stream), after_(std::move(after)) {}

    void fetch(const InlinePicture&, std::function<void(coi::Result<FetchedFile>)> done) override;
    /// False if the iq is no answer to us.
    bool take_answer(const xmpp::Tag& iq);
    /// The stream is down: no answer comes.
    void offline();

  private:
    struct Asked {
        InlinePicture picture;
        std::function<void(coi::Result<FetchedFile>)> done;
    };
    void fail(const std::string& id, coi::Error);

    StanzaSender& stream_;
    Timer after_;
    std::map<std::string, Asked> asked_;  // by id
};

}  // namespace gateway
