// See outgoing_files.h.

#include "gateway/pipeline/outgoing_files.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/localization.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/store/release_held.h"
#include "gateway/translate/feature/file.h"
#include "gateway/translate/file_name.h"
#include "gateway/translate/inline_picture.h"
#include "xmpp/xep/xep0300_hashes.h"
#include "xmpp/xep/xep0454_media.h"

namespace gateway {
namespace {

constexpr std::size_t megabyte = 1'000'000;

/// A link without a media type that is served as HTML is a web page, not a file.
bool is_page(const File& file, const std::string& served) {
    return file.type.empty() && file_name::media_type({served}, "") == "text/html";
}

coi::Error too_large() { return coi::over_limit("the file is too large"); }

coi::Error another() { return coi::malformed("the file does not have the hash that its message says"); }

coi::Error not_opened() { return coi::malformed("the file is not what its link's key has encrypted"); }

}  // namespace

std::vector<File> OutgoingFiles::to_fetch(const Event& event) const {
    std::vector<File> all;
    const bool are_links_followed = modules_.source.largest() > 0;
    const auto is_to_fetch = [are_links_followed](const File& file) {
        return inline_picture::is_elsewhere(file) || (are_links_followed && !file.url.empty());
    };
    if (const auto* files = event.get<Files>()) std::ranges::copy_if(files->all, std::back_inserter(all), is_to_fetch);
    return all;
}

void OutgoingFiles::fetch(Held held) { start(carry(std::move(held))); }

Task<> OutgoingFiles::carry(Held held) {
    Fetched got;  // the files have their room in memory until their mail is stored
    try {
        got = co_await fetched(held);
        if (!modules_.to_mail.is_kept(held.entry)) co_return;  // taken back, or let go by an admin
        if (!got.failed.empty()) explain(held, got);
        if (!got.files.empty()) held.entry.payload = co_await closed(held, std::exchange(got.files, {}));
    } catch (const AccountGone&) {
        co_return;
    } catch (const StoreError&) {
        co_return;
    }
    co_await release(std::move(held.entry));
}

/// All that can be had, and that one mail carries.
Task<OutgoingFiles::Fetched> OutgoingFiles::fetched(const Held& held) {
    struct Answers {
        std::vector<std::optional<coi::Result<Got>>> all;
        std::size_t open;
    };
    const std::string user = account_of(modules_.directory, held.entry.account).jid;
    const auto answers = std::make_shared<Answers>(Answers{.all{held.files.size()}, .open = held.files.size()});
    const std::size_t largest = modules_.source.largest();
    co_await called_back<bool>([&](auto done) {
        std::size_t announced = 0;
        for (std::size_t i = 0; i < held.files.size(); ++i) {
            const auto end = [answers, i, done](coi::Result<Got> got) {
                answers->all[i].emplace(std::move(got));
                if (--answers->open == 0) done(true);
            };
            const File& file = held.files[i];
            if (inline_picture::is_elsewhere(file)) {
                start<coi::Result<Got>>(picture(file, held.entry.origin, held.contact_jid), end);
            } else if (file.size > largest - announced) {
                end(too_large());
            } else {
                announced += file.size;
                start<coi::Result<Got>>(fetched(file, user, held.entry.account), end);
            }
        }
    });
    Fetched fetched;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < held.files.size(); ++i) {
        auto& got = *answers->all[i];
        const bool is_inline = inline_picture::is_elsewhere(held.files[i]);
        if (got && !is_inline && got->file.bytes->size() > largest - bytes) got = too_large();
        if (got && !co_await has_its_hash(got->file, held.entry.account)) {
            got = another();
            fetched.is_another = true;
        }
        if (got) {
            if (!is_inline) bytes += got->file.bytes->size();
            fetched.files.push_back(std::move(got->file));
            fetched.rooms.push_back(std::move(got->room));
        } else {
            fetched.failed.push_back(got.error());
            fetched.is_inline = fetched.is_inline || is_inline;
            fetched.is_encrypted = fetched.is_encrypted || xmpp::xep0454::link(held.files[i].url).has_value();
        }
    }
    co_return fetched;
}

/// The file with its bytes.
Task<coi::Result<OutgoingFiles::Got>> OutgoingFiles::fetched(File file, std::string user, AccountId account) {
    const auto secret = xmpp::xep0454::link(file.url);
    auto got = co_await called_back<coi::Result<FetchedFile>>(
        [&](auto done) { modules_.source.fetch(user, secret ? secret->url : file.url, std::move(done)); });
    if (!got) co_return got.error();
    if (is_page(file, got->type)) co_return coi::malformed("the link leads to a page");
    file.type = file_name::media_type({file.type, got->type}, file.name);
    file.bytes = std::move(got->bytes);
    if (!secret) co_return Got{std::move(file), std::move(got->room)};
    using Plain = std::optional<std::string>;
    auto plain = co_await called_back<Plain>([&](auto done) {
        modules_.workers.ask<Plain>(
            Line(account), [bytes = file.bytes, secret] { return xmpp::xep0454::decrypt(*bytes, *secret); },
            std::move(done));
    });
    if (!plain) co_return not_opened();
    file.bytes = std::make_shared<const std::string>(std::move(*plain));
    co_return Got{std::move(file), std::move(got->room)};
}

