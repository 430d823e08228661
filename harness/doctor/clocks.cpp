// The clocks agree: that of this machine (leases), of the API server (its Date header, RFC 9110,
// section 6.6.1) and of PostgreSQL (recovery targets by time).
#include <fmt/format.h>

#include "harness/base/clock_offset.hpp"
#include "harness/doctor/target_objects.hpp"
#include "harness/net/http.hpp"
#include "harness/net/socket.hpp"

namespace pgdrill::doctor {

namespace {

constexpr auto ask_limit = std::chrono::seconds(10);
// A Lease of a run lasts 12 s and is renewed every 3 s: half of what is left between them.
constexpr Duration worst_offset = std::chrono::seconds(4);
constexpr Duration notable_offset = std::chrono::seconds(1);

/// The Date header of the API server; needs no credentials, since every answer carries it.
Task<Result<ClockOffset>> api_offset(kube::Access const& access) {
  Result<std::unique_ptr<ByteStream>> stream;
  if (access.tls) {
    stream = co_await net::connect_tls(access.host, access.port, access.tls_options, ask_limit);
  } else {
    stream = co_await net::connect_tcp(access.host, access.port, ask_limit);
  }
  if (!stream) co_return tl::make_unexpected(stream.error());
  std::unique_ptr<net::HttpClient> const client = net::HttpClient::over(std::move(*stream));
  net::HttpRequest request{
      .method = "GET", .target = access.base_path + "/version", .headers = {}, .body = {}};
  request.headers.emplace_back("Host", access.host + ":" + std::to_string(access.port));
  WallTime const before = wall_now();
  Task<Result<net::HttpResponse>> exchange = client->exchange(std::move(request));
  CO_TRY(net::HttpResponse const response,
         co_await with_deadline(std::move(exchange), ask_limit, "cannot read the API server's clock"));
  WallTime const after = wall_now();
  std::string const date(net::header(response.headers, "Date"));
  Result<WallTime> const told = parse_http_date(date);
  if (!told) {
    co_return fail(
        {.kind = ErrorKind::not_found,
         .what = "cannot read the API server's clock",
         .why = date.empty() ? "its answer has no Date header" : "its Date header is '" + date + "'"});
  }
  // The header is cut to whole seconds.
  co_return clock_offset(before, after, *told, *told + std::chrono::seconds(1));
}

Task<Result<ClockOffset>> postgres_offset(Patient& patient) {
  WallTime const before = wall_now();
  CO_TRY(std::string const answer, co_await ask(patient, "SELECT clock_timestamp()"));
  WallTime const after = wall_now();
  CO_TRY(WallTime const told, parse_time(answer));
  co_return clock_offset(before, after, told, told);
}

Finding finding_for(std::string const& whose, Result<ClockOffset> const& offset) {
  if (!offset)
    return {.status = Status::unknown,
            .what = "clock of " + whose,
            .why = offset.error().what + ": " + offset.error().why};
  Duration const sure = offset->at_least;
  std::string const what = "clock of " + whose + ": " + offset->text();
  if (sure <= notable_offset) return {.what = what};
  return {.status = sure > worst_offset ? Status::missing : Status::warning,
          .what = what,
          .why = "leases and recovery targets by time compare clocks of several machines",
          .todo = "synchronise the clocks of this machine and of the cluster's nodes (NTP, chrony)"};
}

Task<Findings> examine(Patient& patient) {
  Findings all;
  Result<ClockOffset> const api = co_await api_offset(patient.kube->access());
  all.push_back(finding_for("the API server", api));
  if (patient.target.cluster.empty()) co_return all;
  Result<ClockOffset> const database = co_await postgres_offset(patient);
  all.push_back(finding_for("PostgreSQL", database));
  co_return all;
}

RegisterCheck const registered(order::clocks, "clocks", &examine);

}  // namespace

}  // namespace pgdrill::doctor
