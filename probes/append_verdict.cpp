#include "probes/append_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

std::vector<Stretch> pack_list(std::vector<std::int64_t> const& list) {
  std::vector<Stretch> packed;
  for (auto const element : list) {
    if (!packed.empty()) {
      auto& last = packed.back();
      if (last.count == 1) last.step = element - last.first;
      if (element == last.first + last.step * last.count) {
        ++last.count;
        continue;
      }
    }
    packed.push_back({.first = element});
  }
  return packed;
}

std::vector<std::int64_t> unpack_list(std::vector<Stretch> const& stretches) {
  std::vector<std::int64_t> list;
  for (auto const& stretch : stretches) {
    for (std::int64_t i = 0; i < stretch.count; ++i) list.push_back(stretch.first + i * stretch.step);
  }
  return list;
}

void ListChecker::pack(List& list) {
  list.packed = pack_list(list.longest);
  list.longest = {};
  list.acknowledged = {};
  std::erase_if(list.elements, [](auto const& one) { return one.second == WriteStatus::acknowledged; });
}

void ListChecker::unpack(List& list) {
  list.longest = unpack_list(list.packed);
  for (auto const element : list.longest) {
    // What was not there when the list was last read has been told.
    auto const status = list.elements.emplace(element, WriteStatus::acknowledged).first->second;
    if (status == WriteStatus::acknowledged) list.acknowledged.push_back(element);
  }
}

void ListChecker::close(std::string const& key) {
  auto& list = lists_[key];
  if (!list.closed) pack(list);
  list.closed = true;
}

std::vector<std::string> ListChecker::passed_over(std::string const& last) const {
  auto const found = std::ranges::find(servers_, last);
  if (found == servers_.end() || servers_.end() - found < 3) return {};
  return {found + 1, servers_.end() - 1};
}

bool ListChecker::gone_before(std::vector<std::string> const& servers, std::int64_t element) const {
  return std::ranges::any_of(servers, [&](std::string const& server) {
    auto const kept = newest_kept_.find(server);
    return kept == newest_kept_.end() || kept->second < element;
  });
}

/// What a restored list does not have any more may be gone rightly; what it has must stay.
void ListChecker::begin_epoch(List& list, std::set<std::int64_t> const& there, std::string const& server) {
  std::vector<std::string> const unread = passed_over(list.server);
  auto& newest = newest_kept_[server];
  list.first_gone = 0;
  for (auto const element : list.acknowledged) {
    bool const kept = there.contains(element);
    if (kept) newest = std::max(newest, element);
    if (!kept && list.first_gone == 0 && !gone_before(unread, element)) list.first_gone = element;
  }
  std::erase_if(list.acknowledged, [&](std::int64_t element) { return !there.contains(element); });
}

std::vector<ListAnomaly> ListChecker::read(std::string const& key, std::vector<std::int64_t> const& now,
                                           std::size_t acknowledged_before, std::string const& server) {
  auto& list = lists_[key];
  if (list.closed) unpack(list);
  std::vector<ListAnomaly> found;
  bool const new_epoch = !list.server.empty() && server != list.server;
  if (std::ranges::find(servers_, server) == servers_.end()) {
    servers_.push_back(server);
  } else if (server != servers_.back()) {
    found.push_back(
        {"split brain", key, server + " answers again, after " + servers_.back() + " took its place"});
  }
  if (passed_over(list.server).empty()) compare(list, key, now, new_epoch, found);
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
    begin_epoch(list, there, server);
  } else {
    for (std::size_t i = 0; i < std::min(acknowledged_before, list.acknowledged.size()); ++i) {
      if (there.contains(list.acknowledged[i])) continue;
      found.push_back(
          {"lost update", key, fmt::format("acknowledged element {} is not there", list.acknowledged[i])});
    }
  }
  // A restore goes back to one moment, for all lists.
  auto const kept = newest_kept_.find(server);
  if (list.first_gone != 0 && kept != newest_kept_.end() && list.first_gone < kept->second) {
    found.push_back(
        {"lost update", key,
         fmt::format("acknowledged element {} is gone, and element {}, which was sent after it, is "
                     "there",
                     list.first_gone, kept->second)});
    list.first_gone = 0;
  }
  list.longest = now;
  list.server = server;
  if (list.closed) pack(list);
  return found;
}

std::vector<std::int64_t> parse_list(std::string_view text) {
  std::vector<std::int64_t> list;
  if (text.empty()) return list;
  for (auto const& word : split(text, ',')) list.push_back(std::strtoll(word.c_str(), nullptr, 10));
  return list;
}

}  // namespace pgdrill::probes
