// The store's thread: takes what waits, runs it in one transaction, commits, and reports; see store.h.
//
// Under the mutex stand only the pieces that wait and the flags of the loop; the database belongs to the thread alone
// once it runs. A piece that fails is undone by its savepoint. When the database itself fails, the whole transaction is
// undone, every piece of it hears so, and the thread probes with a growing pause (recover) until a write succeeds.

#include "gateway/store/store.h"

#include <algorithm>
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

namespace gateway {
namespace {

using namespace std::chrono_literals;

constexpr auto ride_time = 20ms;                            // how long a mark waits for a commit to ride with
constexpr auto idle_time = 1s;                              // then the log is truncated
constexpr std::size_t most_at_once = 1000;                  // pieces of one commit: bounds its time
constexpr std::int64_t large_log = 8 * 1024 * 1024;         // then the log is rewound even when there is work
constexpr auto first_pause = 50ms, longest_pause = 2000ms;  // between probes of a store that is not well

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
        Work work;
        std::function<void(Failure)> done;
        bool urgent = true;   // false: given to later()
        bool waited = false;  // `done` runs on the store's thread: now() waits for it, maybe on the loop's own
        Failure failure{};
    };
    using Batch = std::vector<Piece>;
    using Lock = std::unique_lock<std::mutex>;

    const std::string path;
    const Seal seal;
    const Post post;
    std::unique_ptr<Database> db;

    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Piece> pieces;
    std::size_t urgent = 0;  // of `pieces`
    bool asked = false;      // the loop, to say when its turn is over
    bool due = false;        // it is: what is urgent waits for nothing more
    bool ending = false;
    std::function<void(bool, const std::string&)> on_health;

    std::atomic<bool> well = true;
    std::atomic<std::uint64_t> commits = 0;

    // Of the thread alone.
    StoreError trouble{""};
    int probes = 0;              // that failed since the last commit
    bool log_used = true;        // since the last truncation
    std::int64_t tried_log = 0;  // size of the log when rewinding it failed
    std::thread thread;

    State(const std::string& url, Seal seal_, Post post_)
        : path(path_of(url)),
          seal(std::move(seal_)),
          post(std::move(post_)),
          db(std::make_unique<Database>(path, seal)) {}

    void add(Piece piece);
    void run();
    Batch take_urgent(Lock&);
    Batch take(Lock&);
    void commit(Batch);
    bool run_together(Batch&);
    void run_pieces(Batch&);
    void undo() noexcept;
    void keep_marks(Batch&);
    void report(Batch);
    void fell_ill(const StoreError&);
    void recover();
    void give_log_back();
    void probe();
    void tell(bool is_well, const std::string& why);
    void rewind_large_log();
    void tidy();
    bool wait_for_work(Lock&);
    void nurse(Lock&);
};

/// What one turn of the loop gives is one commit: the thread is woken when the turn is over. A mark beside others
/// changes nothing for it: it would only wake and sleep again.
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

