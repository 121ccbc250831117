// The table of keys: what each is called, how its value is read, and whether a running gateway can take a new value
// over.
//
// Adding a key is a member in config.h, a row here, and a paragraph in coigate.toml; tests hold the three together.

#pragma once

#include <toml++/toml.h>

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/files.h"

namespace config {

/// A Config while it is read: with the names of files whose contents are not read yet.
struct Draft {
    Config config;
    std::string secret_file;
};

struct Key {
    std::string_view name;  // "mail.expire"
    bool reloadable;        // by SIGHUP; others need a restart
    std::function<std::optional<Fault>(const toml::node&, Draft&)> read;
    std::function<bool(const Config&, const Config&)> same;

    std::string_view section() const { return name.substr(0, name.find('.')); }
    std::string_view word() const { return name.substr(name.find('.') + 1); }
};

/// All keys, in the order of config.h.
const std::vector<Key>& keys();

}  // namespace config
