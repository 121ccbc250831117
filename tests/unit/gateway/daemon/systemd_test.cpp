// gateway/daemon/systemd: datagrams to the service manager, which never hold up the loop.

#include "gateway/daemon/systemd.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>

namespace gateway {
namespace {

/// A service manager with a queue of its own.
class Listener {
  public:
    explicit Listener(const std::string& name) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path + 1, name.size());  // abstract
        descriptor_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
        EXPECT_EQ(0, bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), length));
        setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
    }
    ~Listener() {
        unsetenv("NOTIFY_SOCKET");
        close(descriptor_);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    /// "" if nothing waits.
    std::string read() {
        std::array<char, 1000> bytes;
        const auto length = recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
        return length < 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(length));
    }

  private:
    int descriptor_;
};

TEST(Notify, TheManagerHearsUs) {
    Listener manager("coigate-notify-hears-" + std::to_string(getpid()));
    systemd::ready();
    systemd::status("two\nlines");
    EXPECT_EQ("READY=1", manager.read());
    EXPECT_EQ("STATUS=two\\x0alines", manager.read());
    systemd::alive();
    EXPECT_EQ("WATCHDOG=1", manager.read());
}

TEST(Notify, AManagerThatDoesNotReadHoldsNobodyUp) {
    Listener manager("coigate-notify-deaf-" + std::to_string(getpid()));
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 3000; ++i) systemd::alive();  // a queue of the kernel's holds some hundred
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
    EXPECT_EQ("WATCHDOG=1", manager.read());
    for (int i = 0; i < 10; ++i) systemd::alive();  // it is full again
    systemd::ready();
    std::string last;
    for (std::string next = manager.read(); !next.empty(); next = manager.read()) last = next;
    EXPECT_EQ("WATCHDOG=1", last);
    systemd::alive();
    EXPECT_EQ("READY=1", manager.read());  // what it has to know is not lost
    EXPECT_EQ("WATCHDOG=1", manager.read());
}

TEST(Notify, WithoutAManagerNothingHappens) {
    unsetenv("NOTIFY_SOCKET");
    systemd::ready();
    setenv("NOTIFY_SOCKET", "relative", 1);
    systemd::ready();
    setenv("NOTIFY_SOCKET", ("/" + std::string(500, 'x')).c_str(), 1);
    systemd::ready();
    unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace gateway
