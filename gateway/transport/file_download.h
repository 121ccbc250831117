// Fetches the files to which users' links lead; a few at a time, fair among users, and no more in all than fits into
// memory.
//
// A link is a stranger's word: it is fetched by https only, from public addresses (the Jabber server's own file store,
// and that of the gateway, may stand on a private one), and each redirect is judged as the link was.

#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "coi/net/connect.h"
#include "gateway/model/file_source.h"
#include "gateway/transport/upload_slots.h"

namespace gateway {

class FileDownload : public FileSource {
  public:
    struct Settings {
        std::size_t largest = 0;     // bytes; 0: nothing is fetched
        bool allow_private = false;  // also from private addresses
        std::string own_url{};       // of the gateway's own file store, which may stand on one; "": none
    };
    FileDownload(boost::asio::io_context&, coi::net::TlsContext&, const UploadSlots&, Settings);
    ~FileDownload() override;
    std::size_t largest() const override;
    void fetch(const std::string& user, const std::string& url,
               std::function<void(coi::Result<FetchedFile>)> done) override;
    void reload(Settings);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
