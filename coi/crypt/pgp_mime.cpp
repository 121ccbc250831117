// PGP/MIME: encrypting a mail [RFC 3156 §4, §6.2], recognising an encrypted one, decrypting it. protected_header
// handles the header.
//
// Left out: S/MIME, partly encrypted or signed mail (the first is reported as such), writing legacy display parts.

#include "coi/crypt/pgp_mime.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "coi/crypt/protected_header.h"
#include "coi/mail/charset.h"
#include "coi/mail/gobject.h"
#include "coi/mail/mime_limits.h"
#include "coi/mail/mime_tree.h"
#include "coi/mail/mime_write.h"
#include "coi/mail/parts.h"
#include "coi/mail/transfer_encoding.h"

namespace coi::pgp_mime {
namespace {

constexpr std::string_view armour_begin = "-----BEGIN PGP MESSAGE-----", armour_end = "-----END PGP MESSAGE-----";

std::string with_crlf(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 32 + 2);
    for (const char c : text) {
        if (c == '\n' && !out.ends_with('\r')) out += '\r';
        out += c;
    }
    if (!out.ends_with('\n')) out += "\r\n";
    return out;
}

int count_of(GMimeObject* object) {
    return GMIME_IS_MULTIPART(object) ? g_mime_multipart_get_count(GMIME_MULTIPART(object)) : 0;
}
GMimeObject* child(GMimeObject* object, int index) { return g_mime_multipart_get_part(GMIME_MULTIPART(object), index); }
std::string content(GMimeObject* object, std::size_t most) {
    return GMIME_IS_PART(object) ? decoded(GMIME_PART(object), most) : std::string();
}

/// [RFC 3156 §4]: the control part "Version: 1", which some programs extend.
bool is_control(GMimeObject* object) {
    const std::string words = lower(content(object, 1000));
    return content_type_of(object) == "application/pgp-encrypted" && words.find("version: 1") != std::string::npos;
}

/// The OpenPGP message of the two parts at `first` and after it.
bool take_pair(GMimeObject* multipart, int first, const Limits& limits, Found& found) {
    if (!is_control(child(multipart, first))) return false;
    auto* const data = child(multipart, first + 1);
    if (!content_type_of(data).starts_with("application/") || !GMIME_IS_PART(data)) return false;
    found.message = std::string(trim(content(data, limits.mail_bytes)));
    found.shape = Shape::encrypted;
    return true;
}

bool has_armour_line(std::string_view text) {
    return text.starts_with(armour_begin) || text.find("\n" + std::string(armour_begin)) != std::string_view::npos;
}

/// Whether the text is one armoured message and nothing else.
bool take_inline(GMimeObject* top, const Limits& limits, Found& found) {
    if (content_type_of(top) != "text/plain") return false;
    const std::string text = content(top, limits.mail_bytes);
    const auto words = trim(text);
    if (!words.starts_with(armour_begin) || !words.ends_with(armour_end)) return false;
    if (words.find(armour_begin, 1) != std::string_view::npos ||
        words.find(armour_end) + armour_end.size() != words.size())
        return false;
    found.message = std::string(words);
    found.shape = Shape::encrypted;
    found.is_inline = true;
    return true;
}

bool is_smime(GMimeObject* object) {
    const std::string type = content_type_of(object);
    if (type != "application/pkcs7-mime" && type != "application/x-pkcs7-mime") return false;
    const std::string kind = lower(content_parameter(object, "smime-type"));
    return kind.empty() || kind == "enveloped-data" || kind == "authenveloped-data";
}

/// True if the tree contains something encrypted; check_limits has limited its depth.
bool holds_encrypted(GMimeObject* object, const Limits& limits, std::size_t depth = 0) {
    if (object == nullptr || depth > limits.depth) return false;
    const std::string type = content_type_of(object);
    if (type == "multipart/encrypted" || type == "application/pgp-encrypted" || is_smime(object)) return true;
    if (type.starts_with("text/")) return has_armour_line(content(object, limits.text_bytes));
    for (int i = 0; i < count_of(object); ++i) {
        if (holds_encrypted(child(object, i), limits, depth + 1)) return true;
    }
    return false;
}

/// COMPAT: some Exchange servers make multipart/mixed of it, with an empty text before; so does Proton's bridge, whose
/// text says that it is empty.
bool take_mangled(GMimeObject* top, const Limits& limits, Found& found) {
    if (content_type_of(top) != "multipart/mixed") return false;
    const int count = count_of(top);
    if (count == 2) return take_pair(top, 0, limits, found);
    if (count != 3 || content_type_of(child(top, 0)) != "text/plain") return false;
    const std::string words = content(child(top, 0), 1000);
    return (trim(words).empty() || trim(words) == "Empty Message") && take_pair(top, 1, limits, found);
}

struct Signed {
    std::string_view payload;  // the first part, as signed except for line ends
    std::string_view signature_part;
};

/// The two parts of a multipart/signed [RFC 1847 §2.1], from its bytes.
std::optional<Signed> split_signed(std::string_view inside) {
    const auto headed = split_header(inside);
    const auto type = std::ranges::find(headed.fields, "content-type", &RawField::name);
    if (type == headed.fields.end() || !lower(type->value()).starts_with("multipart/signed")) return std::nullopt;
    const Owned<GMimeContentType> parsed(g_mime_content_type_parse(gmime_options(), type->value().c_str()));
    const char* given = parsed ? g_mime_content_type_get_parameter(parsed.get(), "boundary") : nullptr;
    if (given == nullptr || *given == '\0') return std::nullopt;
    const std::string delimiter = "--" + std::string(given);
    std::vector<std::pair<std::size_t, std::size_t>> cuts;  // begin and end of each delimiter line
    const auto body = headed.body;
    for (std::size_t at = 0; at < body.size() && cuts.size() < 4;) {
        const auto end = std::min(body.find('\n', at), body.size() - 1) + 1;
        const auto line = trim(body.substr(at, end - at));
        if (line == delimiter || line == delimiter + "--") cuts.emplace_back(at, end);
        at = end;
    }
    if (cuts.size() != 3) return std::nullopt;
    const auto part = [&](std::size_t i) {
        auto text = body.substr(cuts[i].second, cuts[i + 1].first - cuts[i].second);
        // The line end before a delimiter belongs to the delimiter.
        if (text.ends_with('\n')) text.remove_suffix(1);
        if (text.ends_with('\r')) text.remove_suffix(1);
        return text;
    };
    return Signed{part(0), part(1)};
}

/// Verifies a detached signature; its part must have the type of one.
openpgp::Verdict verdict_of(const Signed& parts, const std::vector<std::string>& signers,
                            const openpgp::Fingerprint& reader) {
    const auto signature = parse_mime(parts.signature_part);
    if (!signature || content_type_of(signature.get()) != "application/pgp-signature") return {};
    std::string canonical = with_crlf(parts.payload);
    if (!parts.payload.ends_with('\n')) canonical.resize(canonical.size() - 2);
    return openpgp::verify(canonical, content(signature.get(), openpgp::Limits().key_bytes), signers, reader);
}

std::vector<autocrypt::Header> gossip_of(const Headed& inside) {
    std::vector<autocrypt::Header> gossip;
    for (const auto& field : inside.fields) {
        if (field.name != "autocrypt-gossip") continue;
        auto header = autocrypt::parse(field.value());
        if (header) gossip.push_back(std::move(*header));
    }
    return gossip;
}

/// SHA-256; includes the time of the signature, so that two equal messages differ.
std::string digest_of(const openpgp::Verdict& verdict, std::string_view signed_words) {
    if (verdict.signature != openpgp::Signature::good) return {};
    const std::string head = verdict.signer + " " + std::to_string(verdict.signed_at.time_since_epoch().count()) + "\n";
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), head.data(), head.size()) != 1 ||
        EVP_DigestUpdate(context.get(), signed_words.data(), signed_words.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), &size) != 1) {
        throw std::runtime_error("OpenSSL cannot hash");
    }
    digest.resize(size);
    return digest;
}

