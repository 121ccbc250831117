// The store's thread: takes the waiting pieces of work, runs them in one transaction, commits, and reports; see
// store.h and sqlite/transactions.h.
//
// The mutex protects only the waiting pieces and the loop's flags; the database belongs to the thread once it runs. A
// piece that fails is rolled back to its savepoint. If the database itself fails, the whole transaction is rolled back,
// all its pieces fail, and the thread retries with a growing pause (recover) until a write succeeds.

#include "gateway/store/store.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/log.h"
#include "gateway/store/sqlite/maintenance.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

constexpr auto ride_time = 20ms;            // how long a later() piece waits for a commit to join
constexpr auto idle_time = 1s;              // then the log is truncated
constexpr std::size_t most_at_once = 1000;  // pieces of one commit: bounds its time

std::string path_of(const std::string& url) {
    constexpr std::string_view scheme = "sqlite:";
    if (!url.starts_with(scheme) || url.size() == scheme.size()) {
        throw StoreError("[store] url is \"" + url +
                         "\": write sqlite: and a path, as in sqlite:/var/lib/coigate/coigate.db");
    }
    return url.substr(scheme.size());
}

}  // namespace

struct Store::State : std::enable_shared_from_this<State> {
    struct Piece {
        Transactions::Work work;
        Committed done;
        bool urgent = true;   // false: given to later()
        bool waited = false;  // `done` runs on the store's thread: now() waits for it, perhaps on the loop's thread
        Failure failure{};
    };
    using Batch = std::vector<Piece>;
    using Lock = std::unique_lock<std::mutex>;

    const Seal seal;
    const Post post;
    Maintenance maintenance;  // only for the thread, once it runs

    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Piece> pieces;
    std::size_t urgent = 0;  // of `pieces`
    bool asked = false;      // the loop was asked to report the end of its turn
    bool due = false;        // the turn is over: urgent pieces are committed at once
    bool ending = false;
    std::function<void(bool, const std::string&)> on_health;

    std::atomic<bool> well = true;
    std::atomic<std::uint64_t> commits = 0;

    std::thread thread;

    State(const std::string& url, Seal seal_, Post post_)
        : seal(std::move(seal_)), post(std::move(post_)), maintenance(path_of(url), seal) {}

    void add(Piece piece);
    void run();
    Batch take_urgent(Lock&);
    Batch take(Lock&);
    void commit(Batch);
    static bool run_together(Database&, Batch&);
    static void run_pieces(Database&, Batch&);
    void keep_marks(Batch&);
    void report(Batch);
    void fell_ill(const StoreError&);
    void recover();
    void tell(bool is_well, const std::string& why);
    bool wait_for_work(Lock&);
    void nurse(Lock&);
};

/// All work from one turn of the loop is one commit: the thread is woken when the turn is over. A later() piece that is
/// not the only one does not wake the thread, which would only sleep again.
void Store::State::add(Piece piece) {
    const bool waited = piece.waited;
    bool ask = false, news = waited;
    {
        const std::lock_guard lock(mutex);
        if (piece.urgent && !waited) ask = !std::exchange(asked, true);
        news = news || (!piece.urgent && pieces.empty());
        due = due || waited;
        urgent += piece.urgent ? 1 : 0;
        pieces.push_back(std::move(piece));
    }
    if (news) wake.notify_one();
    if (!ask) return;
    post([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        {
            const std::lock_guard lock(self->mutex);
            self->asked = false;
            self->due = self->urgent > 0;
        }
        self->wake.notify_one();
    });
}

/// Blocks until there is something to commit (true), or the store ends and nothing waits (false).
bool Store::State::wait_for_work(Lock& lock) {
    const auto hurry = [this] { return due || ending; };
    const auto anything = [this] { return due || pieces.size() > urgent || ending; };
    if (maintenance.log_used() && !wake.wait_for(lock, idle_time, anything)) {
        lock.unlock();
        maintenance.truncate_log();
        lock.lock();
    }
    wake.wait(lock, anything);
    if (!due && !ending) wake.wait_for(lock, ride_time, hurry);
    return !pieces.empty();
}

