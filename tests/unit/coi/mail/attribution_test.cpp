// coi/mail/attribution: what programs write above a quote, as it stands in public list archives (the names are
// invented), and what people write.

#include "coi/mail/attribution.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace coi {
namespace {

constexpr std::array<std::string_view, 69> by_programs{
    "Le Mon, Oct 25, 2021 at 02:45:02PM +0200, Carl Example a écrit :",
    "Le lundi 13 novembre 2006 à 19:18 +0100, Carl Example a écrit :",
    "Ali Örnek <ali.ornek.1997@example.com\n<mailto:ali.ornek.1997@example.com>>, 2 Ara 2019 Pzt, 19:31\ntarihinde "
    "şunu yazdı:",
    "Tom Example <tom@example.com>, 19 Haz 2019 Çar, 15:07\ntarihinde şunu yazdı:",
    "to 5. tammik. 2023 klo 12.54 Ralf Beispiel (ralf.b...@example.com)\nkirjoitti:",
    "7. kesäkuuta 2022 8.33.46 GMT+03:00 Luis Augusto von Muster <luis@example.com> kirjoitti:",
    "12. joulukuuta 2025 15.17.18 UTC Luis Augusto von Muster <luis@example.com> kirjoitti:",
    "15. huhtik. 2020, 19.18, Heiner Muster <heiner@example.com <mailto:heiner@example.com>> kirjoitti:",
    "Dan Example <dan@example.com> kirjoitti 24.12.2022 kello 20.30:",
    "ti 8. syysk. 2026 klo 11.00 Matti Meikäläinen\n<matti@example.com> kirjoitti:",
    "Bo Wang <bo.wang@example.com> 于2020年6月9日周二 上午12:22写道：",
    "вт, 16 черв. 2026 р. о 07:26 Dmitri Muster <dmitri@example.com> пише:",
    "нд, 3 трав. 2026 р. о 19:44 Ivan Muster <ivan@example.com> пише:",
    "2021년 2월 2일 (화) 오전 8:33, Minsu Kim <minsu@example.com>님이 작성:",
    "2021년 10월 22일 (금) 오전 1:23, Bart Van Voorbeeld <bart@example.com <mailto:bart@example.com>>님이 작성:",
    "El vie, 17 mar 2023 a las 17:55, Florian Ejemplo\n(<florian.ejemplo@example.com>) escribió:",
    "El dom., 19 may. 2019 a las 16:43, Edward Ejemplo \n(<edward@example.com>) escribió:",
    "Em Wed, 5 Feb 2025 11:37:52 +0900\nAkira Tanaka <akira@example.com> escreveu:",
    "Em sex., 3 de jul. de 2026 às 15:13, Amanda Exemplo\n<amanda@example.com> escreveu:",
    "2018-05-06 8:05 GMT+09:00 Mario Carvalho <mario+x@example.com>:",
    "2018/5/6 1:09 Mario Carvalho <mario+x@example.com>:",
    "pá 1. 8. 2025 v 17:29 odesílatel Alexej Muster\n<alexej.muster@example.com> napsal:",
    "čt 18. 8. 2022 v 16:53 odesílatel Oldřich Vzor\n<oldrich.vzor@example.com> napsal:",
    "Dne St, 07/18/2012 03:24 odp., Carlos Garcia <carlos@example.com> napsal(a):",
    "2026/10/06 9:30、company 勤務登録 <work@example.com>のメール:",
    "Dan Example <dan@example.com> ezt írta (időpont: 2022. okt.\n14., P, 9:03):",
    "An, Ted <ted@example.com> ezt írta (időpont: 2020. okt. 28., Sze, 22:26):",
    "Christian Muster <christian.muster@example.com> ezt írta (időpont: 2023.\nmáj. 2., Ke 9:59):",
    "Am Samstag, 21. Juni 2025, 23:21:11 Mitteleuropäische Sommerzeit schrieb Alexej Muster:",
    "On Wednesday, 18 June 2025 15:51:45 Central European Summer Time Alexej Muster wrote:",
    "Wiadomość napisana przez Wen Example <wen@example.com\n<mailto:wen@example.com>> w dniu 04.02.2023, o godz. "
    "09:47:",
    "在 2025/12/3 13:56, Xu Example 写道:",
    "On Sun, Aug 04, 2024 at 11:13:59AM +0200, Piotr Wzor wrote:",
    "Mon, Jan 5, 2026 at 10:00 AM Ann <ann@example.org>:",
    "Ann Liddell wrote on 5/1/2026 10:00 AM:",
    "Ann Liddell <ann@example.org> schrieb am Mo., 5. Jan. 2026, 10:00:",
    "Ann <ann@example.org> schrieb am 05.01.2026 10:00:",
    "Ann Liddell <ann@example.org> hat am 05.01.2026 10:00 CET geschrieben:",
    "Ann Liddell <ann@example.org> hat am 05.01.2026 10:00 geschrieben:",
    "Op 5-1-2026 om 10:00 schreef Ann:",
    "El 5/1/26 a las 10:00, Ann Liddell escribió:",
    "On 05/01/2026 10:00 GMT Ann <ann@example.org> wrote:",
    "Le 05/01/2026 10:00 CET, Ann <ann@example.org> a écrit :",
    "5 янв. 2026 г., в 10:00, Ann <ann@example.org> написал(a):",
    "05.01.2026 10:00, Алиса Лидделл пишет:",
    "понедельник, 5 января 2026 г. пользователь Ann <ann@example.org> написал:",
    "On Monday, January 5, 2026, Ann <ann@example.org> wrote:",
    "Ann (<ann@example.org>) kirjutas kuupäeval E, 5. jaanuar 2026 kell 10:00:",
    "pirmd., 2026. g. 5. janv., plkst. 10:00 — lietotājs Ann (<ann@example.org>) rakstīja:",
    "2026-01-05, pr, 10:00 Ann <ann@example.org> rašė:",
    "Missatge de Ann <ann@example.org> del dia dl., 5 de gen. 2026 a les 10:00:",
    "pon, 5. sij 2026. u 10:00 Ann <ann@example.org> napisao je:",
    "V V pon., 5. jan. 2026 ob 10:00 je oseba Ann <ann@example.org> napisala:",
    "пон, 5. јан 2026. у 10:00 Ann <ann@example.org> је написао/ла:",
    "На пн, 5.01.2026 г. в 10:00 Ann <ann@example.org> написа:",
    "Pada Sen, 5 Jan 2026 pukul 10.00 Ann <ann@example.org> menulis:",
    "ในวันที่ จ. 5 ม.ค. 2026 เวลา 10:00 Ann <ann@example.org> เขียนว่า:",
    "सोम, 5 जन॰ 2026 को 10:00 बजे को Ann <ann@example.org> ने लिखा:",
    "در تاریخ دوشنبه ۵ ژانویهٔ ۲۰۲۶،‏ ۱۰:۰۰ Ann <ann@example.org> نوشت:",
    "po 5. 1. 2026 o 10:00 Ann <ann@example.org> napísal(a):",
    "Dňa 5. 1. 2026 o 10:00 Ann napísal(a):",
    "On Mon, Jan 5, 2026 at 10:00 AM 'Ann' via Group <ann@example.org> wrote:",
    "On Mon, Jan 5, 2026 at 10:00 AM Ann Liddell | ACME Inc. <ann@example.org> wrote:",
    "On Mon, 5 Jan 2026, 10:00 Ann, <ann@example.org> wrote:",
    "On 5 Jan 2026 10:00 a.m., Ann <ann@example.org> wrote:",
    "On 5 Jan 2026 10:00 am, \"Ann\" <ann@example.org> wrote:",
    "Am Mo., 5. Jan. 2026, 10:00 hat Ann <ann@example.org> geschrieben:",
    "schrieb Ann <ann@example.org>:",
    "ann@example.org wrote:"};

constexpr std::array<std::string_view, 17> by_people{
    "my brother called at 18:30 and said:",
    "On 5 January 2026 at 10:00 Carl said:",
    "On 5 January 2026 our Carl <carl@example.org> said:",
    "On 5 January 2026 at 10:00 Carl wrote 4711 on the door:",
    "The code is 4711, as Carl wrote on 5 January 2026 at 10:00:",
    "I met Carl on Jan 5, 2026 at 10:00 and he wrote:",
    "Here is what I wrote to ann@example.org:",
    "I just wrote ann@example.org:",
    "On Monday he wrote:",
    "See you 10:00, Bob wrote:",
    "Meeting on 5 Jan 2026 at 10:00 with Ann <ann@example.org>:",
    "It was on Jan 5, 2026 10:00 AM that Ann wrote:",
    "The plan for 5 Jan 2026, 10:00 by Ann:",
    "Please reply by 5 Jan 2026 10:00 to Ann <ann@example.org>:",
    "Um 10:00 am 5.1.2026 schrieb mir Ann:",
    "At 10:00 on 5 Jan 2026 my sister wrote:",
    "4711. On Mon, Jan 5, 2026 at 10:00 AM Ann <ann@example.org> wrote:",
};

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (; text.find('\n') != text.npos; text.remove_prefix(text.find('\n') + 1))
        lines.push_back(text.substr(0, text.find('\n')));
    lines.push_back(text);
    return lines;
}

