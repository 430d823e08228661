// Views of a scenario's tree of items.
#include <algorithm>

#include "harness/scenario/scenario.hpp"

namespace pgdrill::scenario {

namespace {

void collect(StepSpec const& item, std::vector<StepSpec const*>& into) {
  bool const acts = item.sort == StepSpec::Sort::step || item.sort == StepSpec::Sort::fault;
  if (acts) into.push_back(&item);
  for (StepSpec const& beside : item.during) collect(beside, into);
  for (StepSpec const& child : item.children) collect(child, into);
}

}  // namespace

std::vector<StepSpec const*> all_items(StepSpec const& item) {
  std::vector<StepSpec const*> all;
  collect(item, all);
  return all;
}

std::vector<StepSpec const*> all_items(Scenario const& scenario) {
  std::vector<StepSpec const*> all;
  for (StepSpec const& item : scenario.steps) collect(item, all);
  return all;
}

Duration worst_case(StepSpec const& item) {
  Duration whole{};
  for (StepSpec const& child : item.children) {
    Duration const one = worst_case(child);
    whole = item.sort == StepSpec::Sort::parallel ? std::max(whole, one) : whole + one;
  }
  return item.children.empty() ? item.timeout + item.held.value_or(Duration::zero()) : whole;
}

}  // namespace pgdrill::scenario
