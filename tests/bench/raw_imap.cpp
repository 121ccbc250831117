// The limits that the gateway is measured against on the IMAP side: a few raw lines over OpenSSL, without any comfort.
//
// raw_imap memory PORT CA N      N idle connections                                   -> kib PER_CONNECTION
// raw_imap handshakes PORT CA N  N full, then N resumed handshakes                    -> cpu FULL_US RESUMED_US
// raw_imap latency PORT CA N     IDLE; at EXISTS: DONE, FETCH of the mail             -> fetched NS, N times

#include <openssl/ssl.h>
#include <sys/resource.h>

#include <cstring>
#include <fstream>
#include <iostream>
#include <vector>

#include "tests/bench/socket.h"

namespace {

using namespace bench;

SSL_CTX* make_context(const char* ca) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT);
    if (SSL_CTX_load_verify_locations(context, ca, nullptr) != 1) fail("CA");
    return context;
}

SSL* open_tls(SSL_CTX* context, int port, SSL_SESSION* session = nullptr) {
    SSL* tls = SSL_new(context);
    SSL_set_tlsext_host_name(tls, "localhost");
    SSL_set1_host(tls, "localhost");
    SSL_set_fd(tls, connect_to(port));
    if (session != nullptr) SSL_set_session(tls, session);
    if (SSL_connect(tls) != 1) fail("TLS handshake");
    return tls;
}

std::string read_line(SSL* tls) {
    std::string line;
    for (char c; SSL_read(tls, &c, 1) == 1;) {
        if (c == '\n') return line;
        line += c;
    }
    fail("the IMAP peer closed");
}

void write_line(SSL* tls, const std::string& line) {
    if (SSL_write(tls, (line + "\r\n").c_str(), static_cast<int>(line.size() + 2)) <= 0) fail("write");
}

void command(SSL* tls, const std::string& line) {
    write_line(tls, "t " + line);
    while (!read_line(tls).starts_with("t ")) {
    }
}

long resident_kib() {
    std::ifstream statm("/proc/self/statm");
    long all = 0, resident = 0;
    statm >> all >> resident;
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

double cpu_us() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

void memory(SSL_CTX* context, int port, int count) {
    std::vector<SSL*> open;
    long before = 0;
    for (int i = 0; i <= count; ++i) {
        open.push_back(open_tls(context, port));
        read_line(open.back());
        if (i == 0) before = resident_kib();  // what the first one loads is no cost of a connection
    }
    std::cout << "kib " << double(resident_kib() - before) / count << std::endl;
}

void handshakes(SSL_CTX* context, int port, int count) {
    SSL_SESSION* session = nullptr;
    const auto all = [&](bool resume) {
        const auto before = cpu_us();
        int resumed = 0;
        for (int i = 0; i < count; ++i) {
            SSL* tls = open_tls(context, port, resume ? session : nullptr);
            read_line(tls);  // the tickets come before it
            resumed += SSL_session_reused(tls);
            SSL_SESSION_free(session);
            session = SSL_get1_session(tls);  // in TLS 1.3 each is good for once
            SSL_set_quiet_shutdown(tls, 1);   // without a shutdown OpenSSL would not resume it
            SSL_shutdown(tls);
            ::close(SSL_get_fd(tls));
            SSL_free(tls);
        }
        if (resume && resumed != count) fail("sessions are not resumed");
        return (cpu_us() - before) / count;
    };
    const auto full = all(false);
    std::cout << "cpu " << full << " " << all(true) << std::endl;
}

void latency(SSL_CTX* context, int port, int count) {
    SSL* tls = open_tls(context, port);
    read_line(tls);
    command(tls, "LOGIN raw@mail.test secret");
    command(tls, "SELECT INBOX");
    for (int i = 0; i < count; ++i) {
        write_line(tls, "t IDLE");
        read_line(tls);
        std::cout << "idle" << std::endl;
        std::string line;
        while ((line = read_line(tls)).find("EXISTS") == std::string::npos) {
        }
        write_line(tls, "DONE");
        while (!read_line(tls).starts_with("t ")) {
        }
        command(tls, "FETCH " + line.substr(2, line.find(' ', 2) - 2) + " BODY.PEEK[]");
        std::cout << "fetched " << now_ns() << std::endl;
    }
}

}  // namespace

int main(int, char** argv) {
    SSL_CTX* context = make_context(argv[3]);
    const std::string verb = argv[1];
    const int port = std::atoi(argv[2]), count = std::atoi(argv[4]);
    if (verb == "memory") memory(context, port, count);
    if (verb == "handshakes") handshakes(context, port, count);
    if (verb == "latency") latency(context, port, count);
}
