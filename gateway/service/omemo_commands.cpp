// The commands about OMEMO: what may become of messages written under it, and which of the user's devices are trusted.

#include <charconv>
#include <string_view>

#include "gateway/encryption/omemo_messages.h"
#include "gateway/localization.h"
#include "gateway/service/answer_lines.h"
#include "gateway/service/privacy_commands.h"

namespace gateway {
namespace {

using Device = keys::OmemoDevice;

std::string line_of(const Device& device, const std::string& lang) {
    const std::string name = omemo_messages::name_of(device, lang);
    switch (device.trust) {
        case Device::Trust::blind:
            return say(lang, "{1}: used, not verified", {name});
        case Device::Trust::verified:
            return say(lang, "{1}: verified", {name});
        case Device::Trust::revoked:
            return say(lang, "{1}: not trusted", {name});
        case Device::Trust::undecided:
            return say(lang, "{1}: new, waits for your word", {name});
    }
    return name;
}

/// The number of a device, "12" or "trust 12"; 0: it is none.
std::uint32_t device_number(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

}  // namespace

void PrivacyCommands::omemo(const Asker& asker, const std::string& contact, const std::string& wanted, Done done) {
    if (contact == "devices" || contact == "geräte") return omemo_devices(asker, done);
    const bool trust = contact == "trust" || contact == "vertrauen";
    if (trust || contact == "distrust" || contact == "misstrauen") return omemo_trust(asker, wanted, trust, done);
    const bool clear = wanted == "clear" || wanted == "lesbar";
    const bool off = wanted == "off" || wanted == "aus";
    if (!clear && !off && wanted != "encrypted" && wanted != "verschlüsselt") {
        return done(wrong(say(asker.lang,
                              "Write: omemo CONTACT encrypted (what you write under OMEMO leaves as encrypted mail "
                              "only), omemo CONTACT clear (it may leave as readable mail), omemo CONTACT off (messages "
                              "to you come without OMEMO), omemo devices, omemo trust NUMBER or omemo distrust "
                              "NUMBER.")));
    }
    with_contact(
        asker, contact, done,
        [self = shared_from_this(), asker, clear, off, done](const Account& account, const Contact& met) {
            const std::string who = met.address.addr_spec();
            if (off) {
                self->desk_.omemo().off(account, met.canonical);
                return done({say(asker.lang, "Messages of {1} come to you without OMEMO from now on.", {who})});
            }
            self->registrar_.directory().change(account.id, met.address,
                                                [clear](Contact& changed) { changed.privacy.omemo_clear = clear; });
            done({clear ? say(asker.lang, "What you write to {1} under OMEMO may now leave as readable mail.", {who})
                        : say(asker.lang, "What you write to {1} under OMEMO leaves as encrypted mail only.", {who})});
        });
}

void PrivacyCommands::omemo_devices(const Asker& asker, const Done& done) {
    with_account(asker, done, [self = shared_from_this(), asker, done](const Account& account) {
        self->desk_.omemo().devices(account.id, [self, asker, done](const std::vector<Device>* devices) {
            if (!devices) return done(self->trouble(asker.lang));
            if (devices->empty()) return done({say(asker.lang, "None of your programs has used OMEMO with me yet.")});
            AnswerLines lines;
            lines.add(say(asker.lang, "The programs of yours that read by OMEMO what I send:"));
            for (const auto& device : *devices) lines.add(line_of(device, asker.lang));
            lines.add(say(asker.lang,
                          "If one is not yours, write: omemo distrust NUMBER. If you have compared its key: omemo "
                          "trust NUMBER; then later ones get nothing before you trust them, too."));
            done({lines.take()});
        });
    });
}

void PrivacyCommands::omemo_trust(const Asker& asker, const std::string& number, bool trust, const Done& done) {
    with_account(asker, done, [self = shared_from_this(), asker, number, trust, done](const Account& account) {
        self->desk_.omemo().devices(
            account.id, [self, asker, number, trust, id = account.id, done](const std::vector<Device>* devices) {
                if (!devices) return done(self->trouble(asker.lang));
                const auto device = device_number(number);
                const auto how = trust ? Device::Trust::verified : Device::Trust::revoked;
                if (!self->desk_.omemo().set_trust(id, device, how)) {
                    return done(self->wrong(
                        say(asker.lang, "There is no such device of yours. To see them all, write: omemo devices")));
                }
                for (const auto& each : *devices) {
                    if (each.id == device) return done({line_of(each, asker.lang)});
                }
            });
    });
}

}  // namespace gateway
