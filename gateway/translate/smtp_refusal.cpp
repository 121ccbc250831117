// Codes and words to one reason; see smtp_refusal.h.

#include "gateway/translate/smtp_refusal.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "coi/mail/charset.h"
#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"
#include "gateway/translate/links.h"

namespace gateway::smtp_refusal {

namespace {

constexpr std::size_t longest_quote = 300;  // bytes
constexpr std::size_t longest_read = 4096;  // bytes of what is looked at: folding combining marks is quadratic

struct Sign {
    std::string_view phrase;  // lower case
    Why why;
};

/// Words of Exim, Postfix, Exchange, Gmail, Yahoo, GMX, QQ, mail.ru, Yandex and qmail; the first that is found counts.
constexpr std::array signs{
    Sign{"blocked using", Why::forbidden},
    Sign{"client host", Why::forbidden},
    Sign{"spamhaus", Why::forbidden},
    Sign{"spamcop", Why::forbidden},
    Sign{"dnsbl", Why::forbidden},
    Sign{"prohibition", Why::forbidden},
    Sign{"relay quota", Why::too_many},
    Sign{"sending quota", Why::too_many},
    Sign{"outgoing messages", Why::too_many},
    Sign{"recipients reached", Why::too_many},
    Sign{"mailbox full", Why::full},
    Sign{"mailbox is full", Why::full},
    Sign{"mailbox size", Why::full},
    Sign{"quota", Why::full},
    Sign{"out of storage", Why::full},
    Sign{"insufficient system storage", Why::full},
    Sign{"storage limit", Why::full},
    Sign{"too large", Why::too_large},
    Sign{"too big", Why::too_large},
    Sign{"size limit", Why::too_large},
    Sign{"size exceeds", Why::too_large},
    Sign{"maximum message size", Why::too_large},
    Sign{"sending limit", Why::too_many},
    Sign{"rate limit", Why::too_many},
    Sign{"ratelimit", Why::too_many},
    Sign{"too many hops", Why::unknown},
    Sign{"too many", Why::too_many},
    Sign{"too fast", Why::too_many},
    Sign{"limit exceeded", Why::too_many},
    Sign{"exceeded your", Why::too_many},
    Sign{"sender address", Why::sender},
    Sign{"sender verify", Why::sender},
    Sign{"sender rejected", Why::sender},
    Sign{"invalid sender", Why::sender},
    Sign{"not owned by user", Why::sender},
    Sign{"not allowed to send as", Why::sender},
    Sign{"spf", Why::sender},
    Sign{"dmarc", Why::sender},
    Sign{"message expired", Why::late},  // Exchange: "550 5.4.300", "550 4.4.7 QUEUE.Expired"
    Sign{"spam", Why::content},
    Sign{"junk", Why::content},
    Sign{"unsolicited", Why::content},
    Sign{"virus", Why::content},
    Sign{"malware", Why::content},
    Sign{"phish", Why::content},
    Sign{"forbidden link", Why::content},
    Sign{"message content", Why::content},
    Sign{"content rejected", Why::content},
    Sign{"blocked", Why::forbidden},
    Sign{"blacklist", Why::forbidden},
    Sign{"blocklist", Why::forbidden},
    Sign{"block list", Why::forbidden},
    Sign{"reputation", Why::forbidden},
    Sign{"relay", Why::forbidden},
    Sign{"disabled", Why::closed},
    Sign{"inactive", Why::closed},
    Sign{"suspended", Why::closed},
    Sign{"no longer", Why::closed},
    Sign{"null mx", Why::closed},
    Sign{"does not accept mail", Why::closed},
    Sign{"user unknown", Why::no_mailbox},
    Sign{"unknown user", Why::no_mailbox},
    Sign{"no such", Why::no_mailbox},
    Sign{"does not exist", Why::no_mailbox},
    Sign{"doesn't have a", Why::no_mailbox},
    Sign{"not exist", Why::no_mailbox},
    Sign{"mailbox unavailable", Why::no_mailbox},
    Sign{"mailbox not found", Why::no_mailbox},
    Sign{"no mailbox", Why::no_mailbox},
    Sign{"recipient not found", Why::no_mailbox},
    Sign{"recipientnotfound", Why::no_mailbox},
    Sign{"unknown recipient", Why::no_mailbox},
    Sign{"invalid recipient", Why::no_mailbox},
    Sign{"recipient address rejected: access denied", Why::no_mailbox},  // Exchange Online of an unknown one
    Sign{"unknown or illegal alias", Why::no_mailbox},
    Sign{"unrouteable address", Why::no_mailbox},
    Sign{"address unknown", Why::no_mailbox},
    Sign{"address rejected", Why::forbidden},
    Sign{"access denied", Why::forbidden},
    Sign{"policy", Why::forbidden},
    Sign{"not allowed", Why::forbidden},
    Sign{"prohibited", Why::forbidden},
};

/// The class left out: ".1.1" is said of both [RFC 3463 §2].
struct Status {
    std::string_view detail;
    Why why;
};
constexpr std::array precise{
    Status{".1.1", Why::no_mailbox}, Status{".1.2", Why::no_domain}, Status{".1.3", Why::no_mailbox},
    Status{".1.6", Why::no_mailbox}, Status{".1.7", Why::sender},    Status{".1.8", Why::sender},
    Status{".2.1", Why::closed},     Status{".2.2", Why::full},      Status{".2.3", Why::too_large},
    Status{".3.4", Why::too_large},  Status{".4.4", Why::no_domain}, Status{".4.7", Why::late},
    Status{".5.3", Why::too_many},   Status{".7.20", Why::sender},   Status{".7.23", Why::sender},
    Status{".7.26", Why::sender},    Status{".7.28", Why::too_many},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Of a server's line, what comes with its code; our own words about the step stand before it.
std::string_view servers_words(const coi::Error& error) {
    const std::string_view text = error.text;
    const auto reply = error.code == 0 ? 0 : text.find(std::to_string(error.code));
    return (reply == text.npos ? text : text.substr(reply)).substr(0, longest_read);
}

/// Of each word with an "@" nothing is left: what an address is called (nospam@, relay@) is nobody's reason.
std::string without_addresses(std::string said) {
    for (std::size_t at = 0; (at = said.find('@')) != said.npos;) {
        const auto before = said.find_last_of(" \t<(\"", at), after = said.find_first_of(" \t>)\",", at);
        const auto first = before == said.npos ? 0 : before + 1;
        said.erase(first, std::min(after, said.size()) - first);
    }
    return said;
}

Why by_words(const coi::Error& error) {
    const std::string said = without_addresses(coi::lower(servers_words(error)));
    const auto found =
        std::ranges::find_if(signs, [&](const Sign& sign) { return said.find(sign.phrase) != said.npos; });
    return found == signs.end() ? Why::unknown : found->why;
}

Why by_command(const coi::Error& error) {
    using coi::SmtpStep;
    const bool unknown_mailbox = error.code == 550 || error.code == 551 || error.code == 553;
    switch (error.step) {
        case SmtpStep::sender:
            return error.code == 552 ? Why::too_large : Why::sender;
        case SmtpStep::content:
            return error.code == 552 ? Why::too_large : Why::content;
        case SmtpStep::recipient:
        case SmtpStep::none:
            if (error.code == 552) return Why::full;
            return unknown_mailbox ? Why::no_mailbox : Why::unknown;
    }
    return Why::unknown;
}

/// "5.1.1" or "550", where it stands alone in the words; "" if it does not.
std::string status_in(std::string_view words) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        if ((words[at] != '4' && words[at] != '5') || (at > 0 && (is_digit(words[at - 1]) || words[at - 1] == '.')))
            continue;
        auto status = words.substr(at, words.substr(at).find_first_not_of("0123456789."));
        if (status.ends_with('.')) status.remove_suffix(1);
        if (status.size() >= 5 && status.size() <= 11 && status[1] == '.' && std::ranges::count(status, '.') == 2)
            return std::string(status);
        at += status.size();
    }
    return {};
}

int code_in(std::string_view words) {
    for (std::size_t at = 0; at + 3 <= words.size(); ++at) {
        const bool alone =
            (at == 0 || std::isalnum(static_cast<unsigned char>(words[at - 1])) == 0) &&
            (at + 3 == words.size() || words[at + 3] == ' ' || words[at + 3] == '-' || words[at + 3] == ':');
        const bool after_dot = at > 0 && words[at - 1] == '.';
        if (alone && !after_dot && (words[at] == '4' || words[at] == '5') && words[at + 1] >= '0' &&
            words[at + 1] <= '5' && is_digit(words[at + 2]))
            return (words[at] - '0') * 100 + (words[at + 1] - '0') * 10 + (words[at + 2] - '0');
    }
    return 0;
}

coi::SmtpStep step_in(std::string_view words) {
    const std::string said = coi::lower(words);
    const auto has = [&](std::string_view phrase) { return said.find(phrase) != said.npos; };
    if (has("rcpt to")) return coi::SmtpStep::recipient;
    if (has("end of data") || has("data command") || has("after data")) return coi::SmtpStep::content;
    return has("mail from") ? coi::SmtpStep::sender : coi::SmtpStep::none;
}

}  // namespace

