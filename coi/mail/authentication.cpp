// Reading Authentication-Results; see authentication.h.

#include "coi/mail/authentication.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "coi/mail/charset.h"
#include "coi/mail/header.h"

namespace coi {

namespace {

/// "spf=pass smtp.mailfrom=a@b": the first is the method, what follows are properties.
struct Statement {
    std::string method, result;
    std::map<std::string, std::string> properties;  // "" for a repeated one
};

/// The tokens of a field [RFC 8601 §2.2]: ";" and "=" separate, other text as words, without comments and quotes.
struct Word {
    std::string text;
    char mark = 0;  // ';' or '='
};

class Words {
  public:
    explicit Words(std::string_view field) : field_(field) {}

    /// nullopt if quotes or comments do not pair, or if something stands there that no field may hold.
    std::optional<std::vector<Word>> all() {
        while (at_ < field_.size()) {
            const char c = field_[at_];
            if (is_control(c)) return std::nullopt;
            if (c == ' ' || c == '\t') {
                end_word();
                ++at_;
            } else if (c == '(') {
                end_word();
                if (!skip_comment()) return std::nullopt;
            } else if (c == '"') {
                if (!take_quoted()) return std::nullopt;
            } else if (c == ';' || (c == '=' && !in_value_)) {
                end_word();
                words_.push_back({"", c});
                in_value_ = c == '=';
                ++at_;
            } else {
                word_ += c;
                has_word_ = true;
                ++at_;
            }
        }
        end_word();
        return std::move(words_);
    }

  private:
    static bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

    void end_word() {
        if (!has_word_) return;
        words_.push_back({std::exchange(word_, {}), 0});
        has_word_ = in_value_ = false;
    }

    bool skip_comment() {
        int depth = 0;
        for (; at_ < field_.size(); ++at_) {
            if (is_control(field_[at_])) return false;
            if (field_[at_] == '\\') {
                ++at_;
            } else if (field_[at_] == '(') {
                ++depth;
            } else if (field_[at_] == ')' && --depth == 0) {
                ++at_;
                return true;
            }
        }
        return false;
    }

    bool take_quoted() {
        has_word_ = true;
        for (++at_; at_ < field_.size(); ++at_) {
            if (is_control(field_[at_])) return false;
            if (field_[at_] == '"') {
                ++at_;
                return true;
            }
            if (field_[at_] == '\\' && ++at_ == field_.size()) return false;
            word_ += field_[at_];
        }
        return false;
    }

    std::string_view field_;
    std::size_t at_ = 0;
    std::vector<Word> words_;
    std::string word_;
    bool has_word_ = false, in_value_ = false;
};

/// "name = value" pairs up to the next semicolon; nullopt for anything else but "none" and the like.
std::optional<Statement> take_statement(const std::vector<Word>& words, std::size_t& at) {
    Statement statement;
    for (; at < words.size() && words[at].mark != ';'; at += 3) {
        const bool pair =
            at + 2 < words.size() && words[at].mark == 0 && words[at + 1].mark == '=' && words[at + 2].mark == 0;
        if (!pair) return std::nullopt;
        const std::string name = lower(words[at].text), value = lower(words[at + 2].text);
        if (statement.method.empty()) {
            statement.method = name.ends_with("/1") ? name.substr(0, name.size() - 2) : name;
            statement.result = value;
        } else if (const auto [place, first] = statement.properties.emplace(name, value); !first) {
            place->second.clear();
        }
    }
    return statement;
}

/// The results of the trusted server; none if the field is another server's, or cannot be parsed as a whole.
std::vector<Statement> statements_of(std::string_view field, std::string_view trusted) {
    const auto words = Words(field).all();
    if (!words || words->empty() || words->front().mark != 0 || lower(words->front().text) != lower(trusted)) return {};
    std::size_t at = 1;
    if (at < words->size() && (*words)[at].mark == 0) {
        if ((*words)[at].text != "1") return {};  // another version of the grammar
        ++at;
    }
    std::vector<Statement> statements;
    while (at < words->size()) {
        if ((*words)[at].mark != ';') return {};
        if (++at == words->size() || (*words)[at].mark == ';') continue;
        if ((*words)[at].mark == 0 && lower((*words)[at].text) == "none" &&
            (at + 1 == words->size() || (*words)[at + 1].mark == ';')) {
            ++at;
            continue;
        }
        auto statement = take_statement(*words, at);
        if (!statement) return {};
        statements.push_back(std::move(*statement));
    }
    return statements;
}

/// The domain as Address has it, of "example.org" or "bob@example.org"; "" if there is none.
std::string domain_of(std::string_view text) {
    const auto address = parse_addr_spec("x@" + std::string(text.substr(text.rfind('@') + 1)));
    return address ? address->domain : std::string();
}

}  // namespace

Authentication authenticated(std::string_view mail, std::string_view trusted, const Address& from,
                             std::string_view envelope_sender) {
    Authentication proven;
    const auto fields = raw_fields(mail, "authentication-results");
    if (trusted.empty() || fields.empty()) return proven;
    const std::string sender = envelope_sender.empty() ? "" : domain_of(envelope_sender);
    const auto statements = statements_of(fields.front(), trusted);
    const bool one_dmarc = std::ranges::count(statements, "dmarc", &Statement::method) == 1;
    for (const auto& said : statements) {
        const auto property = [&](const char* name) {
            const auto at = said.properties.find(name);
            return at == said.properties.end() ? std::string() : at->second;
        };
        if (said.method == "dmarc" && one_dmarc) {
            const std::string judged = property("header.from");
            const bool is_author = judged.find('@') == std::string::npos && domain_of(judged) == from.domain;
            proven.author = said.result == "pass" && is_author && !from.domain.empty();
            proven.forged = said.result == "fail" && (is_author || judged.empty());
        }
        if (said.method == "spf" && said.result == "pass" && !sender.empty() &&
            domain_of(property("smtp.mailfrom")) == sender)
            proven.sender = true;
    }
    if (proven.author && sender == from.domain) proven.sender = true;
    return proven;
}

}  // namespace coi
