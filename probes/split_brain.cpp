#include "probes/split_brain.hpp"

#include <algorithm>
#include <utility>

namespace pgdrill::probes {

void Primaries::Names::heard(std::string const& name, std::int64_t sent_ns, std::int64_t ended_ns) {
  if (name.empty()) return;
  for (auto const& [other, first] : first_ns) {
    if (other != name && first <= sent_ns) left.insert(other);
  }
  first_ns.try_emplace(name, ended_ns);
}

bool Primaries::replaced(LedgerWrite const& write) const {
  if (clusters_.left.contains(write.origin) || servers_.left.contains(write.server)) return true;
  auto const newest = timelines_.find(write.origin);
  return newest != timelines_.end() && write.timeline != 0 && write.timeline < newest->second;
}

void Primaries::heard(LedgerWrite const& write, bool replaced) {
  if (replaced) return;
  clusters_.heard(write.origin, write.sent_ns, write.ended_ns);
  servers_.heard(write.server, write.sent_ns, write.ended_ns);
  auto& newest = timelines_[write.origin];
  newest = std::max(newest, write.timeline);
}

namespace {

/// The place in one record: its next acknowledged write, before or after the moment it was sent.
struct Place {
  LedgerWriter writer;
  std::optional<LedgerWrite> write = std::nullopt;
  bool sent = false;
  bool replaced = false;

  void move_on() {
    do {
      write = writer.next();
    } while (write && write->status != WriteStatus::acknowledged);
    sent = false;
  }
  [[nodiscard]] std::int64_t due_ns() const { return sent ? write->ended_ns : write->sent_ns; }
};

/// The place whose next event is the earliest; of several at one time an end comes before a beginning.
Place* earliest(std::vector<Place>& places) {
  Place* first = nullptr;
  for (auto& place : places) {
    if (!place.write) continue;
    bool const earlier =
        first == nullptr || std::pair(place.due_ns(), !place.sent) < std::pair(first->due_ns(), !first->sent);
    if (earlier) first = &place;
  }
  return first;
}

}  // namespace

std::map<std::string, std::vector<std::int64_t>> find_split_brain(std::vector<LedgerWriter> writers) {
  std::vector<Place> places;
  for (auto& writer : writers) places.push_back({.writer = std::move(writer)});
  for (auto& place : places) place.move_on();
  Primaries primaries;
  std::map<std::string, std::vector<std::int64_t>> found;
  while (Place* const place = earliest(places)) {
    if (!place->sent) {
      place->replaced = primaries.replaced(*place->write);
      place->sent = true;
      continue;
    }
    primaries.heard(*place->write, place->replaced);
    if (place->replaced) found[place->writer.probe].push_back(place->write->sequence);
    place->move_on();
  }
  return found;
}

}  // namespace pgdrill::probes
