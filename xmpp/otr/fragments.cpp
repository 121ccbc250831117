// Joining pieces; see fragments.h.

#include "xmpp/otr/fragments.h"

#include <algorithm>
#include <utility>

namespace xmpp::otr {

std::optional<std::string> Fragments::add(const std::string& peer, const Seen& piece, Time now) {
    expire(now);
    auto found = std::find_if(growing_.begin(), growing_.end(), [&](const Growing& growing) {
        return growing.peer == peer && growing.sender == piece.sender;
    });
    // [OTR v3 "Fragmentation"] the first piece begins anew; any other must be the next one of the same count.
    if (found != growing_.end() &&
        (piece.number == 1 || piece.count != found->count || piece.number != found->number + 1)) {
        drop(found);
        found = growing_.end();
    }
    if (found == growing_.end()) {
        if (piece.number != 1) return std::nullopt;
        if (piece.count == 1) return piece.text;
        if (growing_.size() >= limits_.messages) drop(growing_.begin());
        growing_.push_back({peer, piece.sender, 0, piece.count, {}, now});
        found = growing_.end() - 1;
    }
    if (found->text.size() + piece.text.size() > max_message) {
        drop(found);
        return std::nullopt;
    }
    auto growing = std::move(*found);  // to the end: it is the one heard last
    growing_.erase(found);
    growing.text += piece.text;
    growing.number = piece.number;
    growing.last = now;
    bytes_ += piece.text.size();
    if (growing.number == growing.count) {
        bytes_ -= growing.text.size();
        return std::move(growing.text);
    }
    growing_.push_back(std::move(growing));
    while (bytes_ > limits_.bytes) drop(growing_.begin());
    return std::nullopt;
}

void Fragments::forget(const std::string& peer) {
    for (auto growing = growing_.begin(); growing != growing_.end();) {
        if (growing->peer == peer) {
            bytes_ -= growing->text.size();
            growing = growing_.erase(growing);
        } else {
            ++growing;
        }
    }
}

void Fragments::expire(Time now) {
    while (!growing_.empty() && now - growing_.front().last > limits_.age) drop(growing_.begin());
}

void Fragments::drop(std::vector<Growing>::iterator which) {
    bytes_ -= which->text.size();
    growing_.erase(which);
}

}  // namespace xmpp::otr
