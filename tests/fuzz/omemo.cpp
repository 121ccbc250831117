// Any bytes as messages of a session that stands, and as payloads, fingerprints and stored keys: nothing breaks, a
// session changes only by a message that is decrypted, and a message is decrypted once.
//
// The input is lines. "@" lets the client write as it should, "@x" puts in one of its messages once more, "^xyz" the
// same with an octet changed; another line is the data of a key: of a first message if it begins with "!".

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "xmpp/omemo/payload.h"
#include "xmpp/omemo/session.h"

namespace {

using namespace xmpp::omemo;

void check(bool holds) {
    if (!holds) std::abort();
}

std::size_t octet(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const OwnKeys ours = OwnKeys::generate({}), theirs = OwnKeys::generate({});
    static const Session first = start(theirs, ours.bundle()).value();
    OwnKeys own = ours;
    Session session, client = first;
    std::vector<Key> sent;
    std::set<std::string> seen;
    const auto receive = [&](const Key& key) {
        const Session before = session;
        const auto decrypted = decrypt(own, session, key);
        if (!decrypted) {
            check(session == before);
            return;
        }
        check(session.identity_key == decrypted->identity_key && session.record.bytes().size() <= max_record);
        check(seen.emplace(decrypted->key.bytes()).second);
        if (decrypted->used_pre_key) own.use(*decrypted->used_pre_key);
    };
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    for (int lines = 0; lines < 32 && !rest.empty(); ++lines) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (line == "@") {
            sent.push_back(encrypt(theirs, client, own.device(), std::to_string(lines)).value());
            receive(sent.back());
            if (const auto answer = encrypt(own, session, theirs.device(), "answer"))
                check(decrypt(theirs, client, *answer)->key.bytes() == "answer");
        } else if (line.starts_with("@") && line.size() == 2 && !sent.empty()) {
            receive(sent[octet(line, 1) % sent.size()]);
        } else if (line.starts_with("^") && line.size() == 4 && !sent.empty()) {
            Key changed = sent[octet(line, 1) % sent.size()];
            changed.data[octet(line, 2) % changed.data.size()] = line[3];
            receive(changed);
        } else {
            const bool is_prekey = line.starts_with("!");
            receive({own.device(), is_prekey, std::string(line.substr(is_prekey ? 1 : 0))});
        }
        open("123456789012", line, std::string(32, 'k'));
        open(line.substr(0, std::min<std::size_t>(line.size(), 16)), line, line);
        if (const auto key = parse_fingerprint(line)) check(parse_fingerprint(print_fingerprint(*key)) == key);
    }
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    if (const auto keys = OwnKeys::load(all)) check(OwnKeys::load(keys->save().bytes()) == keys);
    return 0;
}
