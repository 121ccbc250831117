// The tables: made at first start, migrated at later ones, and the check that data and key belong together.
//
// `user_version` is the schema's version and `application_id` says that the file is ours; the table `migration` tells
// when each step was taken. Adding a step is adding a row to the list in schema.cpp; steps that a release has shipped
// are never edited.

#pragma once

#include "gateway/store/sqlite/database.h"

namespace gateway::schema {

/// Throws StoreError if the file is another program's, or a newer coigate's. Only reads.
void check_owner(Database&);
/// All missing steps in one transaction.
void bring_up_to_date(Database&);
/// Throws StoreError if the data was sealed with another key. After a rotation (a new key in front) everything is
/// sealed anew.
void check_key(Database&);

}  // namespace gateway::schema
