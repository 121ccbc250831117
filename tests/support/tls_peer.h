// A mail server of a few lines on loopback, with real TLS and certificates that are made on the spot.
//
//     Authority ca("Test CA");
//     LineServer server(ca.issue({.name = "localhost"}), LineServer::Begin::tls, "220 hi\r\n", answer);
//
// The server runs on a thread of its own with blocking calls, so that nothing of it shares code or a loop with what is
// tested. Invariant: when a LineServer is destroyed its connections are closed and its thread has ended.

#pragma once

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace support {

struct OpensslFree {
    void operator()(X509* x) const { X509_free(x); }
    void operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); }
    void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
    void operator()(SSL* s) const { SSL_free(s); }
};

/// A certificate with its key.
struct Certificate {
    std::shared_ptr<X509> certificate;
    std::shared_ptr<EVP_PKEY> key;
};

/// A certificate authority that lives as long as the test.
class Authority {
  public:
    struct Wish {
        std::string name;                // a DNS name or an address
        long from_day = -1, to_day = 1;  // counted from now
    };
    explicit Authority(const std::string& name) {
        self_ = make({name}, nullptr);
        char path[] = "/tmp/coigate-ca-XXXXXX";
        const int fd = ::mkstemp(path);
        if (fd < 0) throw std::runtime_error("no temporary file");
        file_ = path;
        std::FILE* out = ::fdopen(fd, "w");
        PEM_write_X509(out, self_.certificate.get());
        std::fclose(out);
    }
    ~Authority() { std::filesystem::remove(file_); }
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;

    Certificate issue(const Wish& wish) const { return make(wish, &self_); }
    /// A PEM file with the authority's certificate.
    const std::string& file() const { return file_; }

  private:
    static Certificate make(const Wish& wish, const Certificate* issuer) {
        Certificate made;
        made.key = {EVP_EC_gen("P-256"), OpensslFree{}};
        made.certificate = {X509_new(), OpensslFree{}};
        X509* x = made.certificate.get();
        static std::atomic<long> serial = 1;
        X509_set_version(x, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
        X509_gmtime_adj(X509_getm_notBefore(x), wish.from_day * 86400);
        X509_gmtime_adj(X509_getm_notAfter(x), wish.to_day * 86400);
        X509_set_pubkey(x, made.key.get());
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1, -1, 0);
        X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer->certificate.get() : x));
        add(x, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
        unsigned char address[16];
        const bool literal = ::inet_pton(AF_INET, wish.name.c_str(), address) == 1 ||
                             ::inet_pton(AF_INET6, wish.name.c_str(), address) == 1;
        if (issuer) add(x, NID_subject_alt_name, (literal ? "IP:" : "DNS:") + wish.name);
        X509_sign(x, issuer ? issuer->key.get() : made.key.get(), EVP_sha256());
        return made;
    }
    static void add(X509* x, int what, const std::string& value) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
        if (!extension) throw std::runtime_error("no extension " + value);
        X509_add_ext(x, extension, -1);
        X509_EXTENSION_free(extension);
    }

    Certificate self_;
    std::string file_;
};

