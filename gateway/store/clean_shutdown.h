// Moved to gateway/store/sqlite.

#pragma once

#include "gateway/store/sqlite/clean_shutdown.h"
