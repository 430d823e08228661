#include "tests/unit/migrations_half_applied/half_applied.hpp"

#include <pqxx/pqxx>

namespace pgdrill::migrations {

namespace {

std::unique_ptr<pqxx::connection> connect(postgres::ConnectionParameters const& database) {
  return std::make_unique<pqxx::connection>(database.conninfo(std::chrono::seconds(10)));
}

void run_alone(postgres::ConnectionParameters const& database, std::string const& statement) {
  bool const must_fail = statement.starts_with('!');
  auto const connection = connect(database);
  pqxx::nontransaction work(*connection);
  try {
    work.exec(must_fail ? statement.substr(1) : statement);
    EXPECT_FALSE(must_fail) << statement;
  } catch (std::exception const& problem) {
    EXPECT_TRUE(must_fail) << statement << ": " << problem.what();
  }
}

void carry_out(State const& state, postgres::ConnectionParameters const& database, Remedy const& remedy) {
  EXPECT_FALSE(remedy.statements.empty());
  for (std::string const& statement : remedy.statements) run_alone(database, statement);
  for (Finding const& left : found_by(state.detector, database))
    ADD_FAILURE() << left.object << " " << left.message;
}

}  // namespace

std::vector<Finding> found_by(std::string const& detector, postgres::ConnectionParameters const& database,
                              std::vector<ExpectedColumn> const& expected) {
  std::vector<Finding> findings;
  std::function<Result<>(pqxx::transaction_base&)> work =
      [&](pqxx::transaction_base& transaction) -> Result<> {
    TRY(Scene scene, read_scene(transaction));
    scene.expected = expected;
    TRY(findings, find_detector(detector)->detect(transaction, scene));
    return {};
  };
  auto const done =
      run_to_end(postgres::in_transaction(database, std::chrono::seconds(20), false, std::move(work)));
  EXPECT_TRUE(done) << ::pgdrill::describe(done.error());
  return findings;
}

postgres::ConnectionParameters make(State const& state) {
  auto database = test::PostgresServer::shared().fresh_database(state.base);
  EXPECT_THAT(found_by(state.detector, database), testing::IsEmpty());
  for (std::string const& statement : state.made_by) run_alone(database, statement);
  return database;
}

void finish(State const& state, postgres::ConnectionParameters const& database) {
  auto const findings = found_by(state.detector, database);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].kind, state.detector);
  for (std::string const& statement : state.mends) run_alone(database, statement);
  carry_out(state, database, findings[0].finish);
}

void undo(State const& state, postgres::ConnectionParameters const& database) {
  auto const findings = found_by(state.detector, database);
  ASSERT_EQ(findings.size(), 1U);
  carry_out(state, database, findings[0].undo);
}

void cut_off(postgres::ConnectionParameters const& database, std::string const& blocker,
             std::string const& statement) {
  auto const holder = connect(database);
  pqxx::work open(*holder);
  open.exec(blocker);
  // The server cuts the statement off itself: lock_timeout also fires in the waits of CONCURRENTLY.
  auto const victim = connect(database);
  pqxx::nontransaction alone(*victim);
  alone.exec("SET lock_timeout = '300ms'");
  EXPECT_THROW(alone.exec(statement), std::exception) << statement;
}

}  // namespace pgdrill::migrations
