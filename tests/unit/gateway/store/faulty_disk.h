// A disk that fails on command: a SQLite VFS in front of the real one, whose writes and syncs can be made to fail.
//
// Registered as the default while it lives; one at a time.

#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <stdexcept>

namespace gateway {

class FaultyDisk {
  public:
    enum class Fault { none, full, broken };

    FaultyDisk() : real_(sqlite3_vfs_find(nullptr)) {
        current_ = this;
        vfs_ = *real_;
        vfs_.zName = "faulty";
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
        vfs_.xOpen = &FaultyDisk::open;
        methods_ = {};
        methods_.iVersion = 2;
        methods_.xClose = [](sqlite3_file* file) { return inner(file)->pMethods->xClose(inner(file)); };
        methods_.xRead = [](sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
            return inner(file)->pMethods->xRead(inner(file), into, size, at);
        };
        methods_.xWrite = [](sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
            const int fault = current_->next();
            if (fault != SQLITE_OK) return fault;
            if (!current_->grow(length(file), at + size)) return SQLITE_FULL;
            return inner(file)->pMethods->xWrite(inner(file), from, size, at);
        };
        methods_.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
            current_->used_ -= length(file) - size;
            return inner(file)->pMethods->xTruncate(inner(file), size);
        };
        methods_.xSync = [](sqlite3_file* file, int flags) {
            const int fault = current_->next();
            return fault != SQLITE_OK ? fault : inner(file)->pMethods->xSync(inner(file), flags);
        };
        methods_.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
            return inner(file)->pMethods->xFileSize(inner(file), size);
        };
        methods_.xLock = [](sqlite3_file* file, int level) { return inner(file)->pMethods->xLock(inner(file), level); };
        methods_.xUnlock = [](sqlite3_file* file, int level) {
            return inner(file)->pMethods->xUnlock(inner(file), level);
        };
        methods_.xCheckReservedLock = [](sqlite3_file* file, int* out) {
            return inner(file)->pMethods->xCheckReservedLock(inner(file), out);
        };
        methods_.xFileControl = [](sqlite3_file* file, int op, void* arg) {
            return inner(file)->pMethods->xFileControl(inner(file), op, arg);
        };
        methods_.xSectorSize = [](sqlite3_file* file) { return inner(file)->pMethods->xSectorSize(inner(file)); };
        methods_.xDeviceCharacteristics = [](sqlite3_file* file) {
            return inner(file)->pMethods->xDeviceCharacteristics(inner(file));
        };
        methods_.xShmMap = [](sqlite3_file* file, int page, int size, int extend, void volatile** out) {
            return inner(file)->pMethods->xShmMap(inner(file), page, size, extend, out);
        };
        methods_.xShmLock = [](sqlite3_file* file, int offset, int count, int flags) {
            return inner(file)->pMethods->xShmLock(inner(file), offset, count, flags);
        };
        methods_.xShmBarrier = [](sqlite3_file* file) { inner(file)->pMethods->xShmBarrier(inner(file)); };
        methods_.xShmUnmap = [](sqlite3_file* file, int remove) {
            return inner(file)->pMethods->xShmUnmap(inner(file), remove);
        };
        if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) throw std::runtime_error("vfs");
    }
    FaultyDisk(const FaultyDisk&) = delete;
    ~FaultyDisk() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real_, 1);
        current_ = nullptr;
    }

    /// From the `after`-th write or sync on, all fail until it is well again.
    void fail(Fault fault, int after = 0) {
        left_ = after;
        fault_ = fault;
    }
    void heal() { fault_ = Fault::none; }
    /// From now on the files may grow by so many bytes in all; what is cut off a file counts for them again.
    void leave_room(sqlite3_int64 bytes) {
        used_ = 0;
        room_ = bytes;
    }
    /// Writes and syncs so far: the steps at which a test can fail it.
    int steps() const { return steps_; }

  private:
    struct File {
        sqlite3_file base;
        sqlite3_file* inner;
    };
    static sqlite3_file* inner(sqlite3_file* file) { return reinterpret_cast<File*>(file)->inner; }

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
        auto* ours = reinterpret_cast<File*>(file);
        ours->inner = reinterpret_cast<sqlite3_file*>(ours + 1);
        const int code = current_->real_->xOpen(current_->real_, name, ours->inner, flags, out_flags);
        ours->base.pMethods = code == SQLITE_OK ? &current_->methods_ : nullptr;
        return code;
    }

    static sqlite3_int64 length(sqlite3_file* file) {
        sqlite3_int64 size = 0;
        inner(file)->pMethods->xFileSize(inner(file), &size);
        return size;
    }
    /// False if a file may not grow from `now` to `wanted` bytes.
    bool grow(sqlite3_int64 now, sqlite3_int64 wanted) {
        const sqlite3_int64 more = wanted > now ? wanted - now : 0;
        if (more > 0 && used_ + more > room_) return false;
        used_ += more;
        return true;
    }
    int next() {
        ++steps_;
        const auto fault = fault_.load();
        if (fault == Fault::none || left_-- > 0) return SQLITE_OK;
        return fault == Fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }

    static inline FaultyDisk* current_ = nullptr;
    sqlite3_vfs* real_;
    sqlite3_vfs vfs_{};
    sqlite3_io_methods methods_{};
    std::atomic<Fault> fault_ = Fault::none;
    std::atomic<int> left_ = 0, steps_ = 0;
    std::atomic<sqlite3_int64> used_ = 0, room_ = sqlite3_int64{1} << 40;
};

}  // namespace gateway
