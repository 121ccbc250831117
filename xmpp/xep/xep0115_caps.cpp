// Entity capabilities [XEP-0115 §5.1]; see xep0115_caps.h. Hash and base64 are gloox's.

#include "xmpp/xep/xep0115_caps.h"

#include <gloox/base64.h>
#include <gloox/sha.h>

#include <algorithm>
#include <vector>

namespace xmpp::xep0115 {

std::string version(const xep0030::Info& info) {
    std::vector<std::string> identities;
    for (const auto& each : info.identities) identities.push_back(each.category + "/" + each.type + "//" + each.name);
    std::vector<std::string> features = info.features;
    std::ranges::sort(identities);
    std::ranges::sort(features);
    std::string text;
    for (const auto& each : identities) text += each + "<";
    for (const auto& each : features) text += each + "<";
    gloox::SHA sha;
    sha.feed(text);
    return gloox::Base64::encode64(sha.binary());
}

void add_caps(Tag& presence, const std::string& node, const std::string& version) {
    Tag& caps = add(presence, "c", ns);
    caps.addAttribute("hash", "sha-1");
    caps.addAttribute("node", node);
    caps.addAttribute("ver", version);
}

}  // namespace xmpp::xep0115
