// Two figures for coi/mail/quote: words of people that are lost (none may be), and quoted lines that stay.
//
// tests/golden/quotes/LANGUAGE.txt holds, word for word, what mail programs write in that language above the mail they
// quote or forward, and what people answer; it shares nothing with the tables of the folder. Each is put into every
// layout that people and programs make of it, and the test knows who wrote each line.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "coi/mail/quote.h"

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

/// What one file says.
struct Language {
    std::string code, subject, forward, greeting;
    Lines words, quoted;
    struct Sample {
        std::string kind, program;
        Lines lines;
    };
    std::vector<Sample> samples;
};

Language read_language(const fs::path& path) {
    Language language;
    language.code = path.stem().string();
    std::ifstream file(path);
    std::map<std::string, std::string*> single{
        {"subject", &language.subject}, {"forward", &language.forward}, {"greeting", &language.greeting}};
    bool in_sample = false;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string key, rest;
        words >> key >> std::ws;
        std::getline(words, rest);
        constexpr std::array<std::string_view, 5> kinds{"attribution", "header", "indented", "inside", "forwarded"};
        if (!in_sample && single.contains(key)) *single[key] = rest;
        if (!in_sample && key == "words") language.words.push_back(rest);
        if (!in_sample && key == "quoted") language.quoted.push_back(rest);
        const bool after_blank = language.samples.empty() || language.samples.back().lines.empty() ||
                                 language.samples.back().lines.back().empty();
        if (std::ranges::find(kinds, key) != kinds.end() && after_blank) {
            in_sample = true;
            language.samples.push_back({key, rest, {}});
        } else if (in_sample) {
            language.samples.back().lines.push_back(line);
        }
    }
    for (auto& sample : language.samples) {
        while (!sample.lines.empty() && sample.lines.back().empty()) sample.lines.pop_back();
    }
    return language;
}

enum class By { person, program };  // whose line it is: one that must stay, or one that may go

struct Mail {
    std::string name;
    coi::Message message;
    std::vector<std::pair<std::string, By>> lines;

    Mail& add(const Lines& more, By by, const std::string& prefix = "") {
        for (const auto& line : more) lines.emplace_back(line.empty() ? prefix : prefix + line, by);
        return *this;
    }
    Mail& blank() { return add({""}, By::program); }
};

/// At the last space before the 76th column, as programs break lines; in scripts without spaces often not at all.
Lines wrapped(const Lines& lines) {
    Lines out;
    for (std::string line : lines) {
        constexpr std::size_t width = 76;
        std::size_t column = 0, space = 0;
        for (std::size_t i = 0; i < line.size(); ++i) {
            if ((static_cast<unsigned char>(line[i]) & 0xc0) != 0x80) ++column;
            if (line[i] == ' ') space = i;
            if (column <= width || space == 0) continue;
            out.push_back(line.substr(0, space));
            line.erase(0, space + 1);
            i = column = space = 0;
        }
        out.push_back(line);
    }
    return out;
}

/// Before the address, where Gmail breaks a line that is too long.
Lines broken_at_address(const Lines& lines) {
    const auto at = lines.front().find('<');
    if (lines.size() != 1 || at == std::string::npos || at < 30) return lines;
    return {lines.front().substr(0, at + 1), lines.front().substr(at + 1)};
}

Lines replaced(Lines lines, const std::string& from, const std::string& to) {
    for (auto& line : lines) {
        if (const auto at = line.find(from); at != std::string::npos) line.replace(at, from.size(), to);
    }
    return lines;
}

class Corpus {
  public:
    explicit Corpus(Language language) : language_(std::move(language)) {
        for (const auto& sample : language_.samples) {
            if (sample.kind == "attribution") add_attributed(sample);
            if (sample.kind == "header") add_headed(sample);
            if (sample.kind == "indented") add_indented(sample);
            if (sample.kind == "inside") add_inside(sample);
            if (sample.kind == "forwarded") add_forwarded(sample);
        }
    }
    const std::vector<Mail>& mails() const { return mails_; }

  private:
    Mail& mail(const Language::Sample& sample, const char* layout) {
        Mail& made = mails_.emplace_back();
        made.name = language_.code + ", " + sample.program + ", " + layout;
        made.message.from = {{"Bob", "bob", "mail.test"}};
        made.message.to = {{"Alice", "alice", "jabber.test"}};
        made.message.subject = language_.subject;
        made.message.in_reply_to = {{"1@jabber.test"}};
        return made;
    }

    /// One of several texts by a person, another each time.
    Lines words() {
        const auto& all = language_.words;
        switch (++turn_ % 4) {
            case 0:
                return {all[0]};
            case 1:
                return {all[0], all[2]};
            case 2:
                return {all[1], "", all[2]};
            default:
                return {all[2], all[1]};
        }
    }

