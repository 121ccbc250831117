// The stage that decrypts a mail, the same for what others wrote and for what the account's user did.

#pragma once

#include "gateway/encryption/openpgp.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/task.h"

namespace gateway {

/// Fills in what decryption finds. Throws AccountGone; StoreUnavailable also where there is too much to decrypt.
Task<> open_mail(MailEncryption&, Directory&, IncomingMail&);

}  // namespace gateway
