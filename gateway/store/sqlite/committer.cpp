// See committer.h. The mutex protects only the waiting pieces and the loop's flags; the database belongs to the thread
// once it runs.

#include "gateway/store/sqlite/committer.h"

#include <chrono>
#include <csignal>
#include <utility>

#include "gateway/log.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

constexpr auto ride_time = 20ms;            // how long a later() piece waits for a commit to join
constexpr auto idle_time = 1s;              // then the log is truncated
constexpr std::size_t most_at_once = 1000;  // pieces of one commit: bounds its time
constexpr std::size_t crowd = 8;            // urgent pieces in one commit, after which the next one waits for more
constexpr auto crowd_time = 5ms;            // from one commit to the next while many come
constexpr auto lull_time = 500us;           // without a piece: no more are coming

}  // namespace

Committer::Committer(const std::string& path, Seal seal, Store::Post post)
    : seal_(std::move(seal)), post_(std::move(post)), maintenance_(path, seal_) {}

void Committer::start() {
    // Signals are handled by the loop: the thread starts with all of them blocked.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Committer::stop() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

/// All work from one turn of the loop is one commit: the thread is woken when the turn is over. A later() piece that is
/// not the only one does not wake the thread, which would only sleep again.
void Committer::add(Piece piece) {
    const bool waited = piece.waited;
    bool ask = false, news = waited;
    {
        const std::lock_guard lock(mutex_);
        if (piece.urgent && !waited) ask = !std::exchange(asked_, true);
        news = news || (!piece.urgent && pieces_.empty());
        due_ = due_ || waited;
        rushed_ = rushed_ || waited;
        urgent_ += piece.urgent ? 1 : 0;
        pieces_.push_back(std::move(piece));
    }
    if (news) wake_.notify_one();
    if (!ask) return;
    post_([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        {
            const std::lock_guard lock(self->mutex_);
            self->asked_ = false;
            self->due_ = self->urgent_ > 0;
            if (self->gathering_ && self->urgent_ < most_at_once) return;
        }
        self->wake_.notify_one();
    });
}

/// Blocks until there is something to commit (true), or the store ends and nothing waits (false).
bool Committer::wait_for_work(Lock& lock) {
    gather(lock);
    const auto hurry = [this] { return due_ || ending_; };
    const auto anything = [this] { return due_ || pieces_.size() > urgent_ || ending_; };
    if (maintenance_.log_used() && !wake_.wait_for(lock, idle_time, anything)) {
        lock.unlock();
        maintenance_.truncate_log();
        lock.lock();
    }
    wake_.wait(lock, anything);
    if (!due_ && !ending_) wake_.wait_for(lock, ride_time, hurry);
    return !pieces_.empty();
}

/// While many pieces come at a time, the next commit waits for more of them, as long as they keep coming: a sync costs
/// the same for all, and they share the pages that they change. A message that comes alone does not wait.
void Committer::gather(Lock& lock) {
    if (last_urgent_ < crowd) return;
    const auto enough = [this] { return rushed_ || ending_ || urgent_ >= most_at_once; };
    const auto until = begun_ + crowd_time;
    gathering_ = true;
    for (std::size_t before = 0; !enough() && std::chrono::steady_clock::now() < until; before = urgent_) {
        if (wake_.wait_for(lock, lull_time, enough) || urgent_ == before) break;
    }
    gathering_ = false;
}

void Committer::run() {
    Lock lock(mutex_);
    for (;;) {
        if (!well_) {
            nurse(lock);
            if (!well_ && ending_) break;
            continue;
        }
        if (!wait_for_work(lock)) break;
        auto batch = take(lock);
        lock.unlock();
        commit(std::move(batch));
        lock.lock();
    }
    auto rest = take_urgent(lock);
    lock.unlock();
    for (auto& piece : rest) piece.failure = maintenance_.trouble();
    report(std::move(rest));
    if (well_) maintenance_.truncate_log();
    log::info("store: closed after {} commits", commits_.load());
}

/// While the store is not well: new work fails at once, unless it only reads, and after a pause the database is tried
/// again.
void Committer::nurse(Lock& lock) {
    const auto until = std::chrono::steady_clock::now() + maintenance_.pause();
    while (!ending_ && wake_.wait_until(lock, until, [this] { return urgent_ > 0 || ending_; }) && urgent_ > 0) {
        auto refused = take_urgent(lock);
        lock.unlock();
        for (auto& piece : refused) piece.failure = piece.reads ? read_without_commit(piece) : maintenance_.trouble();
        report(std::move(refused));
        lock.lock();
    }
    lock.unlock();
    recover();
    lock.lock();
}

/// A full disk can be read. What the work writes (a row that it sets aside) is undone, and written the next time.
Store::Failure Committer::read_without_commit(const Piece& piece) {
    if (!maintenance_.is_open()) return maintenance_.trouble();
    Store::Failure failure;
    try {
        maintenance_.database().query("BEGIN").run();
        piece.work(maintenance_.database());
    } catch (const StoreError& error) {
        failure = error;
    }
    maintenance_.undo();
    return failure;
}

Committer::Batch Committer::take(Lock&) {
    Batch batch;
    begun_ = std::chrono::steady_clock::now();
    last_urgent_ = urgent_;
    rushed_ = false;
    while (!pieces_.empty() && batch.size() < most_at_once) {
        urgent_ -= pieces_.front().urgent ? 1 : 0;
        batch.push_back(std::move(pieces_.front()));
        pieces_.pop_front();
    }
    due_ = due_ && urgent_ > 0;
    return batch;
}

Committer::Batch Committer::take_urgent(Lock&) {
    Batch batch;
    std::deque<Piece> marks;
    for (auto& piece : pieces_) {
        if (piece.urgent) {
            batch.push_back(std::move(piece));
        } else {
            marks.push_back(std::move(piece));
        }
    }
    pieces_ = std::move(marks);
    urgent_ = 0;
    due_ = false;
    return batch;
}

void Committer::commit(Batch batch) {
    Database& db = maintenance_.database();
    const auto before = db.total_changes();
    try {
        db.query("BEGIN IMMEDIATE").run();
        if (!run_together(db, batch)) {
            maintenance_.undo();
            db.query("BEGIN IMMEDIATE").run();
            run_pieces(db, batch);
        }
        db.query("COMMIT").run();
        if (db.total_changes() != before) ++commits_;
    } catch (const StoreError& error) {
        maintenance_.undo();
        for (auto& piece : batch) piece.failure = error;
        keep_marks(batch);
        fell_ill(error);
    }
    report(std::move(batch));
    if (well_) maintenance_.committed();
}

/// Runs all pieces without savepoints, for which SQLite copies each changed page. False if one of them failed by
/// itself, which is rare: then the transaction is rolled back and they run again.
bool Committer::run_together(Database& db, Batch& batch) {
    try {
        for (auto& piece : batch) piece.work(db);
        return true;
    } catch (const StoreError& error) {
        if (error.broken || !db.in_transaction()) throw;
        return false;
    } catch (const std::exception&) {
        return false;
    }
}

/// Runs each piece in its own savepoint. Throws if the database itself fails; then the transaction must be rolled back.
void Committer::run_pieces(Database& db, Batch& batch) {
    for (auto& piece : batch) {
        db.query("SAVEPOINT piece").run();
        try {
            piece.work(db);
        } catch (const StoreError& error) {
            if (error.broken || !db.in_transaction()) throw;
            piece.failure = error;
        } catch (const std::exception& error) {
            piece.failure = StoreError(std::string("store: ") + error.what());
        }
        if (piece.failure) {
            db.query("ROLLBACK TO piece").run();
            if (!piece.urgent) log::error("store: a mark could not be written: {}", piece.failure->what());
        }
        db.query("RELEASE piece").run();
    }
}

/// later() pieces of a failed transaction go back to the front, in their order: they are still true.
void Committer::keep_marks(Batch& batch) {
    const std::lock_guard lock(mutex_);
    for (auto piece = batch.rbegin(); piece != batch.rend(); ++piece) {
        if (piece->urgent) continue;
        piece->failure.reset();
        pieces_.push_front(std::move(*piece));
        piece->work = nullptr;
    }
    std::erase_if(batch, [](const Piece& piece) { return !piece.urgent; });
}

/// Calls `done` of all pieces on the loop, in order, in one go. The pieces are destroyed there too: their captures
/// belong to the loop.
void Committer::report(Batch batch) {
    for (auto& piece : batch) {
        if (piece.waited) piece.done(std::move(piece.failure));
    }
    std::erase_if(batch, [](const Piece& piece) { return piece.waited || !piece.urgent; });
    if (batch.empty()) return;
    post_([batch = std::make_shared<Batch>(std::move(batch))] {
        for (auto& piece : *batch) {
            if (piece.done) piece.done(std::move(piece.failure));
        }
    });
}

void Committer::fell_ill(const StoreError& error) {
    maintenance_.failed(error);
    well_ = false;
    log::error("store: {}", error.what());
    tell(false, error.what());
}

void Committer::recover() {
    if (!maintenance_.recover()) return;
    well_ = true;
    log::warn("store: well_ again");
    tell(true, "");
}

void Committer::tell(bool is_well, const std::string& why) {
    std::function<void(bool, const std::string&)> listener;
    {
        const std::lock_guard lock(mutex_);
        listener = health_;
    }
    if (listener) post_([listener = std::move(listener), is_well, why] { listener(is_well, why); });
}

void Committer::on_health(std::function<void(bool well_, const std::string& why)> listener) {
    const std::lock_guard lock(mutex_);
    health_ = std::move(listener);
}

std::size_t Committer::waiting() const {
    const std::lock_guard lock(mutex_);
    return pieces_.size();
}

}  // namespace gateway
