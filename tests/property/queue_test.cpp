// Laws of the queue: whatever is put, retried and done in whatever order, it equals a model of plain lists.

#include "gateway/store/sqlite/queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace gateway::queue {
namespace {

using Line = std::tuple<Direction, AccountId, std::string>;

/// What the queue must hold: each line's ids in order, and each entry's payload and attempts.
struct Model {
    std::map<Line, std::vector<std::int64_t>> lines;
    std::map<std::int64_t, std::pair<std::string, int>> entries;
};

std::vector<std::int64_t> ids(const std::vector<Entry>& entries) {
    std::vector<std::int64_t> ids;
    for (const auto& entry : entries) ids.push_back(entry.id);
    return ids;
}

void compare(Database& db, const Model& model) {
    for (const auto direction : {Direction::mail, Direction::jabber}) {
        std::vector<std::int64_t> heads_wanted;
        for (const auto& [line, waiting] : model.lines) {
            const auto& [line_leg, account, contact] = line;
            if (line_leg != direction || waiting.empty()) continue;
            heads_wanted.push_back(waiting.front());
            ASSERT_EQ(ids(next(db, direction, account, contact, 0, 1000)), waiting);
        }
        std::sort(heads_wanted.begin(), heads_wanted.end());
        ASSERT_EQ(ids(heads(db, direction, 0, 1000)), heads_wanted);
    }
    const auto listed = list(db, 0, 1000);
    ASSERT_EQ(listed.size(), model.entries.size());
    for (const auto& entry : listed) ASSERT_EQ(entry.attempts, model.entries.at(entry.id).second);
    ASSERT_EQ(count(db, Direction::mail) + count(db, Direction::jabber), static_cast<std::int64_t>(listed.size()));
}

TEST(QueueLaw, it_equals_a_model_of_lists) {
    std::mt19937_64 random(1958);
    Database db(":memory:", Seal::from_file_bytes(std::string(32, 'k')));
    Model model;
    for (int step = 0; step < 1500; ++step) {
        if (model.entries.empty() || random() % 5 < 2) {
            Entry entry;
            entry.direction = random() % 2 == 0 ? Direction::mail : Direction::jabber;
            entry.account = AccountId(random() % 3);
            entry.contact = std::string(1, static_cast<char>('a' + random() % 4));
            entry.tentative = random() % 4 == 0;
            entry.payload = std::string(random() % 6000, static_cast<char>(random()));
            const auto id = put(db, entry);
            ASSERT_TRUE(model.entries.empty() || id > model.entries.rbegin()->first);
            model.lines[{entry.direction, entry.account, entry.contact}].push_back(id);
            model.entries[id] = {entry.payload, 0};
            continue;
        }
        auto chosen = model.entries.begin();
        std::advance(chosen, static_cast<long>(random() % model.entries.size()));
        const auto id = chosen->first;
        ASSERT_EQ(find(db, id)->payload, chosen->second.first);
        if (random() % 3 == 0) {
            retry(db, id, Time{}, ++chosen->second.second, "later", false);
        } else {
            done(db, id);
            model.entries.erase(chosen);
            for (auto& [line, waiting] : model.lines) std::erase(waiting, id);
        }
        if (step % 25 == 0) compare(db, model);
    }
    compare(db, model);
}

}  // namespace
}  // namespace gateway::queue
