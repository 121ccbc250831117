// Ownership of GMime's objects: an object from a constructor is unreferenced at the end of the scope.

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

/// Initialises GMime once per process, and returns the options of all parsing: lenient, 8-bit headers as UTF-8, else as
/// windows-1252.
GMimeParserOptions* gmime_options();

}  // namespace coi
