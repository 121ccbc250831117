// The gateway's own file store: its folder, and the server where visitors find what lies in it.

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "gateway/accounts/directory.h"
#include "gateway/transport/file_folder.h"
#include "gateway/transport/file_pages.h"
#include "gateway/transport/http_server.h"

namespace gateway {

class OwnFiles {
  public:
    struct Settings {
        std::string folder;
        FileFolder::Limits limits;
        std::string url;  // of the store, with a slash at its end
        HttpServer::Settings server;
    };
    /// Throws std::runtime_error if the folder or the certificate cannot be used. A user whose last account is removed
    /// leaves no file behind.
    OwnFiles(boost::asio::io_context&, Directory&, Settings, Clock now);

    FileFolder& folder() { return folder_; }
    /// Throws std::runtime_error if nobody can listen there.
    void start();
    void stop();
    void reload(FileFolder::Limits);

  private:
    class Leavers;
    void sweep();

    FileFolder folder_;
    std::shared_ptr<Leavers> leavers_;
    FilePages pages_;
    HttpServer server_;
    boost::asio::steady_timer sweep_;
};

}  // namespace gateway
