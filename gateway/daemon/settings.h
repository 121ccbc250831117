// From the operator's configuration to what each module needs of it: the only place where both are known.

#pragma once

#include "config/config.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/pipeline/outgoing.h"
#include "gateway/queue/smtp_sender.h"
#include "gateway/service/registration.h"
#include "gateway/transport/lmtp_receiver.h"
#include "gateway/transport/mailbox_pool.h"
#include "xmpp/component.h"

namespace gateway {

xmpp::Component::Settings component_settings(const config::Config&);
RelayAccounts::Settings relay_account_settings(const config::Config&);
OutgoingPipeline::Settings outgoing_settings(const config::Config&);
OpenPgp::Settings openpgp_settings(const config::Config&);
ServiceSettings service_settings(const config::Config&);
/// Throws std::runtime_error if the users file names nobody.
LmtpReceiver::Settings relay_settings(const config::Config&);
SmtpSender::Settings relay_submission_settings(const config::Config&);
MailboxPool::Settings linked_settings(const config::Config&);
/// What runs after SIGHUP: `wanted`, but for what needs a restart (config/keys.cpp says which); that stays as it runs,
/// so that the next reload names it again.
config::Config reloaded(const config::Config& running, const config::Config& wanted);

}  // namespace gateway
