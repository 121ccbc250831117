// The content by OpenSSL's CMS; see smime.h.

#include "coi/mail/smime.h"

#include <openssl/cms.h>
#include <openssl/err.h>

#include <memory>

namespace coi {
namespace {

struct FreeCms {
    void operator()(CMS_ContentInfo* cms) const { CMS_ContentInfo_free(cms); }
};

}  // namespace

std::optional<std::string> signed_content(std::string_view der, std::size_t most) {
    const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<CMS_ContentInfo, FreeCms> cms(
        d2i_CMS_ContentInfo(nullptr, &begin, static_cast<long>(der.size())));
    ERR_clear_error();
    if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) return std::nullopt;
    ASN1_OCTET_STRING** content = CMS_get0_content(cms.get());
    if (content == nullptr || *content == nullptr) return std::nullopt;  // a detached one
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(*content));
    if (size > most) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(*content)), size);
}

}  // namespace coi
