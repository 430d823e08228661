// What the tests of the detectors share: make a state on a real server, find it, run what the finding says,
// see it gone.
#pragma once
#include <gmock/gmock.h>

#include "harness/migrations/half_applied/detector.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::migrations {

/// What one detector finds in a database. `expected` stands for the migration files.
std::vector<Finding> found_by(std::string const& detector, postgres::ConnectionParameters const& database,
                              std::vector<ExpectedColumn> const& expected = {});

/// A state, made by statements that run one by one in autocommit; `mends` run before the finish (rows that
/// the state waits for).
struct State {
  std::string detector;
  std::string base;                  ///< what was there before the change
  std::vector<std::string> made_by;  ///< the change, cut off; a statement that begins with '!' must fail
  std::vector<std::string> mends = {};
};

/// Makes the state in a fresh database and gives it; fails the test when the detector sees the state before,
/// or does not see exactly one after.
postgres::ConnectionParameters make(State const& state);
/// Runs the way out that the detector offers, then expects it to find nothing.
void finish(State const& state, postgres::ConnectionParameters const& database);
void undo(State const& state, postgres::ConnectionParameters const& database);

/// Starts a statement that waits for a lock held by nobody but the test, and cuts it off there: the way in
/// which CONCURRENTLY is interrupted. `blocker` is run in a transaction that stays open meanwhile.
void cut_off(postgres::ConnectionParameters const& database, std::string const& blocker,
             std::string const& statement);

}  // namespace pgdrill::migrations
