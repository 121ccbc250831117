// Operations on users' keys; see key_management.h.

#include "gateway/encryption/key_management.h"

#include <utility>

#include "coi/crypt/setup_message.h"

namespace gateway {
namespace {

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

coi::Error store_away() { return {coi::ErrorKind::unreachable, false, "the store is not available", 0, {}}; }

/// Reads a key that its owner imports. For a worker thread.
coi::Result<keys::Own> read_key(const coi::Secret& armoured, const coi::Secret& passphrase) {
    coi::Secret key = armoured, code = passphrase;
    if (armoured.bytes().find("-----BEGIN PGP MESSAGE-----") != std::string_view::npos) {
        const bool is_numeric = armoured.bytes().find("numeric9x4") != std::string_view::npos;
        const coi::setup_message::Found found{std::string(armoured.bytes()), is_numeric, ""};
        auto opened = coi::setup_message::open(found, coi::setup_message::setup_code(found, passphrase.bytes()));
        if (!opened) return opened.error();
        key = std::move(opened->key);
        code = {};
    }
    auto secret = coi::openpgp::import_key(key.bytes(), code);
    if (!secret) return secret.error();
    const auto info = coi::openpgp::inspect(secret->bytes(), now());
    if (!info) return info.error();
    return keys::Own{std::move(*secret), info->fingerprint};
}

}  // namespace

void KeyManagement::with_account(const std::string& jid, const std::string& lang, Ready ready) {
    if (const Account* account = directory_.of_user(jid)) return ready(account);
    relay_accounts_.get(jid, lang, std::move(ready));
}

void KeyManagement::invite(AccountId id, std::function<void(std::optional<coi::securejoin::Invite>)> done) {
    secure_join_.invite(id, std::move(done));
}

void KeyManagement::join(AccountId id, const coi::securejoin::Invite& invite,
                         std::function<void(SecureJoin::Joined)> done) {
    secure_join_.join(id, invite, std::move(done));
}

void KeyManagement::fingerprints(AccountId id, const std::string& contact,
                                 std::function<void(std::optional<Fingerprints>)> done) {
    openpgp_.own_key(id, [this, id, contact, done = std::move(done)](const std::optional<keys::Own>& own) {
        keys::peer(store_, id, contact,
                   [this, id, contact, own = own ? own->fingerprint : coi::openpgp::Fingerprint(), done](
                       const Store::Failure& failure, const coi::autocrypt::Peer& peer) {
                       const Account* account = directory_.find(id);
                       if (failure || !account) return done(std::nullopt);
                       Fingerprints found{own, coi::autocrypt::fingerprint_of(peer), peer.offered, "", {}, ""};
                       if (!contact.empty()) found.clients = otr_.known(id, contact);
                       otr_.fingerprint(*account, [this, id, found, done](std::string otr) mutable {
                           found.otr = std::move(otr);
                           omemo_.own_keys(id, [found, done](const OmemoOwnKeys::Keys& keys) mutable {
                               if (keys) found.omemo = xmpp::omemo::print_fingerprint(keys->identity_key());
                               done(std::move(found));
                           });
                       });
                   });
    });
}

void KeyManagement::accept(AccountId id, const std::string& contact, const coi::openpgp::Fingerprint& key,
                           std::function<void(Accepted)> done) {
    keys::accept(
        store_, id, contact, key,
        [this, id, contact, done = std::move(done)](const Store::Failure& failure, const keys::Accepted& result) {
            if (failure) return done(Accepted::busy);
            if (const Contact* met = result.is_accepted ? directory_.contact(id, contact) : nullptr) {
                directory_.change(id, met->address, [&](Contact& changed) {
                    trust::note_keys(changed.privacy, result.peer);
                    changed.relays = {};  // of the key before; this one's come with its next mail
                });
            }
            done(result.is_accepted ? Accepted::yes : Accepted::another);
        });
}

void KeyManagement::export_key(AccountId id, coi::Secret passphrase,
                               std::function<void(coi::Result<coi::Secret>)> done) {
    openpgp_.own_key(id, [this, id, passphrase = std::move(passphrase),
                          done = std::move(done)](const std::optional<keys::Own>& own) {
        if (!own) return done(store_away());
        workers_.ask<coi::Result<coi::Secret>>(
            Line(id), [key = own->secret, passphrase] { return coi::openpgp::export_key(key, passphrase); }, done);
    });
}

void KeyManagement::import_key(AccountId id, coi::Secret armoured, coi::Secret passphrase, Took done) {
    workers_.ask<coi::Result<keys::Own>>(
        Line(id),
        [armoured = std::move(armoured), passphrase = std::move(passphrase)] { return read_key(armoured, passphrase); },
        [this, id, done = std::move(done)](const coi::Result<keys::Own>& own) {
            if (!own) return done(own.error());
            take_key(id, *own, done);
        });
}

void KeyManagement::replace_key(AccountId id, Took done) { take_key(id, std::nullopt, std::move(done)); }

void KeyManagement::own_field(AccountId id, const std::string& field,
                              std::function<void(coi::openpgp::Fingerprint)> foreign) {
    const Account* account = directory_.find(id);
    if (!account || account->key_holder != KeyHolder::coigate) return;
    openpgp_.own_key(id, [this, id, field, foreign = std::move(foreign),
                          address = account->address.canonical()](const std::optional<keys::Own>& own) {
        if (!own) return;
        workers_.ask<coi::openpgp::Fingerprint>(
            Line(id),
            [field, address, seal = store_.seal()] {
                const auto header = coi::autocrypt::parse(field);
                if (!header || header->addr.canonical() != address || keys::is_marked(seal, *header))
                    return coi::openpgp::Fingerprint();
                const auto info = coi::openpgp::inspect(header->key, now());
                return info ? info->fingerprint : coi::openpgp::Fingerprint();
            },
            [this, id, foreign, ours = own->fingerprint](const coi::openpgp::Fingerprint& brought) {
                if (brought.empty() || brought == ours) return;
                const std::string once = std::to_string(static_cast<std::int64_t>(id));
                if (foreign_.take(once, std::chrono::steady_clock::now())) foreign(brought);
            });
    });
}

/// Invites made with the former key end with it. The account's key holder is coigate from now on.
void KeyManagement::take_key(AccountId id, std::optional<keys::Own> key, Took done) {
    openpgp_.replace_key(id, std::move(key),
                         [this, id, done = std::move(done)](const Store::Failure& failure, const keys::Own& own) {
                             const Account* account = directory_.find(id);
                             if (failure || !account) return done(store_away());
                             keys::end_offers(store_, id);
                             if (account->key_holder == KeyHolder::coigate) return done(own.fingerprint);
                             directory_.change(
                                 id, [](Account& changed) { changed.key_holder = KeyHolder::coigate; },
                                 [done, fingerprint = own.fingerprint](const Store::Failure& unsaved) {
                                     if (unsaved) return done(store_away());
                                     done(fingerprint);
                                 });
                         });
}

}  // namespace gateway
