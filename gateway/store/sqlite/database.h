// A thin RAII layer over SQLite's C API: a connection, statements that are prepared once, typed binding and columns.
//
// One coigate at a time opens the file; a second one is told so. SQL stays within what SQLite and PostgreSQL both speak
// where it can; PRAGMAs stand in database.cpp and schema.cpp only.
// Invariant: a Database is used by one thread at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/seal.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gateway {

/// `full` means disk or quota; then waiting helps. Anything else needs a person.
/// `broken`: the database itself failed (disk, file, damage; also when full), not only this piece of work.
struct StoreError : std::runtime_error {
    explicit StoreError(const std::string& text, bool full_ = false, bool broken_ = false)
        : std::runtime_error(text), full(full_), broken(full_ || broken_) {}
    bool full;
    bool broken;
};

/// One execution of a prepared statement. Bind in order, then step.
class Query {
  public:
    Query(const Query&) = delete;
    ~Query();  // resets the statement for its next user
    Query& bind(std::int64_t);
    Query& bind(std::string_view text);
    Query& bind_blob(std::string_view bytes);
    Query& bind_null();
    bool step();  // true: a row is there
    void run();   // step to the end
    std::int64_t integer(int column) const;
    std::string text(int column) const;
    std::string blob(int column) const;
    bool is_null(int column) const;
    enum class Type { integer, text, blob, null, other };
    /// As it is stored; to be asked before the column is read as something else.
    Type type(int column) const;
    /// The row as "column = literal" lines, for people who look at what was set aside.
    std::string print() const;

  private:
    friend class Database;
    Query(sqlite3* db, sqlite3_stmt* statement);
    sqlite3* db_;
    sqlite3_stmt* statement_;
    int next_ = 1;
};

class Database {
  public:
    /// Opens or makes the file (":memory:" for tests), brings its schema up to date and checks that `seal` is the one
    /// its data was sealed with. Throws StoreError that names the file, what is wrong and the remedy.
    Database(const std::string& path, Seal seal);
    ~Database();
    /// `sql` must be a literal or outlive the database: its address is the cache's key. One statement is not used twice
    /// at a time.
    Query query(const char* sql);
    void execute(const char* sql);
    std::int64_t last_id() const;
    int changes() const;
    const Seal& seal() const { return seal_; }
    /// Moves the write-ahead log into the database, overwrites deleted content there too (truncating checkpoint), and
    /// gives pages that have long been free back to the disk.
    void checkpoint();
    /// Moves the log into the database and lets the next commit write at the log's beginning: cheaper, for times of
    /// much work. False if somebody who reads (a backup) is in the way.
    bool rewind_log();
    /// The same, and gives the log's space back to the disk.
    bool cut_log();

    /// False once SQLite has undone the whole transaction by itself (as it may on a full disk).
    bool in_transaction() const;
    /// Rows changed since it was opened: whether a transaction had anything to write.
    std::int64_t total_changes() const;
    /// Bytes in the write-ahead log as of the last commit.
    std::int64_t log_bytes() const;
    /// The text of every statement used so far: the tests look at their query plans.
    std::vector<std::string> statements() const;
    /// Steps that SQLite's virtual machine has taken for these statements: the tests' measure of cost.
    std::int64_t steps() const;
    /// Throws StoreError if the file is damaged; reads all of it.
    void check_integrity();

  private:
    class Claim;
    struct State;
    bool move_log(int mode);
    std::unique_ptr<State> state_;
    Seal seal_;
};

}  // namespace gateway
