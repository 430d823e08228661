#include "probes/append_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"

namespace pgdrill::probes {

namespace {

bool is_beginning(std::vector<std::int64_t> const& shorter, std::vector<std::int64_t> const& longer) {
  return shorter.size() <= longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

}  // namespace

void ListChecker::sent(std::string const& key, std::int64_t element) {
  lists_[key].elements.emplace(element, WriteStatus::unknown);
}

void ListChecker::ended(std::string const& key, std::int64_t element, WriteStatus status) {
  auto& list = lists_[key];
  list.elements[element] = status;
  if (status == WriteStatus::acknowledged) list.acknowledged.push_back(element);
}

std::size_t ListChecker::acknowledged(std::string const& key) const {
  auto const found = lists_.find(key);
  return found == lists_.end() ? 0 : found->second.acknowledged.size();
}

void ListChecker::compare(List const& list, std::string const& key, std::vector<std::int64_t> const& now,
                          bool new_epoch, std::vector<ListAnomaly>& into) {
  auto const& before = list.longest;
  if (is_beginning(before, now)) return;
  if (!is_beginning(now, before)) {
    auto const differs = std::ranges::mismatch(before, now);
    into.push_back({"split brain", key,
                    fmt::format("it was {} elements long and went on otherwise from element {}",
                                before.size(), differs.in1 - before.begin() + 1)});
  } else if (!new_epoch) {
    into.push_back(
        {"time travel", key, fmt::format("it has {} elements after it had {}", now.size(), before.size())});
  }
}

std::vector<ListAnomaly> ListChecker::read(std::string const& key, std::vector<std::int64_t> const& now,
                                           std::size_t acknowledged_before, std::string const& server) {
  auto& list = lists_[key];
  std::vector<ListAnomaly> found;
  bool const new_epoch = !list.server.empty() && server != list.server;
  if (new_epoch && list.servers.contains(server)) {
    found.push_back(
        {"split brain", key, server + " answers again, after " + list.server + " took its place"});
  }
  compare(list, key, now, new_epoch, found);
  std::set<std::int64_t> there;
  for (auto const element : now) {
    if (!there.insert(element).second) {
      found.push_back({"duplicated", key, fmt::format("element {} is there more than once", element)});
    }
    auto const sent = list.elements.find(element);
    bool const refused = sent == list.elements.end() || sent->second == WriteStatus::failed;
    if (refused)
      found.push_back({"resurrected", key, fmt::format("element {} was refused or never sent", element)});
  }
  if (new_epoch) {
    // What the restored list does not have any more is gone rightly; what it has must stay.
    std::erase_if(list.acknowledged, [&](std::int64_t element) { return !there.contains(element); });
  } else {
    for (std::size_t i = 0; i < std::min(acknowledged_before, list.acknowledged.size()); ++i) {
      if (there.contains(list.acknowledged[i])) continue;
      found.push_back(
          {"lost update", key, fmt::format("acknowledged element {} is not there", list.acknowledged[i])});
    }
  }
  list.longest = now;
  list.server = server;
  list.servers.insert(server);
  return found;
}

std::vector<std::int64_t> parse_list(std::string_view text) {
  std::vector<std::int64_t> list;
  if (text.empty()) return list;
  for (auto const& word : split(text, ',')) list.push_back(std::strtoll(word.c_str(), nullptr, 10));
  return list;
}

}  // namespace pgdrill::probes
