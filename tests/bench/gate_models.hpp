// How long rollbacks take, as models: what runs scatter like. Median about 60 s.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "reports/statistics/random.hpp"

namespace pgdrill::bench {

/// One stream of runs; state (a drift, an autocorrelated environment) goes on from run to run.
class Model {
 public:
  virtual ~Model() = default;
  /// Starts the next run (or session of pairs): its environment is drawn.
  virtual void next_run() {}
  /// One repeat within the present run, times `factor`.
  virtual double repeat(double factor) = 0;
};

struct NamedModel {
  std::string name;
  std::string what;
  bool independent;  ///< runs do not depend on each other
  std::unique_ptr<Model> (*make)(statistics::Random& random);
};
[[nodiscard]] std::vector<NamedModel> const& models();

/// Noise of real drills: values of a file (one number per line), each repeat drawn from them by chance and
/// scaled to a median of 60.
[[nodiscard]] std::unique_ptr<Model> resampled(statistics::Random& random, std::vector<double> values);

/// The value of a run: the median of `repeats` repeats.
[[nodiscard]] double run_value(Model& model, int repeats, double factor);

}  // namespace pgdrill::bench
