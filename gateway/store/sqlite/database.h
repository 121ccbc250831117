// A thin RAII layer over SQLite's C API: a connection, statements that are prepared once, typed binding and columns.
//
// Only one coigate at a time may open the file; a second one gets an error. SQL uses what SQLite and PostgreSQL have in
// common where possible; PRAGMAs are only in database.cpp and schema.cpp.
// Invariant: a Database is used by one thread at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/seal.h"
#include "gateway/store/store_error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gateway {

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
    /// The stored type; must be read before the column is read with another type.
    Type type(int column) const;
    /// The row as "column = literal" lines, for a person who inspects rows that were set aside.
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
    /// Opens or creates the file (":memory:" for tests), migrates its schema and checks that `seal` is the one that the
    /// data was sealed with. Throws StoreError that names the file, the problem and the remedy.
    Database(const std::string& path, Seal seal);
    ~Database();
    /// `sql` must be a literal or outlive the database: its address is the cache's key. A statement must not be used
    /// twice at the same time.
    Query query(const char* sql);
    void execute(const char* sql);
    std::int64_t last_id() const;
    int changes() const;
    const Seal& seal() const { return seal_; }
    /// Truncating checkpoint: moves the write-ahead log into the database, which also overwrites deleted content there,
    /// and returns pages to the disk that have been free for long.
    void checkpoint();
    /// Moves the log into the database; the next commit writes at the log's beginning. Cheaper than checkpoint(), for
    /// times of high load. False if a reader (a backup) prevents it.
    bool rewind_log();
    /// Like rewind_log(), and returns the log's space to the disk.
    bool cut_log();

    /// False after SQLite has rolled back the whole transaction by itself (as it may on a full disk).
    bool in_transaction() const;
    /// Rows changed since the connection was opened: shows whether a transaction had anything to write.
    std::int64_t total_changes() const;
    /// Bytes in the write-ahead log as of the last commit.
    std::int64_t log_bytes() const;
    /// The text of every statement used so far: tests check their query plans.
    std::vector<std::string> statements() const;
    /// Steps of SQLite's virtual machine for these statements: the tests' measure of cost.
    std::int64_t steps() const;
    /// Throws StoreError if the file is damaged. Reads all of it.
    void check_integrity();

  private:
    class Claim;
    struct State;
    bool move_log(int mode);
    std::unique_ptr<State> state_;
    Seal seal_;
};

}  // namespace gateway
