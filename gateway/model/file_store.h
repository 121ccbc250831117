// Where files are put that users shall see: the Jabber server's file store (gateway/transport/file_upload).

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "coi/result.h"

namespace gateway {

struct StoredFile {
    std::string name, type;  // "" for no name; "image/jpeg"
    std::shared_ptr<const std::string> bytes;
};

class FileStore {
  public:
    virtual ~FileStore() = default;
    /// The largest file, in bytes, that is taken now; 0: none.
    virtual std::size_t largest() const = 0;
    /// Whether there may be a store that is not known now: the Jabber server is away, or has not answered yet.
    virtual bool is_unsure() const = 0;
    /// Puts the file for this user (bare JID). `done` is called once, with the file's address (URL) or an Error that
    /// says whether another attempt would fail, too.
    virtual void put(const std::string& user, StoredFile, std::function<void(coi::Result<std::string>)> done) = 0;
};

}  // namespace gateway
