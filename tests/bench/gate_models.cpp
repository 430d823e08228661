#include "tests/bench/gate_models.hpp"

#include <cmath>

#include "reports/statistics/order.hpp"

namespace pgdrill::bench {

namespace {

using statistics::Random;
constexpr double middle = 60;

class LogNormal final : public Model {
 public:
  LogNormal(Random& random, double deviation) : random_(random), deviation_(deviation) {}
  double repeat(double factor) override { return middle * factor * std::exp(deviation_ * random_.normal()); }

 private:
  Random& random_;
  double deviation_;
};

/// A retry costs thirty seconds, and the clock that sees it ticks every five.
class Bimodal final : public Model {
 public:
  explicit Bimodal(Random& random) : random_(random) {}
  double repeat(double factor) override {
    double const base = middle * std::exp(0.08 * random_.normal()) + (random_.uniform() < 0.3 ? 30 : 0);
    return std::ceil(base * factor / 5) * 5;
  }

 private:
  Random& random_;
};

class Outliers final : public Model {
 public:
  explicit Outliers(Random& random) : random_(random) {}
  double repeat(double factor) override {
    double const odd = random_.uniform() < 0.05 ? 2 + 2 * random_.uniform() : 1;
    return middle * factor * odd * std::exp(0.12 * random_.normal());
  }

 private:
  Random& random_;
};

/// Repeats of a run share its environment; `memory` makes neighbouring runs alike.
class RunEffect final : public Model {
 public:
  RunEffect(Random& random, double deviation, double memory)
      : random_(random), deviation_(deviation), memory_(memory), effect_(deviation * random.normal()) {}
  void next_run() override {
    effect_ = memory_ * effect_ + std::sqrt(1 - memory_ * memory_) * deviation_ * random_.normal();
  }
  double repeat(double factor) override {
    return middle * factor * std::exp(effect_ + 0.08 * random_.normal());
  }

 private:
  Random& random_;
  double deviation_;
  double memory_;
  double effect_;
};

/// The data grows: half a percent slower with every run.
class Drifting final : public Model {
 public:
  explicit Drifting(Random& random) : random_(random) {}
  void next_run() override { level_ *= 1.005; }
  double repeat(double factor) override {
    return middle * level_ * factor * std::exp(0.12 * random_.normal());
  }

 private:
  Random& random_;
  double level_ = 1;
};

class Resampled final : public Model {
 public:
  Resampled(Random& random, std::vector<double> values)
      : random_(random), scale_(middle / statistics::median(values)), values_(std::move(values)) {}
  double repeat(double factor) override { return scale_ * factor * values_[random_.below(values_.size())]; }

 private:
  Random& random_;
  double scale_;
  std::vector<double> values_;
};

}  // namespace

std::vector<NamedModel> const& models() {
  static std::vector<NamedModel> const all{
      {"LN10", "log-normal, 10 %", true,
       [](Random& random) -> std::unique_ptr<Model> { return std::make_unique<LogNormal>(random, 0.10); }},
      {"LN25", "log-normal, 25 %", true,
       [](Random& random) -> std::unique_ptr<Model> { return std::make_unique<LogNormal>(random, 0.25); }},
      {"BIM", "two modes, ticks of 5 s", true,
       [](Random& random) -> std::unique_ptr<Model> { return std::make_unique<Bimodal>(random); }},
      {"OUT", "12 %, 5 % outliers", true,
       [](Random& random) -> std::unique_ptr<Model> { return std::make_unique<Outliers>(random); }},
      {"RUN", "runs 15 %, repeats 8 %", true,
       [](Random& random) -> std::unique_ptr<Model> { return std::make_unique<RunEffect>(random, 0.15, 0); }},
      {"AR", "runs 12 %, alike by 0.7", false,
       [](Random& random) -> std::unique_ptr<Model> {
         return std::make_unique<RunEffect>(random, 0.12, 0.7);
       }},
      {"DRIFT", "12 %, +0.5 % a run", false,
       [](Random& random) -> std::unique_ptr<Model> { return std::make_unique<Drifting>(random); }}};
  return all;
}

std::unique_ptr<Model> resampled(Random& random, std::vector<double> values) {
  return std::make_unique<Resampled>(random, std::move(values));
}

double run_value(Model& model, int repeats, double factor) {
  model.next_run();
  std::vector<double> values;
  for (int i = 0; i < repeats; ++i) values.push_back(model.repeat(factor));
  return statistics::median(std::move(values));
}

}  // namespace pgdrill::bench
