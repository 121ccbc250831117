// What visitors get of the gateway's own file store: a file, or that there is none.
//
// [RFC 9110 §14] ranges. A file is somebody's attachment, so that browsers are told to run nothing of it, to guess
// nothing about it, and to tell its link to nobody.

#pragma once

#include "gateway/transport/file_folder.h"
#include "gateway/transport/http_visit.h"

namespace gateway {

class FilePages : public HttpRoom {
  public:
    /// `path`: of the store's URL, "/files/".
    FilePages(FileFolder& folder, std::string path) : folder_(folder), path_(std::move(path)) {}
    coi::net::awaitable<HttpAnswer> answer(HttpRequest) override;

  private:
    FileFolder& folder_;
    std::string path_;
};

}  // namespace gateway
