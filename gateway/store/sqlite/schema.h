// The tables: created at first start, migrated at later ones. Also the check that data and key belong together.
//
// `user_version` is the schema's version; `application_id` marks the file as coigate's; the table `migration` records
// when each step was applied. A new step is a new element of the list in schema.cpp; released steps are never changed.

#pragma once

#include "gateway/store/sqlite/database.h"

namespace gateway::schema {

/// Throws StoreError if the file belongs to another program or to a newer coigate. Only reads.
void check_owner(Database&);
/// Applies all missing steps in one transaction.
void bring_up_to_date(Database&);
/// Throws StoreError if the data was sealed with another key. After a rotation (a new key in front) everything is
/// sealed again.
void check_key(Database&);

}  // namespace gateway::schema
