// Where the files come from to which users' links lead (gateway/transport/file_download), and the pictures that stand
// in their messages (gateway/transport/inline_pictures).

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "coi/result.h"

namespace gateway {

struct FetchedFile {
    std::string type;  // what the server says of it, "" if nothing
    std::shared_ptr<const std::string> bytes;
    std::shared_ptr<void> room{};  // its share of the memory for files, taken as long as this lives
};

class FileSource {
  public:
    virtual ~FileSource() = default;
    /// The largest file, in bytes, that is fetched; 0: none is.
    virtual std::size_t largest() const = 0;
    /// Fetches what lies at `url` for this user (bare JID). `done` is called once, within a minute, and may be called
    /// at once. ErrorKind::limit with `permanent`: the file is too large.
    virtual void fetch(const std::string& user, const std::string& url,
                       std::function<void(coi::Result<FetchedFile>)> done) = 0;
};

/// Where a picture lies that stands in a user's message: with the client that wrote it.
struct InlinePicture {
    std::string client;   // full JID
    std::string contact;  // JID of the contact to whom it wrote
    std::string cid;      // [XEP-0231 §2.1]
};

class InlinePictureSource {
  public:
    virtual ~InlinePictureSource() = default;
    /// `done` is called once, within a minute, and may be called at once.
    virtual void fetch(const InlinePicture&, std::function<void(coi::Result<FetchedFile>)> done) = 0;
};

}  // namespace gateway
