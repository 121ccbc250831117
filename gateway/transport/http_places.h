// The places of the HTTP server: who gets one, and who gives one up when all are taken. Pure.
//
// Whoever holds many places, as somebody who reads slowly from a few addresses does, keeps nobody else out.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace gateway {

class HttpPlaces {
  public:
    using Number = std::uint64_t;
    HttpPlaces(std::size_t all, std::size_t of_address) : all_(all), of_address_(of_address) {}

    struct Given {
        Number place = 0;
        std::optional<Number> taken_from{};  // whose visitor is to be sent away
    };
    /// A place for a visitor from this address; nullopt: there is none. "": of this machine, where a reverse proxy
    /// stands; they count in all only.
    std::optional<Given> take(const std::string& who);
    /// Once for each that was given, also if it was taken away since.
    void leave(Number);

  private:
    std::optional<Number> make_room(std::size_t theirs);

    std::size_t all_, of_address_;
    Number last_ = 0;
    std::map<Number, std::string> taken_;  // in the order in which they came
    std::map<std::string, std::size_t> counts_;
};

}  // namespace gateway
