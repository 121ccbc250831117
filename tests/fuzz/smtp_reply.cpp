// SMTP replies as a hostile server may write them: bounded, clean, and of one code. The SASL steps see the same bytes.

#include "coi/net/smtp_reply.h"

#include <cstdint>
#include <cstdlib>

#include "coi/net/sasl.h"

using coi::net::SmtpReplyReader;

static void expect(bool law) {
    if (!law) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    SmtpReplyReader reader;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        auto last = reader.take(line);
        if (!last) return 0;
        if (!*last) continue;
        const auto reply = std::move(reader).reply();
        expect(reply.code >= 200 && reply.code < 600 && reply.lines.size() <= SmtpReplyReader::most_lines);
        expect(reply.enhanced.empty() || coi::net::enhanced_code(reply.enhanced, reply.code) == reply.enhanced);
        for (const char c : reply.text()) expect(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
        const auto offer = coi::net::parse_offer(reply);
        for (const bool oauth : {false, true}) {
            auto sasl = coi::net::Sasl::choose(offer.auth, {"alice", "secret", oauth}, true, "mx.example.org", 587);
            if (!sasl) continue;
            sasl->initial();
            for (const auto& challenge : reply.lines) {
                if (!sasl->step(challenge)) break;
            }
            expect(!sasl->complete() ||
                   !sasl->mechanism().starts_with("SCRAM"));  // nobody proves what he does not know
        }
        reader = {};
    }
    return 0;
}
