// Until gateway/pipeline calls operations only.

#pragma once

#include "gateway/store/sqlite/imap_cursors.h"
