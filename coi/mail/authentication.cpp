// Reading Authentication-Results; see authentication.h.

#include "coi/mail/authentication.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <vector>

namespace coi {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// The field without comments [RFC 5322 §3.2.2] and without the quotes of quoted strings, split at its semicolons. A
/// field whose comments or quotes do not close says nothing.
std::vector<std::string> statements(std::string_view field) {
    std::vector<std::string> parts(1);
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < field.size(); ++i) {
        const char c = field[i];
        if (c == '\\' && (quoted || depth > 0)) {
            ++i;
        } else if (quoted) {
            if (c == '"') quoted = false;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')' && depth > 0) {
            --depth;
        } else if (depth > 0) {
            continue;
        } else if (c == '"') {
            quoted = true;
        } else if (c == ';') {
            parts.emplace_back();
            continue;
        }
        if (quoted || depth > 0 || c == '"' || c == ')') continue;  // nothing we look for stands in quotes
        parts.back() += c;
    }
    if (quoted || depth > 0) return {};
    return parts;
}

/// "spf=pass smtp.mailfrom=a@b" as {spf: pass, smtp.mailfrom: a@b}; the first of a name counts.
std::map<std::string, std::string> words(const std::string& statement) {
    std::map<std::string, std::string> found;
    std::string name, word;
    bool has_value = false;
    for (const char c : statement + " ") {
        if (c == '=' && !has_value) {
            name = lower(word);
            word.clear();
            has_value = true;
        } else if (std::isspace(static_cast<unsigned char>(c))) {
            if (has_value && !word.empty()) found.emplace(std::exchange(name, ""), lower(std::exchange(word, "")));
            has_value = has_value && !name.empty();
            if (!has_value && !word.empty()) word.clear();
        } else {
            word += c;
        }
    }
    return found;
}

std::string domain_of(std::string_view address) { return lower(address.substr(address.rfind('@') + 1)); }

}  // namespace

Authentication authenticated(std::string_view field, std::string_view trusted, const Address& from,
                             std::string_view envelope_sender) {
    Authentication proven;
    const auto parts = statements(field);
    if (trusted.empty() || parts.size() < 2) return proven;
    const std::string& server = parts.front();  // the id, and perhaps a version behind it
    const auto begin = server.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) return proven;
    if (lower(server.substr(begin, server.find_first_of(" \t\r\n", begin) - begin)) != lower(trusted)) return proven;

    const std::string author = domain_of(from.addr_spec());
    const std::string sender = envelope_sender.empty() ? "" : domain_of(envelope_sender);
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto said = words(parts[i]);
        const auto value = [&](const char* name) {
            const auto at = said.find(name);
            return at == said.end() ? std::string() : at->second;
        };
        if (value("dmarc") == "pass" && domain_of(value("header.from")) == author) proven.author = true;
        if (value("spf") == "pass" && !sender.empty() && domain_of(value("smtp.mailfrom")) == sender)
            proven.sender = true;
    }
    if (proven.author && sender == author) proven.sender = true;
    return proven;
}

}  // namespace coi
