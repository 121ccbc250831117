// How the gateway handles its users' data, as clients show it [XEP-0504]; made of the configuration.

#pragma once

#include "gateway/service/registration.h"
#include "xmpp/xep/xep0004_forms.h"

namespace gateway {

/// `links`: whether this user may link a mailbox, whose password is stored then.
xmpp::xep0004::Form data_policy(const ServiceSettings&, bool links);

}  // namespace gateway
