// What the files of gateway/pipeline still call in the database; included into them by CMakeLists.txt, and into their
// tests. Goes when they call operations only; then Store::commit, later, ask, now, Quota::take(Database&, …) and
// imap_cursors.h go, too.

#pragma once

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/clean_shutdown.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/key_updates.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/queue.h"

namespace gateway {
using keys::apply;
}  // namespace gateway
