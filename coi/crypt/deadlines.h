// The budget of each function of coi/crypt/openpgp.h in a confined process.
//
// The functions of openpgp.h are defined in deadlines.cpp: they call coi::Confined's process if there is one, and else
// work in this process.

#pragma once

#include "coi/crypt/zygote.h"

namespace coi::openpgp {

/// The work of a confined process, for the constructor of coi::Confined.
extern const zygote::Work confined_work;

}  // namespace coi::openpgp