std::optional<autocrypt::Header> autocrypt_of(std::string_view mail, std::string_view inside,
                                              const std::vector<Address>& from) {
    const auto inner = split_fields(inside);
    if (!field(inner, "autocrypt").empty()) return autocrypt::of_sender(inner, from);
    return autocrypt::of_sender(split_fields(mail), from);
}

/// Inline PGP: the mail with another text.
Result<Opened> read_text(std::string_view mail, const openpgp::Opened& inside, const Limits& limits,
                         const ParseOptions& options) {
    const std::string text = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
                             to_utf8(inside.plain, "");
    auto whole = joined(mail, text);
    if (!whole) return whole.error();
    auto message = parse(*whole, limits, options);
    if (!message) return message.error();
    Opened opened{
        std::move(*message), {true, inside.signature, inside.signer, {}, digest_of(inside, inside.plain)}, {}};
    opened.autocrypt = autocrypt_of(mail, {}, opened.mail.from);
    return opened;
}

}  // namespace

Result<std::string> close(std::string_view mail, const Close& how) {
    auto header = close_header(mail, how);
    auto to = how.to;
    auto own = how.own.key.empty() ? openpgp::public_key(how.signer, how.own.addr) : Result<std::string>(how.own.key);
    if (!own) return own.error();
    if (std::ranges::find(to, *own) == to.end()) to.push_back(std::move(*own));
    auto message = openpgp::encrypt(header.inside, to, how.signer, how.chatmail);
    header.inside = std::string();
    if (!message) return message.error();
    const Part control{"Content-Type: application/pgp-encrypted\r\n", "Version: 1\r\n"};
    std::vector<Part> parts{control,
                            {"Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n"
                             "Content-Disposition: inline; filename=\"encrypted.asc\"\r\n"}};
    parts.back().body = with_crlf(std::exchange(*message, {}));
    const Part whole = multipart("multipart/encrypted; protocol=\"application/pgp-encrypted\"", std::move(parts));
    std::string out = header.outside + "MIME-Version: 1.0\r\n";
    out.reserve(out.size() + printed_size(whole));
    append(out, whole);
    return out;
}