/// Blocks until there is something to commit (true) or the end has come and nothing waits (false).
bool Store::State::wait_for_work(Lock& lock) {
    const auto hurry = [this] { return due || ending; };
    const auto anything = [this] { return due || pieces.size() > urgent || ending; };
    if (log_used && !wake.wait_for(lock, idle_time, anything)) {
        lock.unlock();
        tidy();
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
    for (auto& piece : rest) piece.failure = trouble;
    report(std::move(rest));
    tidy();
    log::info("store: closed after {} commits", commits.load());
}

/// While the store is not well: what comes fails at once, and after a pause the database is tried again.
void Store::State::nurse(Lock& lock) {
    const auto pause = std::min<std::chrono::milliseconds>(first_pause * (1 << std::min(probes, 6)), longest_pause);
    const auto until = std::chrono::steady_clock::now() + pause;
    while (!ending && wake.wait_until(lock, until, [this] { return urgent > 0 || ending; }) && urgent > 0) {
        auto refused = take_urgent(lock);
        lock.unlock();
        for (auto& piece : refused) piece.failure = trouble;
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
    const auto before = db->total_changes();
    try {
        db->query("BEGIN IMMEDIATE").run();
        if (!run_together(batch)) {
            undo();
            db->query("BEGIN IMMEDIATE").run();
            run_pieces(batch);
        }
        db->query("COMMIT").run();
        if (db->total_changes() != before) ++commits;
        log_used = true;
        probes = 0;
    } catch (const StoreError& error) {
        undo();
        for (auto& piece : batch) piece.failure = error;
        keep_marks(batch);
        fell_ill(error);
    }
    report(std::move(batch));
    if (well) rewind_large_log();
}

/// All pieces without savepoints, for which SQLite copies each page that is changed. False if one of them failed by
/// itself, which is rare: then nothing of them is kept, and they run anew.
bool Store::State::run_together(Batch& batch) {
    try {
        for (auto& piece : batch) piece.work(*db);
        return true;
    } catch (const StoreError& error) {
        if (error.broken || !db->in_transaction()) throw;
        return false;
    } catch (const std::exception&) {
        return false;
    }
}

/// Each piece in its savepoint. Throws if the database itself fails; then nothing of the transaction is to be kept.
void Store::State::run_pieces(Batch& batch) {
    for (auto& piece : batch) {
        db->query("SAVEPOINT piece").run();
        try {
            piece.work(*db);
        } catch (const StoreError& error) {
            if (error.broken || !db->in_transaction()) throw;
            piece.failure = error;
        } catch (const std::exception& error) {
            piece.failure = StoreError(std::string("store: ") + error.what());
        }
        if (piece.failure) {
            db->query("ROLLBACK TO piece").run();
            if (!piece.urgent) log::error("store: a mark could not be written: {}", piece.failure->what());
        }
        db->query("RELEASE piece").run();
    }
}

void Store::State::undo() noexcept {
    try {
        if (db != nullptr && db->in_transaction()) db->execute("ROLLBACK");
    } catch (const std::exception& error) {
        log::warn("store: rollback: {}", error.what());
    }
}

/// Marks of a failed transaction go back to the front, in their order: what they say is still true.
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

/// `done` of all pieces on the loop, in order, in one go. Pieces end there too: what they captured is the loop's.
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
    trouble = error;
    well = false;
    log::error("store: {}", error.what());
    tell(false, error.what());
}

void Store::State::recover() {
    try {
        // A full disk heals under the open connection, and only there is a commit that failed at its sync surely
        // undone. What else went wrong may need the file to be opened again.
        if (!trouble.full && probes >= 2 && path != ":memory:") {
            db.reset();
            db = std::make_unique<Database>(path, seal);
            db->check_integrity();
        }
        if (trouble.full) give_log_back();
        probe();
    } catch (const StoreError& error) {
        undo();
        trouble = error;
        ++probes;
        return;
    }
    well = true;
    log::warn("store: well again");
    tell(true, "");
}

/// The log itself may be what fills the disk. Where its pages have their place in the database already, moving them needs
/// no space, and the log is cut.
void Store::State::give_log_back() {
    try {
        if (db) db->cut_log();
    } catch (const StoreError&) {  // it needs space: the probe will say so
    }
}

/// Writes some pages and takes them back into the log: succeeds only if messages could be written too.
void Store::State::probe() {
    if (db == nullptr) db = std::make_unique<Database>(path, seal);
    db->execute("BEGIN IMMEDIATE");
    db->query(
          "INSERT INTO setting (name, value) VALUES ('probe', zeroblob(262144)) "
          "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .run();
    db->execute("COMMIT");
    db->query("DELETE FROM setting WHERE name = 'probe'").run();
    db->rewind_log();
}

void Store::State::tell(bool is_well, const std::string& why) {
    std::function<void(bool, const std::string&)> listener;
    {
        const std::lock_guard lock(mutex);
        listener = on_health;
    }
    if (listener) post([listener = std::move(listener), is_well, why] { listener(is_well, why); });
}

void Store::State::rewind_large_log() {
    if (db->log_bytes() < large_log + tried_log) return;
    try {
        tried_log = db->rewind_log() ? 0 : db->log_bytes();
    } catch (const StoreError& error) {  // nothing is lost: the log holds it all and grows on
        tried_log = db->log_bytes();
        log::warn("store: {}", error.what());
    }
}

void Store::State::tidy() {
    log_used = false;
    if (db == nullptr || !well) return;
    try {
        db->checkpoint();
        tried_log = 0;
    } catch (const StoreError& error) {  // the next commit will find out whether it is serious
        log::warn("store: {}", error.what());
    }
}

const Seal& Store::seal() const { return state_->seal; }

Store::Store(const std::string& url, Seal seal, Post post)
    : state_(std::make_shared<State>(url, std::move(seal), std::move(post))) {
    // Signals are the loop's: the thread is born with all of them blocked.
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

void Store::commit(Work work, std::function<void(Failure)> done) {
    state_->add({std::move(work), std::move(done), true});
}

void Store::later(Work work) { state_->add({std::move(work), {}, false}); }

void Store::now(const Work& work) {
    std::promise<Failure> promise;
    auto outcome = promise.get_future();
    state_->add({work, [&promise](Failure failure) { promise.set_value(std::move(failure)); }, true, true});
    if (auto failure = outcome.get()) throw *failure;
}

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
