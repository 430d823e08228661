#include "reports/exporters/pushgateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/base/files.hpp"
#include "reports/escape.hpp"
#include "reports/exporters/http_call.hpp"
#include "reports/exporters/run_samples.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::string_view run_job = "pgdrill";
constexpr std::string_view proof_job = "pgdrill_proof";

std::string segment(std::string_view name, std::string const& value) {
  if (!value.empty() && value.find('/') == std::string::npos)
    return fmt::format("/{}/{}", name, net::percent_encode(value));
  std::string encoded = value.empty() ? "=" : base64_encode(value);
  std::replace(encoded.begin(), encoded.end(), '+', '-');
  std::replace(encoded.begin(), encoded.end(), '/', '_');
  return fmt::format("/{}@base64/{}", name, encoded);
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Task<Result<>> send(std::string method, std::string url, std::string body, Duration limit) {
  HttpCall call{.method = std::move(method),
                .url = url,
                .body = std::move(body),
                .content_type = "text/plain; version=0.0.4; charset=utf-8",
                .limit = limit};
  Result<net::HttpResponse> const response = co_await http_call(std::move(call));
  if (!response) co_return tl::make_unexpected(response.error());
  // 202: accepted without the consistency check.
  if (response->status == 200 || response->status == 202) co_return Result<>();
  co_return fail({.kind = ErrorKind::invalid,
                  .what = "the Pushgateway refused the metrics",
                  .where = url,
                  .why = fmt::format("HTTP {}: {}", response->status, one_line(response->body, 500)),
                  .status = response->status});
}

}  // namespace

std::string group_path(std::string_view job, PushGroup const& group) {
  return "/metrics/job/" + std::string(job) + segment("namespace", group.ns) +
         segment("cluster", group.cluster) + segment("scenario", group.scenario);
}

Task<Result<>> push_metrics(std::string url, PushGroup group, std::vector<MetricSample> samples,
                            Duration limit) {
  MetricSet run;
  MetricSet proof;
  for (MetricSample const& sample : samples) (is_success(sample) ? proof : run).add({sample});
  std::string const base = without_slash(std::move(url));
  CO_TRY_VOID(co_await send("PUT", base + group_path(run_job, group), run.text(), limit));
  if (proof.samples().empty()) co_return Result<>();
  co_return co_await send("PUT", base + group_path(proof_job, group), proof.text(), limit);
}

Task<Result<>> forget_metrics(std::string url, PushGroup group, Duration limit) {
  std::string const base = without_slash(std::move(url));
  CO_TRY_VOID(co_await send("DELETE", base + group_path(run_job, group), "", limit));
  co_return co_await send("DELETE", base + group_path(proof_job, group), "", limit);
}

}  // namespace pgdrill::reports
