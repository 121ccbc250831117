// The Jabber server's file store: a slot for each file, and the file by HTTP; a few at a time, fair among users, and
// no more in all than fits into memory. A store that fails is left alone for a minute, so that nobody waits for it.

#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "coi/net/connect.h"
#include "gateway/model/file_store.h"
#include "gateway/transport/upload_slots.h"

namespace gateway {

class FileUpload : public FileStore {
  public:
    /// `is_on`: whether the configuration allows it.
    FileUpload(boost::asio::io_context&, coi::net::TlsContext&, UploadSlots&, bool is_on);
    ~FileUpload() override;
    std::size_t largest() const override;
    bool is_unsure() const override;
    void put(const std::string& user, StoredFile, std::function<void(coi::Result<std::string>)> done) override;
    void reload(bool is_on);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
