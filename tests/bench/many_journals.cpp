// bench_reports JOURNAL [COUNT [MIB]]: links COUNT (10000) journals to one and reports them all in one go;
// says the time and the peak of memory, for a tenth of them and for all. Returns 1 when that peak is over MIB
// (100), twice what was measured, or when no table was written.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "harness/base/files.hpp"
#include "reports/run_table.hpp"

int main(int count, char** arguments) {
  using namespace pgdrill;
  if (count < 2) return 2;
  std::size_t const wanted = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 10'000;
  long const most_mebibytes = count > 3 ? std::strtol(arguments[3], nullptr, 10) : 100;
  bool good = true;
  auto const directory = make_temporary_directory().value();
  auto const journal = std::filesystem::absolute(arguments[1]);
  std::vector<std::filesystem::path> journals;
  for (std::size_t i = 0; i < wanted; ++i) {
    journals.push_back(directory / ("journal-" + std::to_string(i)));
    std::filesystem::create_symlink(journal, journals.back());
  }
  for (std::size_t const size : {wanted / 10, wanted}) {
    auto const start = std::chrono::steady_clock::now();
    std::vector<std::filesystem::path> const some(journals.begin(),
                                                  journals.begin() + static_cast<std::ptrdiff_t>(size));
    auto const table = reports::read_run_table(some);
    bool const written = table && reports::write_run_table(*table, directory / "out");
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf("%zu journals of %ju bytes: %.1f s, %ld MiB at most, %s\n", size,
                std::filesystem::file_size(journal),
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                usage.ru_maxrss / 1024, written ? "written" : "not written");
    good = good && written && usage.ru_maxrss / 1024 <= most_mebibytes;
  }
  std::filesystem::remove_all(directory);
  if (!good) std::printf("over the limit of %ld MiB, or not written\n", most_mebibytes);
  return good ? 0 : 1;
}
