// Rows bound to a seal, so that only the holder of the store's key can have written them.
//
// An attacker who can write to the database file must not be able to redirect a mail, change a policy, swap a key or
// move a secret to another account. Each row that decides such a thing has a sealed blob (its secret, or a sealed empty
// text: a mark) with all other fields of the row as associated data. A row that does not match is set aside: its
// content goes to the table `damaged`, it is logged and shown to the admin, and never used. Not detected: deleted rows,
// and a row or file that was restored to an older state.
// Not bound, because they decide nothing: schedules, cursors, last_in and last_out of a conversation, ids of copies.
//
// A new sealed or marked table gets a line in seal_anew (key rotation).

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/store/sqlite/database.h"

namespace gateway {

/// Associated data for a seal: a place (table.column), and fields, each with type and length, so that no two rows give
/// the same bytes. Each add() returns its argument, so that the value can be bound to the statement in the same
/// expression.
class Binding {
  public:
    explicit Binding(std::string_view place) { add(place); }
    std::int64_t add(std::int64_t);
    std::string_view add(std::string_view);
    std::string_view add_blob(std::string_view);
    void add_null() { bytes_ += 'n'; }
    /// Adds `count` columns of a row as they were bound when it was written.
    Binding& add(const Query& row, int first, int count);
    const std::string& bytes() const { return bytes_; }

  private:
    void add_text(char type, std::string_view);
    std::string bytes_;
};

/// Seals `plain` (empty for a mark) with the row as associated data.
std::string close(Database&, std::string_view plain, const Binding&);
/// nullopt if the blob was sealed for another row, or is damaged.
std::optional<std::string> open(Database&, std::string_view sealed, const Binding&);

/// How rows were sealed before: bound to table and row number only (0.1.0), or to all their fields.
enum class Sealed { by_number, by_row };
/// The result of renew().
struct Renewed {
    std::optional<std::string> blob{};  // to be written; none if it is already sealed with the current key
    bool damaged = false;
};
/// Seals a blob with the current key. `by_number`: the associated data of 0.1.0; nullptr if it sealed nothing there.
Renewed renew(Database&, std::string_view sealed, const Binding&, Sealed before, const std::string* by_number);
/// A table with one seal a row, for renew_table.
struct SealedTable {
    const char* next;        // SQL: the row after a row number: that number, the bound columns, the blob
    const char* update;      // SQL: writes the blob of a row number
    std::string_view place;  // of the Binding
    int columns;             // that are bound
};
/// Renews all rows of a table, one by one. `by_number`: the associated data of 0.1.0; empty if it sealed nothing there.
/// Damaged rows stay as they are: they are set aside when they are read.
void renew_table(Database&, Sealed before, const SealedTable&,
                 const std::function<std::string(const Query&)>& by_number);
/// Seals all rows with the current key, inside the caller's transaction.
void seal_anew(Database&, Sealed before);

namespace damaged {

/// A row that was set aside.
struct Row {
    std::string what;  // "mail 17 to bob@example.org": for the admin
    std::int64_t time = 0;
};
/// Stores and logs the damaged row; the caller deletes the row itself. `content` as Query::print() returns it.
void keep(Database&, std::int64_t account, const std::string& what, const std::string& content);
/// The rows of one account that were set aside, oldest first.
std::vector<Row> of(Database&, std::int64_t account);
void forget_account(Database&, std::int64_t account);

}  // namespace damaged

}  // namespace gateway
