#include "tests/conformance/framework/recording.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/files.hpp"
#include "harness/base/json.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::conformance {
namespace {

// What of `values` the common part does not use.
void add_rest(std::vector<std::string> const& values, std::vector<std::string> const& always,
              std::set<std::string>& sometimes) {
  auto next = always.begin();
  for (std::string const& value : values) {
    if (next != always.end() && *next == value) {
      ++next;
    } else {
      sometimes.insert(value);
    }
  }
}

void merge_track(TrackRecord& record, std::vector<std::string> const& values) {
  std::vector<std::string> always = common(record.always, values);
  add_rest(record.always, always, record.sometimes);
  add_rest(values, always, record.sometimes);
  record.always = std::move(always);
}

json::array array_of(auto const& texts) {
  json::array array;
  for (std::string const& text : texts) array.push_back(json::value(text));
  return array;
}

std::vector<std::string> texts_of(json::value const* array) {
  std::vector<std::string> texts;
  if (array == nullptr || !array->is_array()) return texts;
  for (json::value const& text : array->get_array()) texts.emplace_back(text.as_string());
  return texts;
}

}  // namespace

std::vector<std::string> common(std::vector<std::string> const& one, std::vector<std::string> const& other) {
  std::vector<std::vector<std::size_t>> length(one.size() + 1, std::vector<std::size_t>(other.size() + 1));
  for (std::size_t i = one.size(); i-- > 0;) {
    for (std::size_t j = other.size(); j-- > 0;) {
      length[i][j] =
          one[i] == other[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
    }
  }
  std::vector<std::string> result;
  for (std::size_t i = 0, j = 0; i < one.size() && j < other.size();) {
    if (one[i] == other[j]) {
      result.push_back(one[i]);
      ++i;
      ++j;
    } else if (length[i + 1][j] >= length[i][j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return result;
}

void Recording::merge(Observations const& run) {
  for (auto const& [name, values] : run.tracks) {
    auto const [track, fresh] = tracks.try_emplace(name);
    if (fresh && runs == 0) {
      track->second.always = values;
    } else {
      merge_track(track->second, values);
    }
  }
  for (auto& [name, track] : tracks) {
    if (!run.tracks.contains(name)) merge_track(track, {});
  }
  orders.push_back(run.milestones);
  ++runs;
}

std::string to_lines(Recording const& recording) {
  std::string lines =
      json::serialize(json::object{{"made_of", recording.made_of}, {"runs", recording.runs}}) + "\n";
  for (auto const& [name, track] : recording.tracks) {
    json::object line{{"track", name}, {"always", array_of(track.always)}};
    if (!track.sometimes.empty()) line["sometimes"] = array_of(track.sometimes);
    lines += json::serialize(line) + "\n";
  }
  for (std::size_t run = 0; run < recording.orders.size(); ++run) {
    for (auto const& [cluster, milestones] : recording.orders[run]) {
      json::array list;
      for (Milestone const& milestone : milestones)
        list.push_back(json::value(fmt::format("{:.1f} {}", milestone.seconds, milestone.what)));
      lines += json::serialize(json::object{{"order", cluster}, {"run", run}, {"milestones", list}}) + "\n";
    }
  }
  return lines;
}

Result<Recording> parse_recording(std::string_view lines, std::string const& where) {
  Recording recording;
  for (std::string const& text : split(lines, '\n')) {
    if (text.empty()) continue;
    TRY(json::value const line, parse_json(text, where));
    if (find(line, "made_of") != nullptr) {
      recording.made_of = get_string(line, "made_of");
      recording.runs = static_cast<int>(get_int(line, "runs"));
      recording.orders.resize(static_cast<std::size_t>(recording.runs));
    } else if (find(line, "track") != nullptr) {
      auto const sometimes = texts_of(find(line, "sometimes"));
      recording.tracks[get_string(line, "track")] = {.always = texts_of(find(line, "always")),
                                                     .sometimes = {sometimes.begin(), sometimes.end()}};
    } else {
      auto& order = recording.orders.at(static_cast<std::size_t>(get_int(line, "run")));
      for (std::string const& entry : texts_of(find(line, "milestones"))) {
        auto const space = entry.find(' ');
        order[get_string(line, "order")].push_back(
            {.seconds = std::stod(entry.substr(0, space)), .what = entry.substr(space + 1)});
      }
    }
  }
  return recording;
}

Result<std::optional<Recording>> read_recording(std::filesystem::path const& file) {
  if (!std::filesystem::exists(file)) return std::optional<Recording>();
  TRY(std::string const lines, read_file(file));
  TRY(Recording recording, parse_recording(lines, file.string()));
  return std::optional(std::move(recording));
}

}  // namespace pgdrill::conformance
