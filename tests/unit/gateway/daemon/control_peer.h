// A control socket in a folder of its own, served by a thread, for a gateway that is a map of functions.

#pragma once

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "gateway/daemon/control.h"

namespace gateway {

class ControlRoom : public testing::Test {
  protected:
    ControlRoom() {
        char name[] = "/tmp/coigate-control-XXXXXX";
        folder_ = mkdtemp(name);
        path_ = folder_ + "/control";
    }
    ~ControlRoom() override {
        if (thread_.joinable()) {
            boost::asio::post(io_, [this] {
                control_.reset();
                io_.stop();
            });
            thread_.join();
        }
        std::filesystem::remove_all(folder_);
    }
    void serve(std::map<std::string, Control::Verb> verbs, Control::Limits limits = {}) {
        control_ = std::make_unique<Control>(io_, std::move(verbs), limits);
        control_->listen(path_);
        thread_ = std::thread([this] { io_.run(); });
    }

    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    std::unique_ptr<Control> control_;
    std::thread thread_;
    std::string folder_, path_;
};

}  // namespace gateway
