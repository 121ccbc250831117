// Keeps the store's database usable: bounds and truncates its write-ahead log; after a failure, probes it (and reopens
// it if needed) until a write succeeds.
//
// Used only by the store's thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "gateway/store/seal.h"
#include "gateway/store/sqlite/database.h"

namespace gateway {

class Maintenance {
  public:
    /// Opens or makes the database at `path` (":memory:" for tests). Throws as Database does.
    Maintenance(std::string path, Seal seal);
    Database& database() { return *database_; }
    /// False after it could not be opened again.
    bool is_open() const { return database_ != nullptr; }

    /// Rolls back a transaction that is still open.
    void undo() noexcept;
    /// A commit succeeded. Rewinds the log if it has grown large, which needs no idle time.
    void committed();
    /// True if something was written to the log since it was truncated.
    bool log_used() const { return log_used_; }
    /// When nothing waits, and at the end: moves the log into the database and truncates it.
    void truncate_log();

    /// The database failed; recover() is to be called after pause().
    void failed(const StoreError& error) { trouble_ = error; }
    /// Why it does not work.
    const StoreError& trouble() const { return trouble_; }
    /// Before the next attempt to recover; grows with each.
    std::chrono::milliseconds pause() const;
    /// Whether the database can be written to again.
    bool recover();

  private:
    void give_log_back();
    void probe();

    const std::string path_;
    const Seal seal_;
    std::unique_ptr<Database> database_;  // nullptr after a failed attempt to open it again
    StoreError trouble_{""};
    int probes_ = 0;              // that failed since the last commit
    bool log_used_ = true;        // since the last truncation
    std::int64_t tried_log_ = 0;  // size of the log when rewinding it failed
};

}  // namespace gateway
