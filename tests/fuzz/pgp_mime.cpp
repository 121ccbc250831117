// Any bytes as what was decrypted: a MIME entity inside, or the text of an inline message; and as a signed mail. The
// outside is fixed; what it alone may say is said by nobody else.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "coi/crypt/pgp_mime.h"
#include "coi/crypt/protected_header.h"
#include "coi/mail/charset.h"

namespace {

void check(bool promise) {
    if (!promise) std::abort();
}

constexpr std::string_view outside =
    "Return-Path: <real@example.org>\r\nAuthentication-Results: trusted; dmarc=pass\r\nFrom: Al <a@b.example>\r\n"
    "Subject: [...]\r\nMessage-ID: <1@b.example>\r\nSecure-Join: vc-request\r\nChat-Delete: <0@b.example>\r\n"
    "Chat-Version: 1.0\r\n\r\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace coi;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const bool is_inline : {false, true}) {
        pgp_mime::Found found;
        found.is_inline = is_inline;
        for (const auto signature : {openpgp::Signature::none, openpgp::Signature::good}) {
            const openpgp::Opened inside{{signature, "F", {}}, std::string(bytes)};
            const auto opened = pgp_mime::read_inside(outside, found, inside, {});
            if (!opened) continue;
            const auto& mail = opened->mail;
            check(mail.from.size() == 1 && mail.from.front().canonical() == "a@b.example");
            check(mail.header("return-path") == "<real@example.org>");
            check(mail.header("authentication-results") == "trusted; dmarc=pass");
            check(is_utf8(mail.text) && is_utf8(mail.subject));
            check(mail.subject != "[...]" || bytes.find("[...]") != std::string_view::npos ||
                  bytes.find("=?") != std::string_view::npos);
            check(opened->protection.encrypted);
            const bool is_good = opened->protection.signature == openpgp::Signature::good;
            check(is_good == (signature == openpgp::Signature::good));
            check(is_good || opened->protection.gossip.empty());
            if (is_inline) check(mail.header("secure-join").empty() && mail.header("chat-delete").empty());
            if (opened->autocrypt) check(opened->autocrypt->addr.canonical() == "a@b.example");
        }
    }
    // The same bytes as a mail that is only signed: nobody's key is known, so it stays as it was read.
    const std::string mail = "From: Al <a@b.example>\r\n" + std::string(bytes);
    if (const auto read = parse(mail); read && read->is_signed) {
        const auto checked = pgp_mime::check_signed(mail, *read, {}, "");
        check(checked.mail == *read && !checked.protection.encrypted);
        check(checked.protection.signature == openpgp::Signature::bad ||
              checked.protection.signature == openpgp::Signature::unknown);
    }
    // The same bytes as a mail that is closed: what is said inside is what came.
    pgp_mime::Close how;
    how.chatmail = size % 2 == 0;
    const auto closed = pgp_mime::close_header(bytes, how);
    const auto outer = pgp_mime::split_header(closed.outside);
    check(outer.body.empty());
    for (const auto& field : outer.fields) check(field.name != "subject" || trim(field.value()) == "[...]");
    return 0;
}
