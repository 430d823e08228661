#include "harness/cli/exit_codes.hpp"

namespace pgdrill::cli {

std::vector<ExitCode> const& exit_codes() {
  static std::vector<ExitCode> const all{
      {"0", "pass: every objective met, every effect witnessed"},
      {"1", "an objective missed, or a property disproved"},
      {"2", "usage, or a scenario that is not valid"},
      {"3", "cluster or database could not be reached or prepared; nothing was broken"},
      {"4",
       "inconclusive: an effect without witness, an objective not measured or none at all, a check "
       "undecided"},
      {"5", "clean-up incomplete: the message names what is left and how to mend it"},
      {"6", "`gate`: a regression against the baseline, confirmed"},
      {"7", "`gate`: suspect; runs are missing that confirm or clear it"},
      {"70", "a bug of ours"},
      {"130, 143", "interrupted and cleaned up"}};
  return all;
}

}  // namespace pgdrill::cli
