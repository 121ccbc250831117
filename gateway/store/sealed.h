// Rows that only the store's key could have written: what is bound into a seal, and what becomes of a row that does not
// fit.
//
// Whoever can write into the database's file must not be able to redirect a mail, turn a policy, swap a key or move a
// secret to somebody else. So each row that decides such a thing carries a sealed blob (its secret, or an empty text: a
// mark) with all the row's other fields bound in as associated data. A row that does not fit is set aside: its content
// goes to the table `damaged`, it is logged and shown to the admin, and it is never used. Not detected: rows that were
// deleted, and a row or a file that was put back to an older state.
// Left unbound, because they decide nothing: schedules, cursors, what was last in a conversation, ids of copies.
//
// A new sealed or marked table has its line in seal_anew (key rotation).

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/store/sqlite/database.h"

namespace gateway {

/// Associated data for a seal: a place (table.column), and fields each with its type and length, so that no two rows
/// give the same bytes. Each add() answers what it was given, to be bound to the statement in the same breath.
class Binding {
  public:
    explicit Binding(std::string_view place) { add(place); }
    std::int64_t add(std::int64_t);
    std::string_view add(std::string_view);
    std::string_view add_blob(std::string_view);
    void add_null() { bytes_ += 'n'; }
    /// `count` columns of a row, as they were bound when it was written.
    Binding& add(const Query& row, int first, int count);
    const std::string& bytes() const { return bytes_; }

  private:
    void add_text(char type, std::string_view);
    std::string bytes_;
};

/// Seals `plain` (nothing: a mark) with the row bound in.
std::string close(Database&, std::string_view plain, const Binding&);
/// nullopt if it was sealed for another row, or is damaged.
std::optional<std::string> open(Database&, std::string_view sealed, const Binding&);

/// How rows were sealed before: with their table and number alone (0.1.0), or with all their fields.
enum class Sealed { by_number, by_row };
/// What sealing a row anew came to.
struct Renewed {
    std::optional<std::string> blob{};  // to be written; none: it is sealed with the current key
    bool damaged = false;
};
/// `by_number`: what was bound in by 0.1.0; nullptr if it sealed nothing there.
Renewed renew(Database&, std::string_view sealed, const Binding&, Sealed before, const std::string* by_number);
/// A table with one seal a row, for renew_table.
struct SealedTable {
    const char* next;        // SQL: the row after a row number: that number, the bound columns, the blob
    const char* update;      // SQL: writes the blob of a row number
    std::string_view place;  // of the Binding
    int columns;             // that are bound
};
/// Renews all rows of a table, one by one. `by_number`: what 0.1.0 bound in; empty if it sealed nothing there. Damaged
/// rows stay as they are: they are set aside when they are read.
void renew_table(Database&, Sealed before, const SealedTable&,
                 const std::function<std::string(const Query&)>& by_number);
/// Seals all rows with the current key; sets aside what does not fit. Inside the caller's transaction.
void seal_anew(Database&, Sealed before);

namespace damaged {

/// A row that was set aside.
struct Row {
    std::string what;  // "mail 17 to bob@example.org": for the admin
    std::int64_t time = 0;
};
/// Notes and logs it; the caller deletes the row itself. `content` as Query::print() gives it.
void keep(Database&, std::int64_t account, const std::string& what, const std::string& content);
/// Of one account, the oldest first.
std::vector<Row> of(Database&, std::int64_t account);
void forget_account(Database&, std::int64_t account);

}  // namespace damaged

}  // namespace gateway
