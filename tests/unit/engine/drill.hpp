// Runs a scenario's text with steps, faults and triggers of the tests' own against an API in memory.
#pragma once
#include "harness/engine/executor.hpp"
#include "tests/unit/engine/fake_client.hpp"
#include "tests/unit/engine/journal_file.hpp"

namespace pgdrill::engine {

/// Entries that tests register for themselves.
struct TestCatalogue {
  std::vector<Entry<Step>> steps;
  std::vector<Entry<Fault>> faults;
  std::vector<Entry<Trigger>> triggers;
  std::vector<Entry<Probe>> probes;

  [[nodiscard]] scenario::Catalogue declarations() const;
};

class Drill : public testing::Test {
 protected:
  Drill();
  /// The sections after `target`; a failing parse fails the test.
  RunEnd run(std::string const& sections);
  /// What a run would do, for tests that drive it themselves.
  RunSettings settings(std::string const& sections);

  /// Events of one name, oldest first.
  [[nodiscard]] std::vector<json::value> events(std::string const& name) const;
  /// "witness kill missing", ...: those that speak of a step.
  [[nodiscard]] std::string witness(std::string const& step) const;
  [[nodiscard]] std::string status(std::string const& step) const;

  TestCatalogue catalogue_;
  JournalFile journal_;
  std::shared_ptr<FakeClient> client_ = std::make_shared<FakeClient>();
  cnpg::DatabaseAccess databases_{client_, "develop"};
  bool placebo_ = false;
  std::uint64_t seed_ = 1;
};

/// An entry whose object is made by its type's default constructor.
template <class T, class Contract>
Entry<Contract> entry_of(scenario::Declaration declaration) {
  return {.declaration = std::move(declaration),
          .make = [] { return std::unique_ptr<Contract>(std::make_unique<T>()); }};
}

}  // namespace pgdrill::engine
