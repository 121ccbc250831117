// A real Dovecot on loopback, as a process of its own (dovecot_peer.py), and another mail program of its user.
//
// Invariant: where no Dovecot can be started the test fails; when a Dovecot is destroyed its processes have ended.

#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "coi/net/stream.h"
#include "tests/support/tls_peer.h"

namespace support {

/// The program dovecot_peer.py: one line in, one line out. Ends with this object.
class DovecotProgram {
  public:
    explicit DovecotProgram(const Certificate& own) {
        char folder[] = "/tmp/coigate-dovecot-XXXXXX";
        if (!::mkdtemp(folder)) throw std::runtime_error("no temporary folder");
        folder_ = folder;
        std::string python = "/usr/bin/python3", no_cache = "-B", script = TESTS_DIR "/support/dovecot_peer.py",
                    certificate = folder_ + "/certificate.pem", key = folder_ + "/key.pem";
        write_pem(own, certificate, key);
        int in[2], back[2];
        if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(back, O_CLOEXEC) != 0) throw std::runtime_error("no pipes");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, back[1], 1);
        char* arguments[] = {python.data(), no_cache.data(), script.data(), certificate.data(), key.data(), nullptr};
        if (::posix_spawn(&process_, python.c_str(), &actions, nullptr, arguments, environ) != 0)
            throw std::runtime_error("python3 does not start");
        posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(back[1]);
        to_ = ::fdopen(in[1], "w");
        from_ = ::fdopen(back[0], "r");
    }
    ~DovecotProgram() {
        std::fclose(to_);  // the end of its input is its end
        std::fclose(from_);
        ::waitpid(process_, nullptr, 0);
        std::filesystem::remove_all(folder_);
    }
    DovecotProgram(const DovecotProgram&) = delete;
    DovecotProgram& operator=(const DovecotProgram&) = delete;

    void write(const std::string& line) {
        std::fputs((line + "\n").c_str(), to_);
        std::fflush(to_);
    }
    /// Throws what went wrong there.
    boost::json::object read() {
        std::string line;
        for (int c = std::fgetc(from_); c != EOF && c != '\n'; c = std::fgetc(from_)) line += static_cast<char>(c);
        if (line.empty()) throw std::runtime_error("dovecot_peer.py has died");
        auto said = boost::json::parse(line).as_object();
        if (const auto* error = said.if_contains("error")) throw std::runtime_error(std::string(error->as_string()));
        return said;
    }

  private:
    std::string folder_;  // of the certificate
    pid_t process_ = 0;
    FILE* to_ = nullptr;
    FILE* from_ = nullptr;
};

class Dovecot {
  public:
    Dovecot() {
        const auto ports = program_.read();
        imap_ = ports.at("imap").to_number<std::uint16_t>();
        imaps_ = ports.at("imaps").to_number<std::uint16_t>();
    }

    const Authority& ca() const { return ca_; }
    coi::net::Endpoint tls() const { return {"localhost", imaps_, coi::net::Security::tls}; }
    coi::net::Endpoint starttls() const { return {"localhost", imap_, coi::net::Security::starttls}; }
    coi::net::Login login() const { return {"romeo@mail.test", "secret", false}; }

    /// Another mail program of the user's does it: a function of Python's imaplib. Gives what it gives, as Python
    /// writes it.
    std::string other(std::initializer_list<std::string> words) {
        program_.write(boost::json::serialize(boost::json::array(words.begin(), words.end())));
        const auto done = program_.read().at("done");
        return done.is_string() ? std::string(done.as_string()) : "";
    }

  private:
    Authority ca_{"Test CA"};
    DovecotProgram program_{ca_.issue({"localhost"})};
    std::uint16_t imap_ = 0, imaps_ = 0;
};

}  // namespace support
