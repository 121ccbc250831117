// coi/mail/subject: answers and forwards in many languages.

#include "coi/mail/subject.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

std::optional<SubjectPrefix> kind(std::string_view subject) {
    const auto prefix = subject_prefix(subject);
    return prefix ? std::optional(prefix->kind) : std::nullopt;
}

TEST(SubjectPrefixes, OfAnswers) {
    for (const auto* subject :
         {"Re: x",   "RE: x",   "Re : x", "Re[2]: x", "Re^3: x", "AW: x",    "Aw: x", "SV: x",    "Antw: x",
          "Odp: x",  "R: x",    "RES: x", "YNT: x",   "Vá: x",   "ΑΠ: x",    "НА: x", "Ответ: x", "Відп: x",
          "回复：x", "答复: x", "RE：x",  "返信: x",  "회신: x", "תשובה: x", "رد: x", "Re:x",     "Re: Fwd: x"}) {
        EXPECT_EQ(SubjectPrefix::answer, kind(subject)) << subject;
    }
}

TEST(SubjectPrefixes, OfForwards) {
    for (const auto* subject :
         {"Fwd: x",  "FW: x",   "WG: x",   "TR : x",   "RV: x",          "ENC: x",    "I: x",      "Doorst: x",
          "VB: x",   "PD: x",   "VL: x",   "İLT: x",   "Továbbítás: x",  "ΠΡΘ: x",    "Пересл: x", "转发：x",
          "轉寄: x", "転送: x", "전달: x", "הועבר: x", "إعادة توجيه: x", "Fwd: Re: x"}) {
        EXPECT_EQ(SubjectPrefix::forward, kind(subject)) << subject;
    }
}

TEST(SubjectPrefixes, AreToldFromTopics) {
    EXPECT_EQ(SubjectPrefix::either, kind("VS: x"));
    EXPECT_EQ(SubjectPrefix::unknown, kind("Chat: x"));
    EXPECT_EQ(std::nullopt, kind("the trip to Berlin: x"));
    EXPECT_EQ(std::nullopt, kind("x"));
    EXPECT_EQ(std::nullopt, kind(": x"));
    EXPECT_EQ(4u, subject_prefix("Re: x")->length);
}

}  // namespace
}  // namespace coi
