// Whether libotr calls its SMP steps through the functions that library.cpp interposes.
//
// A libotr that was linked with -Bsymbolic-functions (a default of some distributions) calls its own functions
// directly. Then nothing limits what an SMP message costs (xmpp/otr/library.cpp).

#pragma once

#include <string_view>

namespace xmpp::otr {

/// Whether the shared library that defines `symbol` looks `function` up when it calls it, so that another definition of
/// it is found first: its dynamic relocations name it.
bool is_looked_up(const char* symbol, std::string_view function);

/// True if all SMP steps of the libotr that is loaded are looked up.
bool is_smp_bounded();

}  // namespace xmpp::otr