/// Writes a certificate and its key into PEM files, which everybody may read.
inline void write_pem(const Certificate& what, const std::string& certificate, const std::string& key) {
    std::FILE* out = std::fopen(certificate.c_str(), "w");
    PEM_write_X509(out, what.certificate.get());
    std::fclose(out);
    out = std::fopen(key.c_str(), "w");
    PEM_write_PrivateKey(out, what.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
}

/// Answers lines on 127.0.0.1. `answer` makes the reply to each line (without CRLF); a reply that begins with "TLS" is
/// given without these letters, and then the handshake is awaited; one that is "CLOSE" ends the connection, "" says
/// nothing.
class LineServer {
  public:
    enum class Begin { clear, tls };
    using Answer = std::function<std::string(const std::string& line)>;

    LineServer(const Certificate& certificate, Begin begin, std::string greeting, Answer answer, int tls_version = 0)
        : begin_(begin),
          greeting_(std::move(greeting)),
          answer_(std::move(answer)),
          context_(SSL_CTX_new(TLS_server_method())) {
        SSL_CTX_use_certificate(context_.get(), certificate.certificate.get());
        SSL_CTX_use_PrivateKey(context_.get(), certificate.key.get());
        if (tls_version) {
            SSL_CTX_set_security_level(context_.get(), 0);  // old versions are refused above it
            SSL_CTX_set_min_proto_version(context_.get(), tls_version);
            SSL_CTX_set_max_proto_version(context_.get(), tls_version);
        }
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 || ::pipe(stop_) != 0) {
            throw std::runtime_error("no loopback port");
        }
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~LineServer() {
        [[maybe_unused]] const auto written = ::write(stop_[1], "x", 1);
        thread_.join();
        for (int fd : {listener_, stop_[0], stop_[1]}) ::close(fd);
    }
    LineServer(const LineServer&) = delete;
    LineServer& operator=(const LineServer&) = delete;

    std::uint16_t port() const { return port_; }
    int connections() const { return connections_; }
    int resumed() const { return resumed_; }
    /// Every line heard so far.
    std::vector<std::string> heard() const {
        const std::lock_guard lock(mutex_);
        return heard_;
    }

  private:
    void serve() {
        while (wait(listener_)) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) continue;
            ++connections_;
            talk(fd);
            ::close(fd);
        }
    }
    /// False when the server is to stop.
    bool wait(int fd) const {
        pollfd both[2] = {{fd, POLLIN, 0}, {stop_[0], POLLIN, 0}};
        return ::poll(both, 2, -1) > 0 && both[1].revents == 0;
    }
    void talk(int fd) {
        std::unique_ptr<SSL, OpensslFree> ssl;
        const auto secure = [&] {
            ssl.reset(SSL_new(context_.get()));
            SSL_set_fd(ssl.get(), fd);
            while (wait(fd)) {
                ERR_clear_error();
                if (SSL_accept(ssl.get()) == 1) {
                    resumed_ += SSL_session_reused(ssl.get());
                    return true;
                }
                return false;
            }
            return false;
        };
        const auto say = [&](const std::string& words) {
            if (words.empty()) return true;
            if (ssl) return SSL_write(ssl.get(), words.data(), static_cast<int>(words.size())) > 0;
            return ::send(fd, words.data(), words.size(), MSG_NOSIGNAL) > 0;
        };
        if (begin_ == Begin::tls && !secure()) return;
        if (!say(greeting_)) return;
        std::string in;
        char buffer[4096];
        while ((ssl && SSL_pending(ssl.get()) > 0) || wait(fd)) {
            const auto count = ssl ? SSL_read(ssl.get(), buffer, sizeof buffer)
                                   : static_cast<int>(::recv(fd, buffer, sizeof buffer, 0));
            if (count <= 0) return;
            in.append(buffer, static_cast<std::size_t>(count));
            for (std::size_t end; (end = in.find("\r\n")) != std::string::npos;) {
                const std::string line = in.substr(0, end);
                in.erase(0, end + 2);
                {
                    const std::lock_guard lock(mutex_);
                    heard_.push_back(line);
                }
                std::string words = answer_(line);
                if (words == "CLOSE") return;
                const bool then_tls = words.starts_with("TLS");
                if (!say(then_tls ? words.substr(3) : words)) return;
                if (then_tls && !secure()) return;
            }
        }
    }

    Begin begin_;
    std::string greeting_;
    Answer answer_;
    std::unique_ptr<SSL_CTX, OpensslFree> context_;
    int listener_ = -1, stop_[2] = {-1, -1};
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0, resumed_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::string> heard_;
    std::thread thread_;
};

/// The answers of an SMTP server that offers `offers` and takes everything.
inline LineServer::Answer easy_smtp(std::string offers = "250 AUTH PLAIN\r\n") {
    auto in_data = std::make_shared<bool>(false);
    return [offers, in_data](const std::string& line) -> std::string {
        if (*in_data) {
            if (line != ".") return "";
            *in_data = false;
            return "250 2.0.0 taken\r\n";
        }
        if (line.starts_with("EHLO")) return "250-localhost\r\n" + offers;
        if (line == "STARTTLS") return "TLS220 go\r\n";
        if (line.starts_with("AUTH")) return "235 2.7.0 welcome\r\n";
        if (line == "DATA") {
            *in_data = true;
            return "354 go\r\n";
        }
        if (line == "QUIT") return "221 bye\r\n";
        return "250 2.0.0 ok\r\n";
    };
}

}  // namespace support
