// Where files are put: on the Jabber server's file store, or on the gateway's own where that one has no place for them.

#pragma once

#include <memory>
#include <string>

#include "gateway/model/file_store.h"
#include "gateway/transport/file_folder.h"

namespace gateway {

class FileStores : public FileStore {
  public:
    /// `own`: nullptr if there is none; `url`: where its files are found, with a slash at its end.
    FileStores(FileStore& server, FileFolder* own, std::string url)
        : server_(server), own_(own), url_(std::move(url)) {}
    std::size_t largest() const override;
    bool is_unsure() const override;
    void put(const std::string& user, StoredFile, std::function<void(coi::Result<std::string>)> done) override;

  private:
    void put_here(const std::string& user, StoredFile, std::function<void(coi::Result<std::string>)> done);

    FileStore& server_;
    FileFolder* own_;
    std::string url_;
};

}  // namespace gateway
