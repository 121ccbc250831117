// What each function of coi/crypt/openpgp.h may cost where it is done in a confined process.
//
// openpgp.h's functions are defined in deadlines.cpp: they go to coi::Confined's process if there is one, and are done
// in this one else.

#pragma once

#include "coi/crypt/zygote.h"

namespace coi::openpgp {

/// What a confined process does: for the constructor of coi::Confined.
extern const zygote::Work confined_work;

}  // namespace coi::openpgp
