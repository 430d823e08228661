#include "reports/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/escape.hpp"
#include "reports/plain_json.hpp"

namespace pgdrill::reports {

namespace {

std::set<std::string> names_of(RunSummary const& a, RunSummary const& b) {
  std::set<std::string> names;
  for (RunSummary const* const run : {&a, &b}) {
    for (auto const& entry : run->values) names.insert(entry.first);
  }
  return names;
}

std::optional<double> value_of(RunSummary const& run, std::string const& name) {
  auto const found = run.values.find(name);
  return found == run.values.end() ? std::nullopt : std::optional(found->second);
}

std::string cell(std::optional<double> const& value) { return value ? fixed(*value) + " s" : "not measured"; }

std::string change(std::optional<double> const& a, std::optional<double> const& b) {
  if (!a || !b) return "";
  std::string text = fmt::format("{}{} s", *b >= *a ? "+" : "", fixed(*b - *a));
  if (*a > 0) text += fmt::format(" ({:+.0f} %)", 100 * (*b / *a - 1));
  return text;
}

}  // namespace

std::string comparison_text(RunSummary const& a, RunSummary const& b) {
  std::string text = fmt::format("{:<24} {:>18} {:>18}  {}\n", "", first_in_line(a.run), b.run, "change");
  text += fmt::format("{:<24} {:>18} {:>18}\n", "decision", a.decision, b.decision);
  // Cut, then cleaned: a character may have been cut in two.
  auto const line = [&](std::string_view name, std::string const& left, std::string const& right,
                        std::size_t width) {
    text += fmt::format("{:<24} {:>18} {:>18}\n", name, one_line(left.substr(0, width)),
                        one_line(right.substr(0, width)));
  };
  line("started", a.started, b.started, 16);
  line("postgres", a.postgres, b.postgres, 18);
  for (std::string const& name : names_of(a, b)) {
    std::optional<double> const left = value_of(a, name);
    std::optional<double> const right = value_of(b, name);
    text += fmt::format("{:<24} {:>18} {:>18}  {}\n", name, cell(left), cell(right), change(left, right));
  }
  if (a.fingerprint != b.fingerprint) {
    text += fmt::format("The two are not comparable:\n  {}\n  {}\n", a.fingerprint, b.fingerprint);
  }
  for (RunSummary const* const run : {&a, &b}) {
    if (run->decision != "go") text += fmt::format("{}: {}\n", first_in_line(run->run), run->reason);
  }
  return text + "Two runs tell no regression; pgdrill gate does.\n";
}

std::string comparison_json(RunSummary const& a, RunSummary const& b) {
  json::object values;
  for (std::string const& name : names_of(a, b)) {
    auto const number = [](std::optional<double> const& value) {
      return value ? json::value(*value) : json::value(nullptr);
    };
    values[name] = json::object{{"a", number(value_of(a, name))}, {"b", number(value_of(b, name))}};
  }
  auto const head = [](RunSummary const& run) {
    return json::object{{"run", run.run},
                        {"started", run.started},
                        {"scenario", run.scenario},
                        {"decision", run.decision},
                        {"postgres", run.postgres},
                        {"reason", run.reason},
                        {"fingerprint", run.fingerprint}};
  };
  return plain_json(json::object{{"version", 1},
                                 {"comparable", a.fingerprint == b.fingerprint},
                                 {"a", head(a)},
                                 {"b", head(b)},
                                 {"seconds", std::move(values)}});
}

}  // namespace pgdrill::reports
