// Moved to gateway/store/sqlite.

#pragma once

#include "gateway/store/sqlite/otr_keys.h"