    void add_attributed(const Language::Sample& sample) {
        const auto& attribution = sample.lines;
        const auto& quoted = language_.quoted;
        mail(sample, "above")
            .add(words(), By::person)
            .blank()
            .add(attribution, By::program)
            .blank()
            .add(quoted, By::program, "> ");
        mail(sample, "above, glued")
            .add(words(), By::person)
            .add(attribution, By::program)
            .add(quoted, By::program, "> ");
        mail(sample, "below")
            .add(attribution, By::program)
            .add(quoted, By::program, "> ")
            .blank()
            .add(words(), By::person);
        mail(sample, "greeting, below")
            .add({language_.greeting}, By::person)
            .blank()
            .add(attribution, By::program)
            .add(quoted, By::program, ">")
            .blank()
            .add(words(), By::person);
        mail(sample, "above and below")
            .add(words(), By::person)
            .blank()
            .add(attribution, By::program)
            .add(quoted, By::program, "> ")
            .blank()
            .add(words(), By::person);
        mail(sample, "wrapped")
            .add(words(), By::person)
            .blank()
            .add(wrapped(attribution), By::program)
            .add(quoted, By::program, "> ");
        mail(sample, "broken at the address")
            .add(words(), By::person)
            .blank()
            .add(broken_at_address(attribution), By::program)
            .blank()
            .add(quoted, By::program, "> ");
        mail(sample, "signature above")
            .add(words(), By::person)
            .blank()
            .add({"-- ", "Bob"}, By::program)
            .blank()
            .add(attribution, By::program)
            .add(quoted, By::program, "> ")
            .add({"", "On x wrote:"}, By::program, "> > ");
        mail(sample, "a note above")
            .add({"> 1 kg", "> 2 l"}, By::person)
            .add(words(), By::person)
            .blank()
            .add(attribution, By::program)
            .add(quoted, By::program, "> ");
        add_in_doubt(sample);
        add_unanswered(sample, "> ");
    }

    /// Answers between quoted lines, and lines of which nobody can tell whose they are.
    void add_in_doubt(const Language::Sample& sample) {
        const auto& attribution = sample.lines;
        const auto& quoted = language_.quoted;
        mail(sample, "between")
            .add(attribution, By::person)
            .add({quoted[0]}, By::person, "> ")
            .add(words(), By::person)
            .add({quoted[1]}, By::person, "> ")
            .add(words(), By::person);
        mail(sample, "a note below")
            .add(attribution, By::person)
            .add(quoted, By::person, "> ")
            .add(words(), By::person)
            .add({"> 1 kg", "> 2 l"}, By::person);
        mail(sample, "without marks")
            .add(words(), By::person)
            .blank()
            .add(attribution, By::person)
            .blank()
            .add(quoted, By::person)
            .blank()
            .add(words(), By::person);
        mail(sample, "alone").add(attribution, By::person);
    }

    /// The same lines where nobody may take them for the mail that is answered.
    void add_unanswered(const Language::Sample& sample, const char* prefix) {
        const auto fill = [&](Mail& made, const Lines& heading) {
            made.add(words(), By::person).blank().add(heading, By::person).add(language_.quoted, By::person, prefix);
        };
        Mail& plain = mail(sample, "no answer");
        plain.message.subject = "4711";
        plain.message.in_reply_to.clear();
        fill(plain, sample.lines);
        Mail& chat = mail(sample, "chat");
        chat.message.headers["chat-version"] = "1.0";
        fill(chat, sample.lines);
        Mail& forward = mail(sample, "forward");
        forward.message.subject = language_.forward;
        // "VS:" is an answer in Finnish: there only what has an attribution and marks goes.
        if (!language_.forward.starts_with("VS") || prefix[0] != '>') fill(forward, sample.lines);
        const Lines others = replaced(sample.lines, "alice@jabber.test", "carl@mail.test");
        if (others != sample.lines)
            fill(mail(sample, "somebody else's"), replaced(others, "alice@jabber.test", "carl@mail.test"));
    }

    void add_headed(const Language::Sample& sample) {
        const auto& quoted = language_.quoted;
        mail(sample, "above")
            .add(words(), By::person)
            .blank()
            .add(sample.lines, By::program)
            .blank()
            .add(quoted, By::program);
        mail(sample, "above, ruled")
            .add(words(), By::person)
            .blank()
            .add({"________________________________"}, By::program)
            .add(sample.lines, By::program)
            .blank()
            .add(quoted, By::program);
        mail(sample, "above, glued")
            .add(words(), By::person)
            .add(sample.lines, By::program)
            .blank()
            .add(quoted, By::program);
        mail(sample, "signature above")
            .add(words(), By::person)
            .blank()
            .add({"-- ", "Bob"}, By::program)
            .blank()
            .add(sample.lines, By::program)
            .blank()
            .add(quoted, By::program);
        mail(sample, "marks, below")
            .add(sample.lines, By::program)
            .blank()
            .add(quoted, By::program, "> ")
            .blank()
            .add(words(), By::person);
        mail(sample, "greeting only")
            .add({language_.greeting}, By::person)
            .blank()
            .add(sample.lines, By::person)
            .blank()
            .add(quoted, By::person)
            .blank()
            .add(words(), By::person);
        mail(sample, "nothing above")
            .add(sample.lines, By::person)
            .blank()
            .add(quoted, By::person)
            .add(words(), By::person);
        add_unanswered(sample, "");
    }

