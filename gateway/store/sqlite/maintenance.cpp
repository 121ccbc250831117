// The write-ahead log and recovery after failures; see maintenance.h.

#include "gateway/store/sqlite/maintenance.h"

#include <algorithm>
#include <utility>

#include "gateway/log.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t large_log = 8 * 1024 * 1024;         // bytes; a larger log is rewound even under load
constexpr auto first_pause = 50ms, longest_pause = 2000ms;  // between probes

}  // namespace

Maintenance::Maintenance(std::string path, Seal seal)
    : path_(std::move(path)), seal_(std::move(seal)), database_(std::make_unique<Database>(path_, seal_)) {}

void Maintenance::undo() noexcept {
    try {
        if (database_ != nullptr && database_->in_transaction()) database_->execute("ROLLBACK");
    } catch (const std::exception& error) {
        log::warn("store: rollback: {}", error.what());
    }
}

void Maintenance::committed() {
    log_used_ = true;
    probes_ = 0;
    if (database_->log_bytes() < large_log + tried_log_) return;
    try {
        tried_log_ = database_->rewind_log() ? 0 : database_->log_bytes();
    } catch (const StoreError& error) {  // nothing is lost: the log keeps all pages and grows
        tried_log_ = database_->log_bytes();
        log::warn("store: {}", error.what());
    }
}

void Maintenance::truncate_log() {
    log_used_ = false;
    if (database_ == nullptr) return;
    try {
        database_->checkpoint();
        tried_log_ = 0;
    } catch (const StoreError& error) {  // if it is serious, the next commit fails, too
        log::warn("store: {}", error.what());
    }
}

std::chrono::milliseconds Maintenance::pause() const {
    return std::min<std::chrono::milliseconds>(first_pause * (1 << std::min(probes_, 6)), longest_pause);
}

bool Maintenance::recover() {
    try {
        // A full disk recovers with the connection still open, and only then is a commit that failed at its sync
        // certainly rolled back. After other failures the file may have to be opened again.
        if (!trouble_.full && probes_ >= 2 && path_ != ":memory:") {
            database_.reset();
            database_ = std::make_unique<Database>(path_, seal_);
            database_->check_integrity();
        }
        if (trouble_.full) give_log_back();
        probe();
    } catch (const StoreError& error) {
        undo();
        trouble_ = error;
        ++probes_;
        return false;
    }
    return true;
}

/// The log itself may fill the disk. If its pages already have their place in the database, moving them needs no space,
/// and the log can be truncated.
void Maintenance::give_log_back() {
    try {
        if (database_) database_->cut_log();
    } catch (const StoreError&) {  // it needs space: then the probe fails
    }
}

/// Writes some pages and removes them again: succeeds only if messages could be written too.
void Maintenance::probe() {
    if (database_ == nullptr) database_ = std::make_unique<Database>(path_, seal_);
    database_->execute("BEGIN IMMEDIATE");
    database_
        ->query(
            "INSERT INTO setting (name, value) VALUES ('probe', zeroblob(262144)) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .run();
    database_->execute("COMMIT");
    database_->query("DELETE FROM setting WHERE name = 'probe'").run();
    database_->rewind_log();
}

}  // namespace gateway
