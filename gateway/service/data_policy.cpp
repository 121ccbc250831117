// See data_policy.h.

#include "gateway/service/data_policy.h"

#include <algorithm>

namespace gateway {

xmpp::xep0004::Form data_policy(const ServiceSettings& settings, bool links) {
    xmpp::xep0004::Form form{.type = "result", .form_type = "urn:xmpp:data-policy:0"};
    const auto field = [&form](const char* name, const char* type, const std::string& value) {
        form.fields.push_back({name, type, "", value});
    };
    field("auth_data", "list-single", links ? "plain" : "no_auth");
    field("data_transmission", "list-single", "encrypted");
    field("encryption_algorithm", "text-single", "TLS, OpenPGP");
    // Hours that a message waits, or a file lies in the gateway's own store, where it is not sealed.
    const auto longest = std::max(settings.retention, settings.files_expire);
    field("data_retention", "text-single", std::to_string(longest.count()));
    field("data_deletion", "boolean", "1");  // unlink
    field("encryption_at_rest", "boolean", settings.files_expire.count() > 0 ? "0" : "1");
    field("data_export", "boolean", "0");
    field("access_policy", "list-multi", "admins");
    field("full_erasure", "boolean", "1");
    return form;
}

}  // namespace gateway
