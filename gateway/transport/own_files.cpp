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

OwnFiles::OwnFiles(boost::asio::io_context& io, Settings settings, Clock now)
    : folder_(io, std::move(settings.folder), settings.limits, std::move(now)),
      pages_(folder_, path_of(settings.url)),
      server_(io, pages_, std::move(settings.server)),
      sweep_(io) {}

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
