// What is thrown and reported if the store cannot do its work.

#pragma once

#include <stdexcept>
#include <string>

namespace gateway {

/// `full`: disk or quota; waiting helps. Any other error needs a person.
/// `broken`: the database itself failed (disk, file, damage; also when full), not only this piece of work.
struct StoreError : std::runtime_error {
    explicit StoreError(const std::string& text, bool full_ = false, bool broken_ = false)
        : std::runtime_error(text), full(full_), broken(full_ || broken_) {}
    bool full;
    bool broken;
};

}  // namespace gateway
