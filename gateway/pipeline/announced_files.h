// Files that a user's client announces before it has uploaded them: their places come with another message, as Dino
// sends all of its files.
//
// [XEP-0447 §3.3], [XEP-0367 §3]. An announcement is no mail: what it says of its file is kept in memory for an hour,
// and the message with the place becomes the one of the file. If the gateway ends meanwhile, that message is a file
// with the name in its URL. Bounded: what finds no room is forgotten in the same way, and nothing is lost by it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/model/timer.h"
#include "xmpp/stanza.h"

namespace gateway {

class AnnouncedFiles {
  public:
    explicit AnnouncedFiles(Timer after) : after_(std::move(after)) {}

    /// Whether the message announces files, and nothing else that mail could carry.
    static bool are_all_of(const xmpp::Tag& message);
    /// Notes the files that the message announces. `missed` is called if a place has not come in time, with the name
    /// of its file ("" if it has none).
    void note(const xmpp::Tag& message, std::function<void(const std::string& name)> missed);
    /// The announcement was refused.
    void forget(const xmpp::Tag& message);
    /// The message with what was announced of the files whose places it brings; nullptr if it brings none.
    xmpp::Stanza completed(const xmpp::Tag& message);

  private:
    struct File {
        std::string id;                          // among the files of its message
        std::shared_ptr<const xmpp::Tag> about;  // its metadata, or nullptr
    };
    struct Announcement {
        std::uint64_t number = 0;  // tells it from a later one with the same id
        std::string user, id;
        std::vector<File> files;
        std::size_t bytes = 0;
        bool is_message = false;  // it has no words, and one file: clients show the file as this message
        std::function<void(const std::string&)> missed;
    };
    void end(const std::string& key, std::uint64_t number);
    void remove(std::map<std::string, Announcement>::iterator);

    Timer after_;
    std::map<std::string, Announcement> waiting_;  // by user, contact and id of the message
    std::map<std::string, std::size_t> of_user_;   // how many
    std::size_t bytes_ = 0;
    std::uint64_t number_ = 0;
};

}  // namespace gateway
