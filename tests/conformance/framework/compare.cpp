#include "tests/conformance/framework/compare.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgdrill::conformance {
namespace {

using Kind = Difference::Kind;

constexpr double apart = 0.5;

void compare_track(std::vector<Difference>& found, std::string const& chapter, std::string const& name,
                   TrackRecord const& record, std::vector<std::string> const& values) {
  auto const both = common(record.always, values);
  auto next = both.begin();
  for (std::string const& value : record.always) {
    if (next != both.end() && *next == value) {
      ++next;
    } else {
      found.push_back({.chapter = chapter, .kind = Kind::missing, .track = name, .value = value});
    }
  }
  next = both.begin();
  for (std::string const& value : values) {
    if (next != both.end() && *next == value) {
      ++next;
    } else if (!record.sometimes.contains(value)) {
      found.push_back({.chapter = chapter, .kind = Kind::extra, .track = name, .value = value});
    }
  }
}

using Order = std::map<std::string, std::vector<Milestone>>;
using Moments = std::map<std::string, std::pair<std::size_t, double>>;  // place and time by milestone

Moments moments_of(Order const& order, std::string const& cluster) {
  Moments moments;
  auto const milestones = order.find(cluster);
  if (milestones == order.end()) return moments;
  for (Milestone const& milestone : milestones->second)
    moments.try_emplace(milestone.what, moments.size(), milestone.seconds);
  return moments;
}

bool precedes(Moments const& moments, std::string const& first, std::string const& second) {
  auto const one = moments.find(first);
  auto const other = moments.find(second);
  return one != moments.end() && other != moments.end() && one->second.first < other->second.first &&
         other->second.second - one->second.second >= apart;
}

void compare_order(std::vector<Difference>& found, std::string const& chapter, Recording const& recording,
                   std::string const& cluster, Order const& run) {
  Moments const here = moments_of(run, cluster);
  std::vector<Moments> real;
  for (Order const& order : recording.orders) real.push_back(moments_of(order, cluster));
  auto const always = [&](std::string const& first, std::string const& second) {
    return std::ranges::all_of(real, [&](Moments const& one) { return precedes(one, first, second); });
  };
  for (auto const& one : here) {
    for (auto const& other : here) {
      std::string const& first = one.first;
      std::string const& second = other.first;
      if (other.second.first >= one.second.first || !always(first, second)) continue;
      // Only the nearest of what is out of order: the others follow from it.
      bool const follows = std::ranges::any_of(here, [&](auto const& between) {
        return always(first, between.first) && always(between.first, second);
      });
      if (follows) continue;
      found.push_back({.chapter = chapter,
                       .kind = Kind::order,
                       .track = "order " + cluster,
                       .value = fmt::format("{} before {}", first, second)});
    }
  }
}

}  // namespace

std::string_view name_of(Difference::Kind kind) {
  switch (kind) {
    case Kind::missing:
      return "missing";
    case Kind::extra:
      return "extra";
    case Kind::order:
      return "order";
  }
  return "";
}

std::string describe(Difference const& difference) {
  return fmt::format("{}: {} {}: {}", difference.chapter, name_of(difference.kind), difference.track,
                     difference.value);
}

std::vector<Difference> compare(std::string const& chapter, Recording const& recording,
                                Observations const& run) {
  std::vector<Difference> found;
  for (auto const& [name, record] : recording.tracks) {
    auto const track = run.tracks.find(name);
    compare_track(found, chapter, name, record,
                  track == run.tracks.end() ? std::vector<std::string>() : track->second);
  }
  for (auto const& [name, values] : run.tracks) {
    if (!recording.tracks.contains(name)) compare_track(found, chapter, name, {}, values);
  }
  for (auto const& [cluster, milestones] : run.milestones)
    compare_order(found, chapter, recording, cluster, run.milestones);
  return found;
}

}  // namespace pgdrill::conformance
