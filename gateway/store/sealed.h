// Moved to gateway/store/sqlite.

#pragma once

#include "gateway/store/sqlite/sealed.h"
