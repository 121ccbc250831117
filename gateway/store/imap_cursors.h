// Moved to gateway/store/sqlite.

#pragma once

#include "gateway/store/sqlite/imap_cursors.h"
