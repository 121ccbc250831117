// Where the contacts' messages lie in linked mailboxes, in SQL; see gateway/store/mail_places.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/store/mail_places.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::mail_places {

/// Notes where the contact's message with this key lies; of several copies the last one counts.
void put(Database&, AccountId, const std::string& contact, const coi::MessageId& key, const MailPlace&);
bool displayed(Database&, AccountId, const std::string& contact, const StanzaId&, bool marks);
bool reported(Database&, AccountId, const std::string& contact, const coi::MessageId&);
std::vector<Mark> to_mark(Database&, AccountId, std::size_t most);
bool any_to_mark(Database&, AccountId);
void marked(Database&, const Mark&);
std::vector<std::uint32_t> unread(Database&, AccountId, const std::string& folder, std::uint32_t uid_validity,
                                  std::size_t most);
std::vector<ReadUpTo> read_with(Database&, AccountId, const MailsOfFolder&);
void note_read(Database&, AccountId, const MailsOfFolder&);
/// The folder was numbered anew: nobody knows any more which of its mails the others were.
void renumbered(Database&, AccountId, const std::string& folder, std::uint32_t uid_validity);

}  // namespace gateway::mail_places
