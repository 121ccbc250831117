// Stanzas whose text is encrypted between a client and the gateway: what may stand beside the text.
//
// [XEP-0364 §4.3] [XEP-0384 §4.4]. OTR and OMEMO 0.3 encrypt a text and nothing else. What tells a program how to
// handle the text may stand beside it, unprotected; words, files or places may not. All that is not listed is left out,
// so that a feature to come is no leak. Pure.

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp::end_to_end {

/// The message with the text that was decrypted, and of what stood beside it only what adds nothing to the text.
/// `with_correction`: also which message it corrects [XEP-0308 §3].
Stanza opened(const Tag& message, const std::string& text, bool with_correction = false);
/// Adds to `encrypted` what may stand beside the text of `original`.
void add_beside(const Tag& original, Tag& encrypted);

}  // namespace xmpp::end_to_end
