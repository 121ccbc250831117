// See standing.h.

#include "gateway/pipeline/standing.h"

#include "gateway/model/trust.h"
#include "gateway/translate/feature/otr_message.h"
#include "gateway/translate/feature/security_label.h"

namespace gateway {

void note_standing(const IncomingMail& mail, Privacy& privacy) {
    const auto may = [&mail, state = trust::state_of(privacy)](trust::Change change) {
        return trust::may(mail.proof(), state, change);
    };
    const bool is_encrypted = security_label::is_proven(mail.protection) && may(trust::Change::mark);
    const auto announced = may(trust::Change::tunnel) ? otr_message::mark(mail.mail) : std::nullopt;
    privacy.encrypted = privacy.encrypted || is_encrypted;
    privacy.authenticated = privacy.authenticated || mail.author.by_server;
    if (announced) privacy.tunnel_offered = *announced;
}

}  // namespace gateway
