// Settings of the modules from the configuration; see settings.h.

#include "gateway/daemon/settings.h"

#include <array>
#include <fstream>
#include <set>
#include <stdexcept>

#include "gateway/model/addresses.h"

namespace gateway {

namespace {

coi::net::Security security_of(config::Security security) {
    switch (security) {
        case config::Security::none:
            return coi::net::Security::none;
        case config::Security::starttls:
            return coi::net::Security::starttls;
        case config::Security::tls:
            return coi::net::Security::tls;
    }
    return coi::net::Security::tls;
}

coi::Limits limits_of(const config::Config& config) {
    coi::Limits limits;
    limits.mail_bytes = config.mail.max_size;
    return limits;
}

std::set<std::string> users_of(const config::Config& config) {
    std::set<std::string> users;
    if (config.relay.users_file.empty()) return users;
    std::ifstream file(config.relay.users_file);
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        if (const auto jid = bare(line.find('@') == std::string::npos ? line + "@" + config.relay.domain : line))
            users.insert(*jid);
    }
    if (users.empty())
        throw std::runtime_error(config.relay.users_file + " names no user: write one local part or JID a line");
    return users;
}

}  // namespace

xmpp::Component::Settings component_settings(const config::Config& config) {
    xmpp::Component::Settings settings;
    settings.host = config.xmpp.server.host;
    settings.port = config.xmpp.server.port;
    settings.component = config.xmpp.component;
    settings.server_domain = config.xmpp.domain;
    settings.secret = config.xmpp.secret;
    settings.limits.stanza_bytes = config.xmpp.max_stanza;
    return settings;
}

RelayAccounts::Settings relay_account_settings(const config::Config& c) { return {c.relay.domain}; }

OutgoingPipeline::Settings outgoing_settings(const config::Config& c) {
    OutgoingPipeline::Settings settings{c.xmpp.component, c.relay.domain, c.mail.expire};
    settings.register_domains = c.mail.register_domains;
    return settings;
}
OpenPgp::Settings openpgp_settings(const config::Config& c) {
    constexpr std::array policies{Policy::require, Policy::prefer, Policy::off};
    return {policies[static_cast<std::size_t>(c.mail.encryption)], limits_of(c)};
}
ServiceSettings service_settings(const config::Config& c) {
    return {c.xmpp.component, c.mail.register_domains, c.relay.domain,
            std::chrono::ceil<std::chrono::hours>(c.mail.expire),
            c.files.listen.empty() ? std::chrono::hours(0) : std::chrono::ceil<std::chrono::hours>(c.files.expire)};
}
LmtpReceiver::Settings relay_settings(const config::Config& c) {
    return {c.relay.domain, c.relay.lmtp_listen, c.mail.ehlo_name, limits_of(c), users_of(c), c.relay.authserv_id};
}
SmtpSender::Settings relay_submission_settings(const config::Config& c) {
    SmtpSender::Settings settings;
    settings.server = {c.relay.smtp_server.host, c.relay.smtp_server.port, security_of(c.relay.smtp_security)};
    settings.reach = {true, false};  // the admin named the host: private addresses are allowed
    settings.ehlo_name = c.mail.ehlo_name;
    return settings;
}
MailSender::Delivered delivered_of(const config::Config& c) {
    return c.mail.delivered == config::Delivered::accepted ? MailSender::Delivered::accepted
                                                           : MailSender::Delivered::reported;
}
MailboxPool::Settings linked_settings(const config::Config& c) {
    return {{c.mail.allow_private_servers, true},
            limits_of(c),
            c.mail.poll,
            c.mail.ehlo_name,
            c.mail.dns_server.host,
            c.mail.dns_server.port};
}

FileDownload::Settings download_settings(const config::Config& c) {
    return {c.files.fetch ? c.files.fetch_largest : 0, c.mail.allow_private_servers, c.files.url};
}

OwnFiles::Settings own_files_settings(const config::Config& c) {
    return {c.files.folder,
            {c.files.quota, c.files.user_quota, c.files.expire},
            c.files.url,
            {c.files.listen, c.files.tls_certificate, c.files.tls_key}};
}

config::Config reloaded(const config::Config& running, const config::Config& wanted) {
    config::Config taken = wanted;
    taken.xmpp = running.xmpp;
    taken.store.url = running.store.url;
    taken.store.key_file = running.store.key_file;
    taken.mail.ca_file = running.mail.ca_file;
    taken.mail.max_size = running.mail.max_size;
    taken.control = running.control;
    taken.files.listen = running.files.listen;
    taken.files.url = running.files.url;
    taken.files.tls_certificate = running.files.tls_certificate;
    taken.files.tls_key = running.files.tls_key;
    taken.files.folder = running.files.folder;
    taken.relay = running.relay;
    taken.relay.users_file = wanted.relay.users_file;
    taken.relay.authserv_id = wanted.relay.authserv_id;
    taken.relay.connections = wanted.relay.connections;
    return taken;
}

}  // namespace gateway
