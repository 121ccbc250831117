// See file_stores.h.

#include "gateway/transport/file_stores.h"

#include <algorithm>
#include <utility>

#include "gateway/log.h"

namespace gateway {

std::size_t FileStores::largest() const {
    return std::max(server_.largest(), own_ ? static_cast<std::size_t>(own_->largest()) : 0);
}

/// A file is not kept back for a store that may come: it has a place.
bool FileStores::is_unsure() const { return own_ == nullptr && server_.is_unsure(); }

void FileStores::put(const std::string& user, StoredFile file, std::function<void(coi::Result<std::string>)> done) {
    if (own_ == nullptr) return server_.put(user, std::move(file), std::move(done));
    if (file.bytes->size() > server_.largest()) return put_here(user, std::move(file), std::move(done));
    server_.put(user, file, [this, user, file, done = std::move(done)](coi::Result<std::string> address) {
        if (address) return done(std::move(address));
        put_here(user, file, done);
    });
}

void FileStores::put_here(const std::string& user, StoredFile file,
                          std::function<void(coi::Result<std::string>)> done) {
    if (file.bytes->size() > own_->largest()) return done(coi::over_limit("the file is too large for the file store"));
    own_->put(user, std::move(file), [this, user, done = std::move(done)](const coi::Result<file_link::Link>& link) {
        if (link) return done(url_ + link->token + "/" + link->name);
        log::warn("a file for {} is not stored: {}", user, link.error().text);
        done(link.error());
    });
}

}  // namespace gateway
