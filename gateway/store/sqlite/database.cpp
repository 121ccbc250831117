// SQLite behind the RAII layer of database.h: settings, errors as text, the statement cache.
//
// Settings: WAL with synchronous=FULL (a commit is on disk when it returns); secure_delete (deleted rows are
// overwritten); no automatic checkpoints (the store makes them when nothing waits); temp_store in memory (no data in
// /tmp). Other programs may read the file while coigate runs (a backup); only one coigate writes.

#include "gateway/store/sqlite/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include "gateway/store/sqlite/schema.h"

namespace gateway {
namespace {

constexpr std::int64_t page_bytes = 4096;
constexpr std::int64_t spare_pages = 1024;  // free pages kept in the file for the next burst

std::string file_of(sqlite3* db) {
    const char* name = sqlite3_db_filename(db, "main");
    return name != nullptr && *name != '\0' ? name : ":memory:";
}

/// The last failure on this connection as a StoreError.
[[noreturn]] void fail(sqlite3* db, const std::string& file) {
    const int code = sqlite3_extended_errcode(db);
    const std::string words = sqlite3_errmsg(db);
    const int cause = sqlite3_system_errno(db);
    const bool no_room = (code & 0xff) == SQLITE_IOERR && (cause == ENOSPC || cause == EDQUOT || cause == EFBIG);
    const auto why = cause != 0 ? std::generic_category().message(cause) : words;
    switch (code & 0xff) {
        case SQLITE_FULL:
            throw StoreError("the disk of " + file + " is full: make room there", true);
        case SQLITE_IOERR:
            if (no_room) throw StoreError("the disk of " + file + " is full: make room there", true);
            throw StoreError("the disk of " + file + " fails (" + why + "): check the disk and its mount", false, true);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw StoreError("another program writes into " + file + ": end it", false, true);
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            throw StoreError(
                file +
                    " is damaged or is no database: look at it with sqlite3 FILE \"PRAGMA integrity_check\", save what "
                    "can be read by .recover, or restore it from a backup; moved away, the gateway starts empty",
                false, true);
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_READONLY:
            throw StoreError(
                "cannot write " + file + " (" + why + "): make its folder and let the coigate user write there", false,
                true);
        case SQLITE_NOMEM:
            throw StoreError("no memory for the store", false, true);
        default:
            throw StoreError("store: " + words);
    }
}

/// Once per process, before SQLite's first use: turns off mutexes and statistics, which a database of one thread does
/// not need (8 % of its CPU time).
void configure() {
    static const bool done = [] {
        sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        return true;
    }();
    (void)done;
}

void require(int code, sqlite3* db) {
    if (code != SQLITE_OK) fail(db, file_of(db));
}

}  // namespace

Query::Query(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}

Query::~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::int64_t value) {
    require(sqlite3_bind_int64(statement_, next_++, value), db_);
    return *this;
}

Query& Query::bind(std::string_view text) {
    const char* data = text.data() != nullptr ? text.data() : "";  // a null pointer would bind NULL
    require(sqlite3_bind_text64(statement_, next_++, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8), db_);
    return *this;
}

Query& Query::bind_blob(std::string_view bytes) {
    const char* data = bytes.data() != nullptr ? bytes.data() : "";
    require(sqlite3_bind_blob64(statement_, next_++, data, bytes.size(), SQLITE_TRANSIENT), db_);
    return *this;
}

Query& Query::bind_null() {
    require(sqlite3_bind_null(statement_, next_++), db_);
    return *this;
}

bool Query::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) fail(db_, file_of(db_));
    return false;
}

void Query::run() {
    while (step()) {
    }
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return data == nullptr ? std::string()
                           : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::string Query::blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return data == nullptr ? std::string()
                           : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Query::Type Query::type(int column) const {
    switch (sqlite3_column_type(statement_, column)) {
        case SQLITE_INTEGER:
            return Type::integer;
        case SQLITE_TEXT:
            return Type::text;
        case SQLITE_BLOB:
            return Type::blob;
        case SQLITE_NULL:
            return Type::null;
        default:
            return Type::other;
    }
}

std::string Query::print() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string lines;
    for (int column = 0; column < sqlite3_column_count(statement_); ++column) {
        lines += std::string(sqlite3_column_name(statement_, column)) + " = ";
        if (type(column) == Type::blob) {
            lines += "x'";
            for (const unsigned char byte : blob(column)) lines += {digits[byte >> 4], digits[byte & 15]};
            lines += "'";
        } else {
            lines += is_null(column) ? "NULL" : text(column);
        }
        lines += "\n";
    }
    return lines;
}

