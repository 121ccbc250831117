// See own_files.h.

#include "gateway/transport/own_files.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <chrono>
#include <utility>

namespace gateway {
namespace {

constexpr auto between_sweeps = std::chrono::minutes(10);

std::string path_of(const std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    return parsed ? std::string(parsed->encoded_path()) : "";
}

}  // namespace

/// Removes the files of users who leave.
class OwnFiles::Leavers : public DirectoryObserver {
  public:
    Leavers(Directory& directory, FileFolder& folder) : directory_(directory), folder_(folder) {}
    void account_saved(const Account&) override {}
    void account_removed(const Account& account) override {
        if (directory_.of_user(account.jid) == nullptr) folder_.remove_of(account.jid);
    }

  private:
    Directory& directory_;
    FileFolder& folder_;
};

OwnFiles::OwnFiles(boost::asio::io_context& io, Directory& directory, Settings settings, Clock now)
    : folder_(io, std::move(settings.folder), settings.limits, std::move(now)),
      leavers_(std::make_shared<Leavers>(directory, folder_)),
      pages_(folder_, path_of(settings.url)),
      server_(io, pages_, std::move(settings.server)),
      sweep_(io) {
    directory.observe(leavers_);
}

void OwnFiles::start() {
    server_.start();
    sweep();
}

void OwnFiles::stop() {
    sweep_.cancel();
    server_.stop();
}

void OwnFiles::reload(FileFolder::Limits limits) {
    folder_.reload(limits);
    server_.reload();
}

void OwnFiles::sweep() {
    folder_.sweep();
    sweep_.expires_after(between_sweeps);
    sweep_.async_wait([this](const boost::system::error_code& aborted) {
        if (!aborted) sweep();
    });
}

}  // namespace gateway
