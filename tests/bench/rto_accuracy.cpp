// How far the measured outage is from the true one: a server is taken away at known moments and given back,
// in three ways, while the heartbeat probe runs; the outages are taken from its journal by the code that
// reports use.
//
//   bench_rto_accuracy [trials, default 500, of all three ways] [interval, default 100 ms] [deadline, default
//   250 ms]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "harness/base/scope.hpp"
#include "reports/outage.hpp"
#include "tests/bench/rto_breakages.hpp"
#include "tests/unit/probes/fake_namespace.hpp"

namespace {

using namespace pgdrill;
using namespace std::chrono_literals;
using bench::Breakage;

struct Truth {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

struct Setting {
  int trials = 0;
  std::chrono::milliseconds interval;
  std::chrono::milliseconds deadline;  ///< of each call
};

/// Breaks and mends the server, again and again. Lengths are longer than the heartbeat's time-out: a shorter
/// stop fails no call. The moment of breaking lies before the deed, that of mending after it.
Task<> break_it(Breakage breakage, Setting setting, test::FakeRun& run, test::PostgresServer& server,
                std::vector<Truth>& truths, bool& done) {
  std::mt19937 random(7);
  co_await sleep_for(1s);
  for (int trial = 0; trial < setting.trials; ++trial) {
    co_await sleep_for(setting.deadline + std::chrono::microseconds(300'000 + random() % 200'000));
    Truth truth;
    truth.from = run.context().journal.elapsed_ns();
    co_await bench::break_server(breakage, server);
    co_await sleep_for(setting.deadline + std::chrono::microseconds(100'000 + random() % 500'000));
    co_await bench::mend_server(breakage, server);
    truth.to = run.context().journal.elapsed_ns();
    truths.push_back(truth);
  }
  co_await sleep_for(1s);
  done = true;
}

reports::Series series_of(test::FakeRun const& run, std::string const& call_class) {
  reports::Series series{.probe = "heartbeat", .sample_class = call_class};
  for (auto const& event : run.events("sample")) {
    if (get_string(event, "class") != call_class) continue;
    std::string const status = get_string(event, "status");
    series.samples.push_back({.status = status == "right"   ? reports::Sample::Status::right
                                        : status == "wrong" ? reports::Sample::Status::wrong
                                                            : reports::Sample::Status::failed,
                              .scheduled = get_int(event, "scheduled_ns"),
                              .started = get_int(event, "started_ns"),
                              .ended = get_int(event, "ended_ns")});
  }
  std::ranges::sort(series.samples, {}, &reports::Sample::scheduled);
  return series;
}

void print(std::string const& what, std::vector<double> errors, double interval) {
  if (errors.empty()) return;
  std::ranges::sort(errors);
  auto const at = [&errors](double share) {
    return errors[std::min(errors.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(errors.size())))];
  };
  auto const within =
      std::ranges::count_if(errors, [interval](double error) { return std::abs(error) <= interval; });
  fmt::print(
      "{:30} min {:7.2f}  p5 {:7.2f}  median {:7.2f}  p95 {:7.2f}  max {:7.2f} ms;  within one interval: {} "
      "of {}\n",
      what, errors.front(), at(0.05), at(0.5), at(0.95), errors.back(), within, errors.size());
}

void compare(test::FakeRun const& run, std::string const& call_class, std::vector<Truth> const& truths,
             double interval) {
  auto const outages = reports::outages_of(series_of(run, call_class), -1);
  std::vector<double> start;
  std::vector<double> end;
  std::vector<double> length;
  std::size_t missed = 0;
  for (auto const& truth : truths) {
    auto const found = std::ranges::find_if(outages, [&truth](reports::Outage const& outage) {
      return outage.to && outage.from < truth.to && *outage.to > truth.from;
    });
    if (found == outages.end()) {
      ++missed;
      continue;
    }
    start.push_back(static_cast<double>(found->from - truth.from) / 1e6);
    end.push_back(static_cast<double>(*found->to - truth.to) / 1e6);
    length.push_back(static_cast<double>((*found->to - found->from) - (truth.to - truth.from)) / 1e6);
  }
  fmt::print("{}: {} outages measured of {} made, {} missed\n", call_class, outages.size(), truths.size(),
             missed);
  print("  start", start, interval);
  print("  end", end, interval);
  print("  length", length, interval);
}

void measure(Breakage breakage, Setting setting) {
  auto const server = test::PostgresServer::start();
  bench::begin(breakage, *server);
  test::FakeRun run(server->parameters());
  std::vector<Truth> truths;
  bool done = false;
  auto work = [&]() -> Task<> {
    Scope scope(co_await asio::this_coro::executor);
    std::string const every = fmt::format("{}ms", setting.interval.count());
    std::string const timeout = fmt::format("{}ms", setting.deadline.count());
    auto spec =
        test::probe_spec("heartbeat", {{"every", every}, {"connect_every", every}, {"timeout", timeout}});
    auto const probe = engine::find_entry(engine::probes(), "heartbeat")->make();
    if (!co_await probe->prepare(run.context(), spec)) co_return;
    scope.spawn("break", break_it(breakage, setting, run, *server, truths, done));
    scope.spawn("probe", probe->run(run.context(), spec));
    while (!done) co_await sleep_for(50ms);
    scope.cancel();
    co_await scope.join();
    run.close_forwards();
  };
  run_to_end(work());
  fmt::print("\n{}, {} times; every {} ms, deadline {} ms\n", bench::name_of(breakage), setting.trials,
             setting.interval.count(), setting.deadline.count());
  for (std::string const call_class : {"connect", "write", "read"})
    compare(run, call_class, truths, static_cast<double>(setting.interval.count()));
}

}  // namespace

int main(int argument_count, char** arguments) {
  auto const argument = [&](int place, int otherwise) {
    return argument_count > place ? std::atoi(arguments[place]) : otherwise;
  };
  int const trials = argument(1, 500);
  Setting setting{.trials = 0,
                  .interval = std::chrono::milliseconds(argument(2, 100)),
                  .deadline = std::chrono::milliseconds(argument(3, 250))};
  bool const network = bench::enter_own_network();
  if (!network) fmt::print("no packets are dropped: that needs root, ip and nft\n");
  auto const times = [&setting](int count) {
    setting.trials = count;
    return setting;
  };
  int const dropped = network ? trials / 3 : 0;
  int const killed = trials / 5;
  measure(Breakage::frozen, times(trials - dropped - killed));
  measure(Breakage::killed, times(killed));
  if (network) measure(Breakage::dropped, times(dropped));
}
