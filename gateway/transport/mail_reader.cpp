// Small mail at once, large mail by the workers; see mail_reader.h.

#include "gateway/transport/mail_reader.h"

#include <utility>

#include "coi/mail/chat_data.h"
#include "gateway/translate/translate.h"

namespace gateway::mail_reader {
namespace {

constexpr coi::ParseOptions options{.keep_attachments = true};  // up to gateway/pipeline/attachments

/// What is read of a mail to translate it.
std::size_t bytes_to_read(const coi::Message& mail) {
    std::size_t bytes = mail.text.size();
    for (const auto& attachment : mail.attachments) {
        if (coi::is_h_geo(attachment) || coi::is_chat_data(attachment.content_type, attachment.name, mail))
            bytes += attachment.bytes.size();
    }
    return bytes;
}

}  // namespace

void parse(Workers& workers, Line line, const Bytes& bytes, const coi::Limits& limits,
           std::function<void(coi::Result<coi::Message>)> done) {
    if (bytes->size() <= most_on_loop) return done(coi::parse(*bytes, limits, options));
    workers.ask<coi::Result<coi::Message>>(
        std::move(line), [bytes, limits] { return coi::parse(*bytes, limits, options); }, std::move(done));
}

void event(Workers& workers, Line line, const std::shared_ptr<const coi::Message>& mail, const std::string& lang,
           std::function<void(std::optional<Event>)> done) {
    if (bytes_to_read(*mail) <= most_on_loop) return done(read(*mail, lang));
    workers.ask<std::optional<Event>>(std::move(line), [mail, lang] { return read(*mail, lang); }, std::move(done));
}

Line line_of(AccountId account, const std::string& sender_domain, bool is_known) {
    if (!is_known) return Line::foreign(sender_domain);
    Line line(account);
    line.owner += " in";
    return line;
}

}  // namespace gateway::mail_reader
