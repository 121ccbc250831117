// The store over SQLite; see store.h.

#include "gateway/store/store.h"

#include <future>
#include <string_view>
#include <utility>

#include "gateway/store/sqlite/committer.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway {
namespace {

std::string path_of(const std::string& url) {
    constexpr std::string_view scheme = "sqlite:";
    if (!url.starts_with(scheme) || url.size() == scheme.size()) {
        throw StoreError("[store] url is \"" + url +
                         "\": write sqlite: and a path, as in sqlite:/var/lib/coigate/coigate.db");
    }
    return url.substr(scheme.size());
}

}  // namespace

Store::Store(const std::string& url, Seal seal, Post post)
    : committer_(std::make_shared<Committer>(path_of(url), std::move(seal), std::move(post))) {
    committer_->start();
}

Store::~Store() { committer_->stop(); }

void Store::flush(Committed done) {
    Transactions(*this).commit([](Database&) {}, std::move(done));
}

const Seal& Store::seal() const { return committer_->seal(); }
bool Store::well() const { return committer_->well(); }
std::uint64_t Store::commits() const { return committer_->commits(); }
std::size_t Store::waiting() const { return committer_->waiting(); }

void Store::on_health(std::function<void(bool well, const std::string& why)> listener) {
    committer_->on_health(std::move(listener));
}

void Transactions::commit(Work work, Store::Committed done) { add(std::move(work), std::move(done), false); }

void Transactions::add(Work work, Store::Committed done, bool reads) {
    store_.committer_->add({.work = std::move(work), .done = std::move(done), .reads = reads});
}

void Transactions::later(Work work) { store_.committer_->add({.work = std::move(work), .done = {}, .urgent = false}); }

void Transactions::wait_for(const Work& work, bool reads) {
    std::promise<Store::Failure> promise;
    auto outcome = promise.get_future();
    store_.committer_->add({.work = work,
                            .done = [&promise](Store::Failure failure) { promise.set_value(std::move(failure)); },
                            .waited = true,
                            .reads = reads});
    if (auto failure = outcome.get()) throw *failure;
}

}  // namespace gateway