Why why(const coi::Error& error) {
    if (error.kind == coi::ErrorKind::timeout) return Why::late;
    if (error.kind == coi::ErrorKind::not_found) return Why::no_domain;
    if (error.kind == coi::ErrorKind::limit) return Why::too_large;
    const std::string_view detail =
        std::string_view(error.enhanced).substr(std::min<std::size_t>(1, error.enhanced.size()));
    const auto exact = std::ranges::find(precise, detail, &Status::detail);
    if (exact != precise.end()) return exact->why;
    if (error.kind == coi::ErrorKind::refused) {
        if (const Why said = by_words(error); said != Why::unknown) return said;
    }
    if (detail.starts_with(".7.")) return error.step == coi::SmtpStep::sender ? Why::sender : Why::forbidden;
    if (detail.starts_with(".1.")) return Why::no_mailbox;
    // Of the mail system, the way, the format: whatever the code says, the address may exist.
    for (const std::string_view subject : {".3.", ".4.", ".6."}) {
        if (detail.starts_with(subject)) return Why::unknown;
    }
    return by_command(error);
}

Condition condition_of(const coi::Error& error) {
    switch (why(error)) {
        case Why::late:
            return {"remote-server-timeout", "wait"};
        case Why::no_domain:
            return {"remote-server-not-found", "cancel"};
        case Why::no_mailbox:
            return {"item-not-found", "cancel"};
        case Why::full:
        case Why::too_many:
            return {"resource-constraint", "wait"};
        case Why::too_large:
            return {"policy-violation", "modify"};
        case Why::content:
            return {"not-acceptable", "modify"};
        case Why::sender:
        case Why::forbidden:
            return {"forbidden", "auth"};
        case Why::closed:
        case Why::unknown:
            break;
    }
    return {"recipient-unavailable", "cancel"};
}

