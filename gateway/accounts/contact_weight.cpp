// See contact_weight.h.

#include "gateway/accounts/contact_weight.h"

namespace gateway {

Weight weight(const Contact& contact) {
    const Privacy& privacy = contact.privacy;
    const bool met = contact.written_to || contact.subscribed;
    const bool is_protected = privacy.encrypted || privacy.has_key || privacy.came_protected;
    if (contact.blocked || privacy.policy != Policy::inherit || privacy.tunnel != Tunnel::never ||
        privacy.spoken != EndToEnd::none || privacy.otr_clear || privacy.omemo_clear || privacy.verified ||
        (met && is_protected)) {
        return Weight::kept;
    }
    if (contact.subscribed) return Weight::subscribed;
    if (contact.written_to) return Weight::written_to;
    if (privacy.encrypted) return Weight::encrypted;
    return is_protected ? Weight::with_key : Weight::stranger;
}

}  // namespace gateway
