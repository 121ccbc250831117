// The compiled gettext catalogues (.mo) inside the program; catalogue.cpp is made from po/*.po by po/CMakeLists.txt.

#pragma once

#include <span>
#include <string_view>

namespace po {

struct Catalogue {
    const char* language;  // "de": the .po file's name
    std::string_view bytes;
};

std::span<const Catalogue> catalogues();

}  // namespace po
