// The store's thread: takes the waiting pieces of work, runs them in one transaction, commits, and reports.
//
// A piece that fails is rolled back to its savepoint. If the database itself fails, the whole transaction is rolled
// back, all its pieces fail, and the thread retries with a growing pause until a write succeeds. The write-ahead log is
// moved into the database and truncated when nothing waits for a second, at the end, and (without truncation) when it
// has grown large.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gateway/store/sqlite/maintenance.h"
#include "gateway/store/store.h"

namespace gateway {

class Committer : public std::enable_shared_from_this<Committer> {
  public:
    struct Piece {
        std::function<void(Database&)> work;
        Store::Committed done;
        bool urgent = true;   // false: joins the next commit
        bool waited = false;  // `done` runs on the store's thread: somebody waits for it, perhaps on the loop's thread
        bool reads = false;   // only: done also while nothing can be written
        Store::Failure failure{};
    };
    /// Opens the database. Throws as Maintenance does.
    Committer(const std::string& path, Seal seal, Store::Post post);
    void start();
    /// Commits what waits, and ends the thread.
    void stop();
    void add(Piece piece);

    const Seal& seal() const { return seal_; }
    bool well() const { return well_; }
    void on_health(std::function<void(bool well, const std::string& why)>);
    std::uint64_t commits() const { return commits_; }
    std::size_t waiting() const;

  private:
    using Batch = std::vector<Piece>;
    using Lock = std::unique_lock<std::mutex>;
    void run();
    Batch take_urgent(Lock&);
    Batch take(Lock&);
    void commit(Batch);
    static bool run_together(Database&, Batch&);
    static void run_pieces(Database&, Batch&);
    Store::Failure read_without_commit(const Piece&);
    void keep_marks(Batch&);
    void report(Batch);
    void fell_ill(const StoreError&);
    void recover();
    void tell(bool is_well, const std::string& why);
    bool wait_for_work(Lock&);
    void gather(Lock&);
    void nurse(Lock&);

    const Seal seal_;
    const Store::Post post_;
    Maintenance maintenance_;  // only for the thread, once it runs

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Piece> pieces_;
    std::size_t urgent_ = 0;  // of `pieces_`
    bool asked_ = false;      // the loop was asked to report the end of its turn
    bool due_ = false;        // the turn is over: urgent pieces are committed at once
    bool rushed_ = false;     // somebody waits for one of `pieces_`
    bool gathering_ = false;  // the thread waits for more pieces
    bool ending_ = false;
    std::size_t last_urgent_ = 0;  // urgent pieces when the last commit began
    std::chrono::steady_clock::time_point begun_{};
    std::function<void(bool, const std::string&)> health_;

    std::atomic<bool> well_ = true;
    std::atomic<std::uint64_t> commits_ = 0;

    std::thread thread_;
};

}  // namespace gateway
