// Ownership of GMime's objects: what a constructor gave us is unreferenced when we leave.

#pragma once

#include <gmime/gmime.h>

#include <memory>

namespace coi {

struct Unreference {
    void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unreference>;

struct GFree {
    void operator()(void* memory) const { g_free(memory); }
};
using OwnedText = std::unique_ptr<char, GFree>;

/// Initialises GMime once for the process, and gives the options all parsing shares: lenient, 8-bit headers read as
/// UTF-8, else as windows-1252.
GMimeParserOptions* gmime_options();

}  // namespace coi
