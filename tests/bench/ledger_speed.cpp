// Judging the ledger: time per operation and memory must not grow with their number. The log is a real one,
// written to a file line by line as the probe writes it.
//
//   bench_ledger_speed [operations, default 10000000]
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "probes/ledger_log.hpp"

namespace {

using namespace pgdrill;
using namespace pgdrill::probes;

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

long peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

WriteStatus status_of(std::int64_t sequence) {
  if (sequence % 1000 == 7) return WriteStatus::failed;
  return sequence % 1000 == 9 ? WriteStatus::unknown : WriteStatus::acknowledged;
}

void write_log(std::filesystem::path const& directory, std::int64_t operations) {
  auto const log = LedgerLog::open(directory, "ledger").value();
  for (std::int64_t sequence = 1; sequence <= operations; ++sequence) {
    static_cast<void>(log->sent(sequence, sequence * 1000));
    static_cast<void>(
        log->ended({sequence, status_of(sequence), sequence * 1000, sequence * 1000 + 500, "orders", 1}));
  }
}

void judge(std::filesystem::path const& directory, std::int64_t operations) {
  LedgerLogReader reader(directory, "ledger");
  std::int64_t const lost = operations / 2;
  LedgerJudge judged([&reader] { return reader.next(); }, {}, "r12345678", "ledger");
  for (std::int64_t sequence = 1; sequence <= operations; ++sequence) {
    if (status_of(sequence) == WriteStatus::failed || sequence == lost) continue;
    judged.row({sequence, ledger_payload("r12345678", "ledger", sequence)});
    if (sequence == lost + 1) judged.row({sequence, ledger_payload("r12345678", "ledger", sequence)});
  }
  auto const verdict = judged.finish();
  fmt::print("  {} there, lost {}, duplicated {}, resurrected {}\n", verdict.present, verdict.lost.size(),
             verdict.duplicated.size(), verdict.resurrected.size());
}

}  // namespace

int main(int argument_count, char** arguments) {
  std::int64_t const most = argument_count > 1 ? std::atoll(arguments[1]) : 10'000'000;
  auto const directory = std::filesystem::temp_directory_path() / fmt::format("bench-ledger-{}", ::getpid());
  std::filesystem::create_directory(directory);
  for (std::int64_t const operations : {most / 100, most / 10, most}) {
    std::filesystem::remove(directory / writes_file);
    auto begun = std::chrono::steady_clock::now();
    write_log(directory, operations);
    double const written = seconds_since(begun);
    begun = std::chrono::steady_clock::now();
    judge(directory, operations);
    double const judged = seconds_since(begun);
    fmt::print(
        "{:>10} operations: log written in {:.1f} s, judged in {:.1f} s ({:.2f} us each), peak memory {} "
        "MB\n",
        operations, written, judged, judged * 1e6 / static_cast<double>(operations), peak_megabytes());
  }
  std::filesystem::remove_all(directory);
}