Result<Found> find(std::string_view mail, const Limits& limits) {
    auto within = check_limits(mail, limits);
    if (!within) return within.error();
    const std::string mended = within->empty() ? std::string() : repaired(mail, *within);
    const auto top = parse_mime(within->empty() ? mail : mended);
    if (!top) return malformed("not a mail");
    Found found;
    if (content_type_of(top.get()) == "multipart/encrypted") {
        const std::string protocol = lower(content_parameter(top.get(), "protocol"));
        const bool is_pgp = protocol.empty() || protocol == "application/pgp-encrypted";
        if (!is_pgp || count_of(top.get()) != 2 || !take_pair(top.get(), 0, limits, found))
            found.shape = Shape::foreign;
    } else if (is_smime(top.get())) {
        found.shape = Shape::foreign;
    } else if (!take_inline(top.get(), limits, found) && !take_mangled(top.get(), limits, found) &&
               holds_encrypted(top.get(), limits)) {
        found.shape = Shape::mixed;
    }
    return found;
}

Result<Opened> read_inside(std::string_view mail, const Found& found, const openpgp::Opened& inside,
                           const std::vector<std::string>& signers, const Limits& limits, const ParseOptions& given) {
    ParseOptions options = given;
    options.is_inside = true;
    if (found.is_inline) return read_text(mail, inside, limits, options);
    std::string_view payload = inside.plain;
    openpgp::Verdict verdict = inside;
    auto within = check_limits(payload, limits);
    if (!within) return within.error();
    // Signed first, then encrypted [RFC 3156 §6.1].
    const auto parts = verdict.signature == openpgp::Signature::none ? split_signed(payload) : std::nullopt;
    if (parts) {
        verdict = verdict_of(*parts, signers, inside.reader);
        payload = parts->payload;
    }
    auto whole = joined(mail, payload);
    if (!whole) return whole.error();
    auto message = parse(*whole, limits, options);
    if (!message) return message.error();
    Opened opened{std::move(*message),
                  {true, verdict.signature, verdict.signer, {}, digest_of(verdict, payload), names_readers(payload)},
                  {}};
    const bool is_good = verdict.signature == openpgp::Signature::good;
    if (is_good) opened.protection.gossip = gossip_of(split_header(payload));
    opened.autocrypt = autocrypt_of(mail, payload, opened.mail.from);
    return opened;
}

Opened check_signed(std::string_view mail, Message read, const std::vector<std::string>& signers,
                    const openpgp::Fingerprint& reader, const Limits& limits, const ParseOptions& options) {
    const auto parts = split_signed(mail);
    const auto verdict = parts ? verdict_of(*parts, signers, reader) : openpgp::Verdict{};
    Opened checked{std::move(read), {false, verdict.signature, verdict.signer, {}}, {}};
    auto& signature = checked.protection.signature;
    if (signature == openpgp::Signature::none) signature = openpgp::Signature::bad;
    if (signature != openpgp::Signature::good) return checked;
    // The signed bytes are what is shown, however another MIME parser reads the mail.
    const auto whole = joined(mail, parts->payload, false);
    auto message = whole ? parse(*whole, limits, options) : Result<Message>(whole.error());
    if (message) {
        checked.mail = std::move(*message);
    } else {
        signature = openpgp::Signature::bad;
    }
    return checked;
}

Result<Opened> open(std::string_view mail, const Found& found, const Secret& own,
                    const std::vector<std::string>& signers, const Limits& limits, const ParseOptions& options) {
    openpgp::Limits costs;
    costs.plain_bytes = limits.mail_bytes;
    auto inside = openpgp::decrypt(found.message, own, signers, costs);
    if (!inside) return inside.error();
    return read_inside(mail, found, *inside, signers, limits, options);
}

}  // namespace coi::pgp_mime
