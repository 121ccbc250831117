// Debian's gpg with a home of its own: the other implementation that ours has to agree with.
//
// Every call is one process; what it reads and writes goes through files in that home, which ends with the object.

#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tests {

class Gnupg {
  public:
    struct Done {
        int status = -1;
        std::string out, err;  // err: what gpg says to people, and its [GNUPG:] status lines
    };

    Gnupg() {
        std::string name = (std::filesystem::temp_directory_path() / "gpg-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder for gpg");
        home_ = name;
    }
    Gnupg(const Gnupg&) = delete;
    Gnupg& operator=(const Gnupg&) = delete;
    ~Gnupg() {
        shell("gpgconf --homedir " + home_.string() + " --kill all >/dev/null 2>&1");
        std::error_code ignored;
        std::filesystem::remove_all(home_, ignored);
    }

    /// `arguments` as a shell reads them; @NAME in them is a file of that name in gpg's home.
    Done run(std::string arguments, std::string_view input = {}) const {
        write("in", input);
        for (std::size_t at = 0; (at = arguments.find(" @", at)) != std::string::npos;)
            arguments.replace(at, 2, " " + home_.string() + "/");
        const std::string at = home_.string();
        Done done;
        done.status = shell("gpg --homedir " + at + " --batch --no-tty --status-fd 2 --pinentry-mode loopback" +
                            " --passphrase '' --trust-model always " + arguments + " <" + at + "/in >" + at +
                            "/out 2>" + at + "/err");
        done.out = read("out");
        done.err = read("err");
        return done;
    }
    /// As above; throws with gpg's words if it fails.
    std::string must(const std::string& arguments, std::string_view input = {}) const {
        auto done = run(arguments, input);
        if (done.status != 0) throw std::runtime_error("gpg " + arguments + ": " + done.err);
        return done.out;
    }

    /// A key for signing and encryption that anybody's gpg makes by default today.
    void make_key(const std::string& user_id, const std::string& expiry = "0",
                  const std::string& algorithm = "future-default") const {
        must("--quick-gen-key '" + user_id + "' " + algorithm + " default " + expiry);
    }
    std::string public_key(const std::string& who) const { return must("--export '" + who + "'"); }
    std::string secret_key(const std::string& who) const { return must("--export-secret-keys '" + who + "'"); }
    void import(std::string_view key) const { must("--import", key); }

    void write(const std::string& name, std::string_view bytes) const {
        std::ofstream(home_ / name, std::ios::binary | std::ios::trunc) << bytes;
    }

    /// A file of gpg's home; "" if there is none.
    std::string read(const std::string& name) const {
        std::ifstream file(home_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

  private:
    static int shell(const std::string& command) { return std::system(command.c_str()); }
    std::filesystem::path home_;
};

}  // namespace tests
