#include "harness/engine/context.hpp"

#include <charconv>

namespace pgdrill::engine {

namespace {
constexpr std::size_t longest_cluster_name = 50;
}

void RunContext::mark(std::string_view name, std::string_view step, std::string_view source, std::string at,
                      std::string detail) {
  json::object fields{{"name", name}, {"step", step}, {"source", source}};
  if (!at.empty()) fields["at"] = at;
  if (!detail.empty()) fields["detail"] = detail;
  mark_times[std::string(name)].push_back(journal.elapsed_ns());
  journal.write("mark", std::move(fields));
}

void RunContext::clock(std::string_view step, ClockReading const& reading) {
  if (reading.at.empty()) return;
  journal.write("clock", {{"mark", reading.mark},
                          {"order", reading.order},
                          {"step", step},
                          {"source", reading.source},
                          {"clock", reading.clock},
                          {"at", reading.at},
                          {"resolution_ns", resolution_of(reading.at).count()}});
}

void RunContext::clock_offset(std::string_view step, std::string_view clock, std::string_view seen_by,
                              ClockOffset const& offset) {
  journal.write("clock-offset", {{"clock", clock},
                                 {"step", step},
                                 {"seen_by", seen_by},
                                 {"least_ns", offset.least.count()},
                                 {"most_ns", offset.most.count()}});
}

void RunContext::waiting(std::string_view step, std::string what, std::string why) {
  std::string& last = waits[std::string(step)];
  std::string now = what + "\n" + why;
  if (now == last) return;
  last = std::move(now);
  journal.write("waiting", {{"step", step}, {"for", std::move(what)}, {"why", std::move(why)}});
}

bool RunContext::check(std::string_view name, std::string_view subject, std::string_view step, bool passed,
                       std::string expected, std::string observed, std::vector<std::string> details,
                       std::vector<std::string> not_examined) {
  json::object fields{{"name", name},
                      {"subject", subject},
                      {"step", step},
                      {"status", passed ? "passed" : "failed"},
                      {"expected", expected},
                      {"observed", observed},
                      {"details", json::value_from(details)}};
  if (!not_examined.empty()) fields["not_examined"] = json::value_from(not_examined);
  journal.write("check", std::move(fields));
  return passed;
}

void RunContext::undecided(std::string_view name, std::string_view subject, std::string_view step,
                           std::string expected, std::string reason) {
  journal.write("check", {{"name", name},
                          {"subject", subject},
                          {"step", step},
                          {"status", "undecided"},
                          {"expected", expected},
                          {"observed", reason},
                          {"details", json::array{}}});
}

void RunContext::witness(std::string_view step, Witness const& witness, std::string_view detail) {
  journal.write("witness", {{"subject", step},
                            {"status", witness.seen ? "seen" : "missing"},
                            {"channel", witness.channel},
                            {"expected", witness.expected},
                            {"observed", witness.observed},
                            {"detail", detail}});
}

void RunContext::fact(std::string_view name, json::value value) {
  journal.write("fact", {{"name", name}, {"value", value}});
  facts[std::string(name)] = std::move(value);
}

double random_fraction(std::uint64_t seed, std::string_view purpose) {
  std::uint64_t state = seed;
  for (char const c : purpose) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;  // FNV-1a
  // splitmix64: neighbouring seeds give unrelated numbers.
  state += 0x9E3779B97F4A7C15ULL;
  state = (state ^ (state >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  state = (state ^ (state >> 27U)) * 0x94D049BB133111EBULL;
  state ^= state >> 31U;
  return static_cast<double>(state >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
}

std::string name_for_run(std::string_view base, std::string_view run_id) {
  std::string ending = "-" + std::string(run_id);
  if (std::size_t const at = base.rfind(ending); at != std::string_view::npos) {
    std::string_view number = base.substr(at + ending.size());
    if (number.starts_with('-')) number.remove_prefix(1);
    int former = 1;
    auto const [end, problem] = std::from_chars(number.data(), number.data() + number.size(), former);
    if (number.empty() || (problem == std::errc() && end == number.data() + number.size())) {
      ending += "-" + std::to_string(former + 1);
      base = base.substr(0, at);
    }
  }
  std::string name(base.substr(0, longest_cluster_name - ending.size()));
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name + ending;
}

}  // namespace pgdrill::engine
