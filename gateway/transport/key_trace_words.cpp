// See key_trace_words.h.

#include "gateway/transport/key_trace_words.h"

#include "gateway/localization.h"

namespace gateway {

std::string key_trace_words(const Account& account, coi::KeyTrace trace) {
    const std::string address = account.address.addr_spec();
    if (trace == coi::KeyTrace::unproven) {
        return say(account.lang,
                   "In the mailbox {1} lies a mail from your own address that brings a key which is not mine. "
                   "Anybody could have sent it, so I have changed nothing. If another program of yours uses "
                   "encryption there, let both share a key, or one of us cannot read what is answered: export it "
                   "there and write to me: key import",
                   {address});
    }
    if (trace == coi::KeyTrace::setup_message) {
        return say(account.lang,
                   "In the mailbox {1} lies a key of yours, in an Autocrypt Setup Message. Until you decide, I send "
                   "no key and encrypt nothing, so that your other program can go on reading all answers. To use "
                   "that key here, write to me: key import. To make a new one, with whose mail the other program "
                   "can do nothing: key replace",
                   {address});
    }
    return say(account.lang,
               "Another mail program of yours uses a key for {1}. Until you decide, I send no key and encrypt "
               "nothing, so that it can go on reading all answers. To use its key here, export it there and write "
               "to me: key import. To make a new one, with whose mail the other program can do nothing: key replace",
               {address});
}

}  // namespace gateway
