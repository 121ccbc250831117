// The program: the command line, and `serve` with signals, watchdog and control socket around the Gateway.
//
// SIGTERM and SIGINT stop (a second one at once), SIGHUP reloads. The exit codes are in gateway/daemon/cli.h.

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>

#include "coi/crypt/confined.h"
#include "coi/crypt/deadlines.h"
#include "config/config.h"
#include "gateway/daemon/cli.h"
#include "gateway/daemon/cli_table.h"
#include "gateway/daemon/control.h"
#include "gateway/daemon/gateway.h"
#include "gateway/daemon/heartbeat.h"
#include "gateway/daemon/memory.h"
#include "gateway/daemon/systemd.h"
#include "gateway/log.h"

namespace {

namespace asio = boost::asio;
using namespace gateway;

// Limits for a process with secrets and many sockets.
void prepare_process() {
    umask(077);
    memory::give_large_buffers_back();
    std::signal(SIGPIPE, SIG_IGN);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);  // a core dump would contain passwords
    prctl(PR_SET_DUMPABLE, 0);         // so does the memory: only root may attach a debugger
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;  // two connections per linked mailbox
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

class Service {
  public:
    Service(std::string config_file, config::Config config, coi::Confined& confined);
    /// False if the gateway ended by itself.
    bool run();

  private:
    void await_signal();
    void stop();
    void lost();
    void reload();
    void keep_alive();
    void serving();
    std::map<std::string, Control::Verb> verbs();

    std::string config_file_;
    const config::Config config_;  // as it was at the start
    coi::Confined& confined_;
    asio::io_context io_{1};
    asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
    asio::steady_timer alive_{io_};
    Control control_;
    std::unique_ptr<Gateway> gateway_;
    bool stopping_ = false, lost_ = false;
};

// The control socket is opened first: there a second gateway fails before it opens the store.
Service::Service(std::string config_file, config::Config config, coi::Confined& confined)
    : config_file_(std::move(config_file)), config_(std::move(config)), confined_(confined), control_(io_, verbs()) {
    confined_.on_lost = [this] { asio::post(io_, [this] { lost(); }); };  // from a worker's thread
    control_.listen(config_.control.socket);
    gateway_ = std::make_unique<Gateway>(io_, config_);
}

std::map<std::string, Control::Verb> Service::verbs() {
    std::map<std::string, Control::Verb> verbs;
    for (const std::string verb :
         {"account.add", "account.list", "account.show", "account.remove", "queue.list", "queue.retry", "queue.drop"}) {
        verbs[verb] = [this, verb](boost::json::object in, Control::Answer answer) {
            gateway_->command(verb, std::move(in), std::move(answer));
        };
    }
    verbs["loop.heartbeat"] = [this](const boost::json::object& in, const Control::Answer& answer) {
        const auto* length = in.if_contains("milliseconds");
        if (!length || !length->is_int64()) return answer({{"error", "for how many milliseconds?"}});
        heartbeat::measure(io_, std::chrono::milliseconds(length->as_int64()),
                           [answer](const heartbeat::Figures& figures) { answer(figures.print()); });
    };
    return verbs;
}

bool Service::run() {
    gateway_->on_ready = [this] { serving(); };
    await_signal();
    keep_alive();
    gateway_->start();
    io_.run();
    return !lost_;
}

void Service::serving() {
    if (stopping_) return;
    const auto& server = config_.xmpp.server;
    log::info("coigate {} serves {}; the Jabber server is {}:{}", COIGATE_VERSION, config_.xmpp.component, server.host,
              server.port);
    systemd::status(fmt::format("Serving {}; connecting to the Jabber server at {}:{}", config_.xmpp.component,
                                server.host, server.port));
    memory::release_code();
    systemd::ready();
}

void Service::await_signal() {
    signals_.async_wait([this](const boost::system::error_code& failed, int signal) {
        if (failed) return;
        if (signal == SIGHUP) {
            reload();
        } else if (stopping_) {
            log::warn("stopped at once; what was under way is tried again at the next start");
            std::_Exit(exit_failed);
        } else {
            stop();
        }
        await_signal();
    });
}

void Service::stop() {
    stopping_ = true;
    log::info("stopping");
    systemd::stopping();
    control_.stop();
    gateway_->stop([this] {
        confined_.stop();  // no thread waits for its running work
        io_.stop();
    });
}

/// Nothing can be encrypted or decrypted any more: the service manager has to restart the gateway.
void Service::lost() {
    if (stopping_) return;
    log::error("the process from which those for OpenPGP are started has ended; so does coigate");
    lost_ = true;
    stop();
}

void Service::reload() {
    if (stopping_) return;
    systemd::reloading();
    auto loaded = config::load(config_file_);
    if (const auto* problems = std::get_if<1>(&loaded)) {
        for (const auto& problem : *problems) log::error("{}", problem.print());
        log::error("nothing was reloaded: the configuration has problems");
    } else {
        const auto& wanted = std::get<0>(loaded);
        log::set_level(wanted.log.level);
        for (const auto& line : gateway_->reload(wanted)) log::info("{}", line);
    }
    systemd::ready();
}

// Twice as often as the manager asks for: if the loop is blocked, this stops and the manager restarts the gateway.
void Service::keep_alive() {
    const auto interval = systemd::watchdog();
    if (!interval) return;
    systemd::alive();
    alive_.expires_after(*interval / 2);
    alive_.async_wait([this](const boost::system::error_code& failed) {
        if (!failed) keep_alive();
    });
}

int serve(const std::string& config_file) {
    prepare_process();
    // Made before any thread or secret exists; outlives all users.
    std::optional<coi::Confined> confined;
    try {
        confined.emplace(coi::openpgp::confined_work);
    } catch (const std::system_error& error) {
        terminal().err << error.what() << '\n';
        return exit_failed;
    }
    auto loaded = config::load(config_file);
    if (const auto* problems = std::get_if<1>(&loaded)) {
        print_problems(terminal().err, *problems);
        return exit_config;
    }
    log::open();
    log::set_level(std::get<0>(loaded).log.level);
    for (const auto& remark : std::get<0>(loaded).remarks) log::warn("{}", remark.print());
    try {
        if (!Service(config_file, std::get<0>(std::move(loaded)), *confined).run()) return exit_failed;
    } catch (const std::runtime_error& error) {
        log::error("{}", error.what());
        return exit_failed;
    }
    log::info("stopped");
    return exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return run_command_line(argc, argv, terminal(), serve); }
