// Turns a callback into a coroutine: waits for a function that calls back once, on the event loop.

#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace gateway {

/// `start` gets the function that ends the wait, and may call it at once.
template <class T>
boost::asio::awaitable<T> wait_for(std::function<void(std::function<void(T)>)> start) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
        [](auto handler, std::function<void(std::function<void(T)>)> begin) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            begin([shared](T value) { std::move (*shared)(std::move(value)); });
        },
        boost::asio::use_awaitable, std::move(start));
}

}  // namespace gateway
