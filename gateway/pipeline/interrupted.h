// Why the way of a message ends before its last stage; thrown by a stage, caught at one place in each pipeline.

#pragma once

#include "gateway/accounts/directory.h"
#include "gateway/store/store.h"
#include "gateway/task.h"

namespace gateway {

/// The account was removed while its message waited for the store or a worker.
struct AccountGone {};
/// The store cannot be read or written now.
struct StoreUnavailable {};

/// To be asked again after each wait. Throws AccountGone.
inline const Account& account_of(Directory& directory, AccountId id) {
    const Account* account = directory.find(id);
    if (account == nullptr) throw AccountGone();
    return *account;
}

/// Until the account's contacts are in memory. Throws StoreUnavailable.
inline Task<> load(const Directory& directory, AccountId id) {
    if (directory.is_loaded(id)) co_return;
    const auto failure = co_await called_back<Store::Failure>([&](auto done) { directory.load(id, std::move(done)); });
    if (failure) throw StoreUnavailable();
}

/// What an operation of the store answers; `begin` calls it with the function that it gets. Throws StoreUnavailable.
template <class T, class Begin>
Task<T> answer_of(Begin begin) {
    auto [failure, value] = co_await called_back<Store::Failure, T>(std::move(begin));
    if (failure) throw StoreUnavailable();
    co_return std::move(value);
}

}  // namespace gateway