void Store::State::run() {
    Lock lock(mutex);
    for (;;) {
        if (!well) {
            nurse(lock);
            if (!well && ending) break;
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
    for (auto& piece : rest) piece.failure = maintenance.trouble();
    report(std::move(rest));
    if (well) maintenance.truncate_log();
    log::info("store: closed after {} commits", commits.load());
}

/// While the store is not well: new work fails at once, and after a pause the database is tried again.
void Store::State::nurse(Lock& lock) {
    const auto until = std::chrono::steady_clock::now() + maintenance.pause();
    while (!ending && wake.wait_until(lock, until, [this] { return urgent > 0 || ending; }) && urgent > 0) {
        auto refused = take_urgent(lock);
        lock.unlock();
        for (auto& piece : refused) piece.failure = maintenance.trouble();
        report(std::move(refused));
        lock.lock();
    }
    lock.unlock();
    recover();
    lock.lock();
}

Store::State::Batch Store::State::take(Lock&) {
    Batch batch;
    while (!pieces.empty() && batch.size() < most_at_once) {
        urgent -= pieces.front().urgent ? 1 : 0;
        batch.push_back(std::move(pieces.front()));
        pieces.pop_front();
    }
    due = due && urgent > 0;
    return batch;
}

Store::State::Batch Store::State::take_urgent(Lock&) {
    Batch batch;
    std::deque<Piece> marks;
    for (auto& piece : pieces) {
        if (piece.urgent) {
            batch.push_back(std::move(piece));
        } else {
            marks.push_back(std::move(piece));
        }
    }
    pieces = std::move(marks);
    urgent = 0;
    due = false;
    return batch;
}

void Store::State::commit(Batch batch) {
    Database& db = maintenance.database();
    const auto before = db.total_changes();
    try {
        db.query("BEGIN IMMEDIATE").run();
        if (!run_together(db, batch)) {
            maintenance.undo();
            db.query("BEGIN IMMEDIATE").run();
            run_pieces(db, batch);
        }
        db.query("COMMIT").run();
        if (db.total_changes() != before) ++commits;
    } catch (const StoreError& error) {
        maintenance.undo();
        for (auto& piece : batch) piece.failure = error;
        keep_marks(batch);
        fell_ill(error);
    }
    report(std::move(batch));
    if (well) maintenance.committed();
}

/// Runs all pieces without savepoints, for which SQLite copies each changed page. False if one of them failed by
/// itself, which is rare: then the transaction is rolled back and they run again.
bool Store::State::run_together(Database& db, Batch& batch) {
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
void Store::State::run_pieces(Database& db, Batch& batch) {
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
void Store::State::keep_marks(Batch& batch) {
    const std::lock_guard lock(mutex);
    for (auto piece = batch.rbegin(); piece != batch.rend(); ++piece) {
        if (piece->urgent) continue;
        piece->failure.reset();
        pieces.push_front(std::move(*piece));
        piece->work = nullptr;
    }
    std::erase_if(batch, [](const Piece& piece) { return !piece.urgent; });
}

/// Calls `done` of all pieces on the loop, in order, in one go. The pieces are destroyed there too: their captures
/// belong to the loop.
void Store::State::report(Batch batch) {
    for (auto& piece : batch) {
        if (piece.waited) piece.done(std::move(piece.failure));
    }
    std::erase_if(batch, [](const Piece& piece) { return piece.waited || !piece.urgent; });
    if (batch.empty()) return;
    post([batch = std::make_shared<Batch>(std::move(batch))] {
        for (auto& piece : *batch) {
            if (piece.done) piece.done(std::move(piece.failure));
        }
    });
}

void Store::State::fell_ill(const StoreError& error) {
    maintenance.failed(error);
    well = false;
    log::error("store: {}", error.what());
    tell(false, error.what());
}

void Store::State::recover() {
    if (!maintenance.recover()) return;
    well = true;
    log::warn("store: well again");
    tell(true, "");
}

void Store::State::tell(bool is_well, const std::string& why) {
    std::function<void(bool, const std::string&)> listener;
    {
        const std::lock_guard lock(mutex);
        listener = on_health;
    }
    if (listener) post([listener = std::move(listener), is_well, why] { listener(is_well, why); });
}

const Seal& Store::seal() const { return state_->seal; }

Store::Store(const std::string& url, Seal seal, Post post)
    : state_(std::make_shared<State>(url, std::move(seal), std::move(post))) {
    // Signals are handled by the loop: the thread starts with all of them blocked.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    state_->thread = std::thread([this] { state_->run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Store::~Store() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->ending = true;
    }
    state_->wake.notify_one();
    state_->thread.join();
}

void Transactions::commit(Work work, Store::Committed done) {
    store_.state_->add({std::move(work), std::move(done), true});
}

void Transactions::later(Work work) { store_.state_->add({std::move(work), {}, false}); }

void Transactions::now(const Work& work) {
    std::promise<Store::Failure> promise;
    auto outcome = promise.get_future();
    store_.state_->add(
        {work, [&promise](Store::Failure failure) { promise.set_value(std::move(failure)); }, true, true});
    if (auto failure = outcome.get()) throw *failure;
}

void Store::flush(Committed done) {
    Transactions(*this).commit([](Database&) {}, std::move(done));
}

void Store::commit(Work work, std::function<void(Failure)> done) {
    Transactions(*this).commit(std::move(work), std::move(done));
}

void Store::later(Work work) { Transactions(*this).later(std::move(work)); }

void Store::now(const Work& work) { Transactions(*this).now(work); }

bool Store::well() const { return state_->well; }

void Store::on_health(std::function<void(bool well, const std::string& why)> listener) {
    const std::lock_guard lock(state_->mutex);
    state_->on_health = std::move(listener);
}

std::uint64_t Store::commits() const { return state_->commits; }

std::size_t Store::waiting() const {
    const std::lock_guard lock(state_->mutex);
    return state_->pieces.size();
}

}  // namespace gateway