    void add_indented(const Language::Sample& sample) {
        mail(sample, "indented")
            .add(words(), By::person)
            .blank()
            .add(sample.lines, By::program)
            .add({" "}, By::program)
            .add(language_.quoted, By::program, " ");
        mail(sample, "flat")
            .add(words(), By::person)
            .blank()
            .add(sample.lines, By::person)
            .blank()
            .add(language_.quoted, By::person)
            .add(words(), By::person);
        add_unanswered(sample, " ");
    }

    void add_inside(const Language::Sample& sample) {
        mail(sample, "inside")
            .add(words(), By::person)
            .blank()
            .add(sample.lines, By::program, "> ")
            .add({""}, By::program, "> ")
            .add(language_.quoted, By::program, "> ");
        mail(sample, "inside, below")
            .add(sample.lines, By::program, "> ")
            .add({""}, By::program, "> ")
            .add(language_.quoted, By::program, "> ")
            .blank()
            .add(words(), By::person);
    }

    void add_forwarded(const Language::Sample& sample) {
        Mail& forward = mail(sample, "forwarded");
        forward.message.subject = language_.forward;
        forward.add(words(), By::person)
            .blank()
            .add(sample.lines, By::person)
            .blank()
            .add(language_.quoted, By::person);
        mail(sample, "forwarded in an answer")
            .add(words(), By::person)
            .blank()
            .add(sample.lines, By::person)
            .blank()
            .add(language_.quoted, By::person);
        mail(sample, "forwarded below a signature")
            .add(words(), By::person)
            .blank()
            .add({"-- ", "Bob"}, By::program)
            .blank()
            .add(sample.lines, By::person)
            .blank()
            .add(language_.quoted, By::person);
    }

    Language language_;
    std::vector<Mail> mails_;
    std::size_t turn_ = 0;
};

std::string trimmed(std::string line) {
    line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
    while (line.ends_with(' ')) line.pop_back();
    return line;
}

struct Figures {
    std::size_t mails = 0, words = 0, lost = 0, quoted = 0, left = 0;
};

/// Compares what is shown with who wrote each line, in their order.
void count(const Mail& mail, Figures& figures) {
    coi::Message message = mail.message;
    for (const auto& [line, by] : mail.lines) message.text += line + "\n";
    message.text.pop_back();
    std::istringstream shown(coi::fold_quotes(message));
    Lines out;
    for (std::string line; std::getline(shown, line);) out.push_back(trimmed(line));
    auto at = out.begin();
    ++figures.mails;
    for (const auto& [line, by] : mail.lines) {
        const std::string wanted = trimmed(line);
        if (wanted.empty() || wanted == ">") continue;
        const auto found = std::find(at, out.end(), wanted);
        if (found != out.end()) at = found + 1;
        ++(by == By::person ? figures.words : figures.quoted);
        if (by == By::person && found == out.end()) {
            ++figures.lost;
            ADD_FAILURE() << mail.name << ": lost: " << line << "\n"
                          << message.text << "\n==>\n"
                          << coi::fold_quotes(message);
        }
        if (by == By::program && found != out.end()) {
            ++figures.left;
            if (std::getenv("QUOTES_LEFT")) std::printf("%s: left: %s\n", mail.name.c_str(), line.c_str());
        }
    }
}

TEST(Quotes, NoWordOfAPersonIsLostAndFewQuotedLinesStay) {
    Figures all;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(TESTS_DIR) / "golden" / "quotes"))
        files.push_back(entry.path());
    std::ranges::sort(files);
    for (const auto& file : files) {
        Figures figures;
        const Corpus corpus(read_language(file));
        for (const auto& mail : corpus.mails()) {
            if (!mail.lines.empty()) count(mail, figures);
        }
        std::printf("%s: %4zu mails, %zu of %4zu lines of people lost, %3zu of %4zu quoted lines left\n",
                    file.stem().c_str(), figures.mails, figures.lost, figures.words, figures.left, figures.quoted);
        all.mails += figures.mails, all.words += figures.words, all.lost += figures.lost;
        all.quoted += figures.quoted, all.left += figures.left;
    }
    std::printf("all: %zu mails, %zu of %zu lines of people lost, %zu of %zu quoted lines left\n", all.mails, all.lost,
                all.words, all.left, all.quoted);
    EXPECT_GE(all.mails, 300u);
    EXPECT_EQ(all.lost, 0u);
    EXPECT_LE(all.left, 1u);  // a line of "___" above another one
}

}  // namespace
