#include "reports/exporters/prometheus_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "harness/base/time.hpp"
#include "reports/escape.hpp"
#include "reports/exporters/http_call.hpp"

namespace pgdrill::reports {

namespace {

/// Values by (namespace, cluster) and time of the scrape in milliseconds.
using Key = std::pair<std::string, std::int64_t>;
struct Scraped {
  double value = 0;
  std::string fingerprint;
};
using Scrapes = std::map<Key, Scraped>;

/// A label value within double quotes of PromQL.
std::string promql_string(std::string const& text) {
  std::string result = "\"";
  for (char const c : one_line(text, 200)) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

void add_series(Scrapes& scrapes, json::value const& series) {
  json::value const* const values = find(series, "values");
  if (values == nullptr || !values->is_array()) return;
  std::string const place =
      get_string(series, "metric.namespace") + "\n" + get_string(series, "metric.cluster");
  for (json::value const& sample : values->get_array()) {
    bool const usable = sample.is_array() && sample.get_array().size() == 2 && sample.at(0).is_number() &&
                        sample.at(1).is_string();
    if (!usable) continue;
    double const value = std::strtod(sample.at(1).get_string().c_str(), nullptr);
    if (!std::isfinite(value)) continue;  // a series that had ended
    auto const time = static_cast<std::int64_t>(sample.at(0).to_number<double>() * 1000);
    scrapes[{place, time}] = {.value = value, .fingerprint = get_string(series, "metric.fingerprint")};
  }
}

Task<Result<Scrapes>> scrapes_of(std::string url, std::string selector, Duration limit) {
  HttpCall call{.url = url + "/api/v1/query?query=" + net::percent_encode(selector), .limit = limit};
  Result<net::HttpResponse> const response = co_await http_call(std::move(call));
  if (!response) co_return tl::make_unexpected(response.error());
  Result<json::value> const document = parse_json(response->body, url);
  json::value const* const result = document ? find(*document, "data.result") : nullptr;
  if (response->status != 200 || result == nullptr || !result->is_array()) {
    co_return fail({.kind = ErrorKind::invalid,
                    .what = "Prometheus gave no series",
                    .where = url,
                    .why = fmt::format("HTTP {}: {}", response->status, one_line(response->body, 300))});
  }
  Scrapes scrapes;
  for (json::value const& series : result->get_array()) add_series(scrapes, series);
  co_return scrapes;
}

HistoryRun run_of(Key const& key, double ended, std::string const& scenario, Scrapes const& rto,
                  Scrapes const& go, Scrapes const& info) {
  auto const at = [&](Scrapes const& scrapes) {
    auto const found = scrapes.find(key);
    return found == scrapes.end() ? std::optional<Scraped>() : std::optional(found->second);
  };
  auto const since = std::chrono::microseconds(static_cast<std::int64_t>(ended * 1e6));
  HistoryRun run{.run = fmt::format("prometheus-{:.3f}", ended),
                 .started = format_rfc3339(WallTime(since)),
                 .scenario = scenario,
                 .fingerprint = at(info).value_or(Scraped()).fingerprint,
                 .decision = at(go).value_or(Scraped()).value == 1 ? "go" : "inconclusive"};
  if (auto const value = at(rto)) run.values["rto"] = {value->value};
  return run;
}

}  // namespace

Task<Result<std::vector<HistoryRun>>> prometheus_history(std::string url, std::string scenario,
                                                         std::string window, Duration limit) {
  while (url.ends_with('/')) url.pop_back();
  auto const selector = [&](std::string_view metric, std::string_view more) {
    return fmt::format("{}{{scenario={}{}}}[{}]", metric, promql_string(scenario), more, window);
  };
  CO_TRY(Scrapes const ended,
         co_await scrapes_of(url, selector("pgdrill_last_run_timestamp_seconds", ""), limit));
  CO_TRY(Scrapes const rto,
         co_await scrapes_of(url, selector("pgdrill_rollback_rto_seconds", ",stat=\"median\""), limit));
  CO_TRY(Scrapes const go, co_await scrapes_of(url, selector("pgdrill_verdict", ",verdict=\"go\""), limit));
  CO_TRY(Scrapes const info, co_await scrapes_of(url, selector("pgdrill_run_info", ""), limit));
  std::vector<HistoryRun> runs;
  std::set<std::pair<std::string, double>> seen;
  for (auto const& [key, scraped] : ended) {
    if (seen.emplace(key.first, scraped.value).second)
      runs.push_back(run_of(key, scraped.value, scenario, rto, go, info));
  }
  std::sort(runs.begin(), runs.end(),
            [](HistoryRun const& a, HistoryRun const& b) { return a.started < b.started; });
  co_return runs;
}

}  // namespace pgdrill::reports