/// Restricts the file to its owner (SQLite gives the log the same mode) and locks it against a second coigate. The lock
/// is separate from SQLite's, so that an admin can read or back up the store while it runs. SQLite's locks are released
/// when any descriptor of the file is closed, so this one is closed last.
class Database::Claim {
  public:
    explicit Claim(const std::string& path) {
        if (path == ":memory:") return;
        file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file_ < 0) return;  // SQLite reports the problem when it opens the path
        for (int tries = 0; ::flock(file_, LOCK_EX | LOCK_NB) != 0; ++tries) {
            if (tries == 10) {
                ::close(file_);
                throw StoreError(
                    "another coigate uses this store (" + path + "): stop it, or give this one a store of its own",
                    false, true);
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(100));  // the previous process may still be ending
        }
    }
    Claim(const Claim&) = delete;
    ~Claim() {
        if (file_ >= 0) ::close(file_);
    }

  private:
    int file_ = -1;
};

struct Database::State {
    explicit State(const std::string& path) : claim(path) {}

    Claim claim;  // outlives the connection
    sqlite3* db = nullptr;
    std::unordered_map<const char*, sqlite3_stmt*> statements;
    std::int64_t log_pages = 0;

    ~State() {
        for (const auto& [sql, statement] : statements) sqlite3_finalize(statement);
        sqlite3_close_v2(db);
    }
};

Database::Database(const std::string& path, Seal seal) : state_(std::make_unique<State>(path)), seal_(std::move(seal)) {
    configure();
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(path.c_str(), &state_->db, flags, nullptr) != SQLITE_OK) fail(state_->db, path);
    if (sqlite3_db_readonly(state_->db, "main") == 1) {
        throw StoreError("cannot write " + path + ": let the coigate user write to the file", false, true);
    }
    sqlite3_busy_timeout(state_->db, 1000);  // an admin who writes by hand
    require(sqlite3_db_config(state_->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr), state_->db);
    require(sqlite3_db_config(state_->db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr), state_->db);
    // Without this, a statement with a range is prepared again for each bound value.
    require(sqlite3_db_config(state_->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr), state_->db);
    schema::check_owner(*this);  // before anything is written: the file may belong to another program
    execute(
        "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;"
        "PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "PRAGMA wal_autocheckpoint=0;");
    sqlite3_wal_hook(
        state_->db,
        [](void* state, sqlite3*, const char*, int pages) {
            static_cast<State*>(state)->log_pages = pages;
            return SQLITE_OK;
        },
        state_.get());
    schema::bring_up_to_date(*this);
    schema::check_key(*this);
}

Database::~Database() = default;

Query Database::query(const char* sql) {
    auto& statement = state_->statements[sql];
    if (statement == nullptr) {
        require(sqlite3_prepare_v3(state_->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr), state_->db);
    } else if (sqlite3_stmt_busy(statement) != 0) {
        throw std::logic_error(std::string("statement used twice at a time: ") + sql);
    }
    return Query(state_->db, statement);
}

void Database::execute(const char* sql) {
    require(sqlite3_exec(state_->db, sql, nullptr, nullptr, nullptr), state_->db);
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(state_->db); }
int Database::changes() const { return sqlite3_changes(state_->db); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(state_->db) == 0; }
std::int64_t Database::total_changes() const { return sqlite3_total_changes64(state_->db); }
std::int64_t Database::log_bytes() const { return state_->log_pages * page_bytes; }

void Database::checkpoint() {
    std::int64_t spare = 0;
    {
        auto free_pages = query("PRAGMA freelist_count");
        if (free_pages.step()) spare = free_pages.integer(0) - spare_pages;
    }
    if (spare > 0) execute(("PRAGMA incremental_vacuum(" + std::to_string(spare) + ")").c_str());
    cut_log();
}

bool Database::cut_log() { return move_log(SQLITE_CHECKPOINT_TRUNCATE); }

bool Database::rewind_log() { return move_log(SQLITE_CHECKPOINT_RESTART); }

/// Waits for no reader: while one is active (a backup), the log stays and grows.
bool Database::move_log(int mode) {
    sqlite3_busy_timeout(state_->db, 0);
    const int code = sqlite3_wal_checkpoint_v2(state_->db, nullptr, mode, nullptr, nullptr);
    sqlite3_busy_timeout(state_->db, 1000);
    if ((code & 0xff) == SQLITE_BUSY) return false;
    require(code, state_->db);
    state_->log_pages = 0;
    return true;
}

std::vector<std::string> Database::statements() const {
    std::vector<std::string> texts;
    for (const auto& [sql, statement] : state_->statements) texts.emplace_back(sql);
    return texts;
}

std::int64_t Database::steps() const {
    std::int64_t steps = 0;
    for (const auto& [sql, statement] : state_->statements) {
        steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
    }
    return steps;
}

void Database::check_integrity() {
    auto check = query("PRAGMA quick_check(1)");
    if (!check.step() || check.text(0) != "ok") {
        throw StoreError(file_of(state_->db) + " is damaged (" + check.text(0) +
                             "): save what can be read by .recover of sqlite3, or restore it from a backup",
                         false, true);
    }
}

}  // namespace gateway
