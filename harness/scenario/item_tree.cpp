// Views of a scenario's tree of items.
#include <algorithm>

#include "harness/scenario/scenario.hpp"

namespace pgdrill::scenario {

namespace {

void collect(std::vector<StepSpec> const& items, std::vector<StepSpec const*>& into) {
  for (StepSpec const& item : items) {
    bool const acts = item.sort == StepSpec::Sort::step || item.sort == StepSpec::Sort::fault;
    if (acts) into.push_back(&item);
    collect(item.during, into);
    collect(item.children, into);
  }
}

}  // namespace

std::vector<StepSpec const*> all_items(Scenario const& scenario) {
  std::vector<StepSpec const*> all;
  collect(scenario.steps, all);
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