/// The picture that the client gives.
Task<coi::Result<OutgoingFiles::Got>> OutgoingFiles::picture(File file, std::string client, std::string contact) {
    auto got = co_await called_back<coi::Result<FetchedFile>>(
        [&](auto done) { modules_.pictures.fetch({client, contact, inline_picture::cid_of(file)}, std::move(done)); });
    if (!got) co_return got.error();
    auto found = inline_picture::file_of(*got->bytes);
    if (!found) co_return coi::malformed("it is no picture of a known kind");
    found->url = file.url;
    co_return Got{std::move(*found)};
}

/// [XEP-0447 §7] What has another hash is not what the user sent. Encryption proves more [XEP-0454 §3].
Task<bool> OutgoingFiles::has_its_hash(const File& file, AccountId account) {
    if (file.hash.digest.empty() || xmpp::xep0454::link(file.url)) co_return true;
    const auto is_it = [bytes = file.bytes, hash = file.hash] {
        return xmpp::xep0300::fits(*bytes, {hash.algorithm, hash.digest});
    };
    co_return co_await called_back<bool>(
        [&](auto done) { modules_.workers.ask<bool>(Line(account), is_it, std::move(done)); });
}

/// The bytes of the same mail with the files; "" if it cannot leave as the one with the links.
Task<std::string> OutgoingFiles::closed(const Held& held, std::vector<File> files) {
    const Account& account = account_of(modules_.directory, held.entry.account);
    const Contact* contact = modules_.directory.contact(account.id, held.entry.contact);
    if (contact == nullptr) co_return "";
    OutgoingMail letter = held.letter;
    for (File& file : files) {
        file::attach(letter.mail, file, held.entry.lang, contact->dialect);
        file.bytes.reset();  // it is in the letter
    }
    EncryptResult closed = co_await called_back<EncryptResult>(
        [&](auto done) { modules_.encryption.close(account, *contact, std::move(letter), std::move(done)); });
    if (closed.encrypted != held.encrypted) co_return "";
    co_return std::move(closed.bytes);
}

/// Without a payload the mail leaves as it is. If the store is ill, its time comes by itself.
Task<> OutgoingFiles::release(queue::Entry entry) {
    if (!modules_.to_mail.is_kept(entry)) co_return;
    const AccountId account = entry.account;
    const std::string contact = entry.contact;
    const auto failure = co_await called_back<Store::Failure>(
        [&](auto done) { release_held(modules_.store, std::move(entry), modules_.now(), std::move(done)); });
    if (!failure) modules_.to_mail.unblock(account, contact);
}

/// Tells what the user can do something about; else the contact opens the link, as the user can.
void OutgoingFiles::explain(const Held& held, const Fetched& got) {
    const Account& account = account_of(modules_.directory, held.entry.account);
    const std::string& lang = held.entry.lang;
    std::string words;
    const auto is_limit = [](const coi::Error& error) {
        return error.kind == coi::ErrorKind::limit && error.permanent;
    };
    const bool is_too_large = std::ranges::any_of(got.failed, is_limit);
    const std::string most = std::to_string(modules_.source.largest() / megabyte);
    if (got.is_another) {
        words =
            say(lang,
                "What lies at the file's link is not the file that your client announced: your contact gets only the "
                "link. Send the file again.");
    } else if (is_too_large && held.files.size() > 1) {
        words =
            say(lang, "The files are larger than {1} MB together: your contact gets links to those that are too much.",
                {most});
    } else if (is_too_large && got.is_encrypted) {
        words = say(lang,
                    "The file is larger than {1} MB, and few mail programs can open the link of an encrypted file. "
                    "Send a smaller one, or one that is not encrypted.",
                    {most});
    } else if (is_too_large) {
        words = say(lang, "The file is larger than {1} MB: your contact gets its link.", {most});
    } else if (got.is_encrypted) {
        words = say(lang,
                    "The encrypted file could not be fetched, and few mail programs can open its link. Send it again.");
    }
    if (words.empty() && got.is_inline)
        words = say(lang, "A picture in your message could not be fetched from your client. Send it as a file.");
    if (words.empty()) return;
    if (held.letter.came_by != EndToEnd::none)
        modules_.notices.tell_end_to_end(account, held.entry.contact, held.contact_jid, words);
    else
        modules_.notices.tell_in(account, held.contact_jid, words);
}

}  // namespace gateway