TEST(Attribution, OfProgramsIsKnown) {
    for (const auto text : by_programs) {
        const auto lines = lines_of(text);
        EXPECT_EQ(0u, attribution_before(lines, lines.size(), {})) << text;
    }
}

TEST(Attribution, WordsOfPeopleAreNone) {
    for (const auto text : by_people) {
        const std::array<std::string_view, 1> line{text};
        EXPECT_EQ(1u, attribution_before(line, 1, {})) << text;
    }
}

TEST(Attribution, TheLinesAboveAreNoPartOfIt) {
    const std::string_view attribution = "On Mon, Jan 5, 2026 at 10:00 AM Ann <ann@example.org> wrote:";
    for (const std::string_view above : {"The code is 4711.", "4711", "10:00", "On Monday, January 5",
                                         "The key is under the mat, and the code of the door to the garden is 4711"}) {
        const std::array<std::string_view, 2> lines{above, attribution};
        EXPECT_EQ(1u, attribution_before(lines, 2, {})) << above;
        const std::array<std::string_view, 2> gnus{above, "Ann <ann@example.org> writes:"};
        EXPECT_EQ(1u, attribution_before(gnus, 2, {})) << above;
    }
}

TEST(Attribution, NamesSomebodyWhoIsInTheMail) {
    const std::vector<std::string> people{"ann@example.org"};
    EXPECT_TRUE(is_attribution("Ann <Ann@Example.org> wrote:", people));
    EXPECT_FALSE(is_attribution("Carl <carl@example.com> wrote:", people));
    EXPECT_TRUE(is_attribution("On 05.01.26 10:00, Ann wrote:", people)) << "it names no address";
}

TEST(Attribution, LongLinesAreNotReadAtAll) {
    EXPECT_FALSE(is_attribution("Ann " + std::string(1000, ' ') + "<ann@example.org> wrote:", {}));
}

}  // namespace
}  // namespace coi
