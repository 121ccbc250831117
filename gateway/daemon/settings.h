// Derives the settings of each module from the configuration: the only place that knows both.

#pragma once

#include "config/config.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/pipeline/outgoing.h"
#include "gateway/queue/smtp_sender.h"
#include "gateway/service/registration.h"
#include "gateway/transport/file_download.h"
#include "gateway/transport/lmtp_receiver.h"
#include "gateway/transport/mail_sender.h"
#include "gateway/transport/mailbox_pool.h"
#include "gateway/transport/own_files.h"
#include "xmpp/component.h"

namespace gateway {

xmpp::Component::Settings component_settings(const config::Config&);
RelayAccounts::Settings relay_account_settings(const config::Config&);
OutgoingPipeline::Settings outgoing_settings(const config::Config&);
OpenPgp::Settings openpgp_settings(const config::Config&);
ServiceSettings service_settings(const config::Config&);
/// Throws std::runtime_error if the users file names no user.
LmtpReceiver::Settings relay_settings(const config::Config&);
SmtpSender::Settings relay_submission_settings(const config::Config&);
MailSender::Delivered delivered_of(const config::Config&);
MailboxPool::Settings linked_settings(const config::Config&);
FileDownload::Settings download_settings(const config::Config&);
OwnFiles::Settings own_files_settings(const config::Config&);
/// The configuration after SIGHUP: `wanted`, except for keys that need a restart (config/keys.cpp marks them); these
/// keep their running value, so that the next reload reports them again.
config::Config reloaded(const config::Config& running, const config::Config& wanted);

}  // namespace gateway
