// A thin RAII layer over SQLite's C API: a connection, statements that are prepared once, typed binding and columns.
//
// SQL stays within what SQLite and PostgreSQL both speak where it can; PRAGMAs stand in database.cpp only.

#pragma once

#include <chrono>
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
struct StoreError : std::runtime_error {
    explicit StoreError(const std::string& text, bool full_ = false) : std::runtime_error(text), full(full_) {}
    bool full;
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

  private:
    friend class Database;
    Query(sqlite3* db, sqlite3_stmt* statement);
    sqlite3* db_;
    sqlite3_stmt* statement_;
    int next_ = 1;
};

class Database {
  public:
    Database(const std::string& path, Seal seal);
    ~Database();
    /// `sql` must be a literal or outlive the database: it is the cache's key.
    Query query(const char* sql);
    void execute(const char* sql);
    std::int64_t last_id() const;
    int changes() const;
    const Seal& seal() const { return seal_; }
    /// Overwrites deleted content in the WAL too (truncating checkpoint).
    void checkpoint();

  private:
    struct State;
    std::unique_ptr<State> state_;
    Seal seal_;
};

}  // namespace gateway