std::string quotable(std::string_view said, std::string_view about) {
    std::string out;
    const std::string line = text::one_line(framed::foreign(coi::to_utf8(text::head(said, longest_read), "utf-8")));
    for (std::size_t at = 0; at < line.size();) {
        const auto end = std::min(line.find(' ', at), line.size());
        const auto word = std::string_view(line).substr(at, end - at);
        if (!out.empty()) out += ' ';
        out += is_link(word) && !is_about(word, about) ? std::string_view("(…)") : word;
        at = end + 1;
    }
    for (const std::string_view quote : {"“", "”", "„"}) {
        for (std::size_t at = 0; (at = out.find(quote, at)) != out.npos;) out.replace(at, quote.size(), "'");
    }
    if (out.size() > longest_quote) out = std::string(text::head(out, longest_quote)) + "…";
    return out;
}

std::string words(const coi::Error& error, const std::string& address, const std::string& lang) {
    const auto reason = [&]() -> std::string {
        switch (why(error)) {
            case Why::late:
                return say(lang, "Your message to {1} could not be delivered in time and is given up.", {address});
            case Why::no_domain:
                return say(lang, "The mail domain of {1} was not found. Please check the address.", {address});
            case Why::no_mailbox:
                return say(lang, "The mail address {1} does not exist. Please check it.", {address});
            case Why::closed:
                return say(lang, "The mailbox of {1} takes no mail.", {address});
            case Why::full:
                return say(lang, "The mailbox of {1} is full.", {address});
            case Why::too_large:
                return say(lang, "Your message is too large for {1}.", {address});
            case Why::content:
                return say(lang,
                           "The mail server of {1} does not accept what your message says: it takes it for spam, or "
                           "forbids something in it.",
                           {address});
            case Why::too_many:
                return say(lang,
                           "Your message to {1} was not taken: the mail server says that too much is sent. Please try "
                           "again later.",
                           {address});
            case Why::sender:
                return say(lang, "Your message to {1} was not taken: the mail server does not accept your address.",
                           {address});
            case Why::forbidden:
                return say(lang, "The mail server does not accept your message to {1}.", {address});
            case Why::unknown:
                break;
        }
        return say(lang, "Your message to {1} could not be delivered.", {address});
    };
    std::string text = reason();
    if (const std::string last = error.kind == coi::ErrorKind::timeout ? quotable(error.text, address) : "";
        !last.empty())
        text += " " + say(lang, "The last attempt ended with: “{1}”", {last});
    if (error.kind != coi::ErrorKind::refused) return text;
    if (const std::string said = quotable(servers_words(error), address); !said.empty())
        text += " " + say(lang, "The mail server said: “{1}”", {said});
    return text;
}

coi::Error error_of_report(std::string_view status, std::string_view diagnostic) {
    coi::Error error{coi::ErrorKind::refused, true, std::string(diagnostic), code_in(diagnostic), std::string(status)};
    error.step = step_in(diagnostic);
    // "5.0.0" beside "550 5.1.1 no such user"
    const bool says_little = status.empty() || status.ends_with(".0.0") || status.ends_with(".5.0");
    if (const std::string exact = status_in(diagnostic); says_little && !exact.empty()) error.enhanced = exact;
    return error;
}

}  // namespace gateway::smtp_refusal
