// Transfers between accounts: the sum of all balances never changes, and each balance is what the transfers
// made it. A lost update, or a restore that takes back one half of a transaction, breaks one of both.
#include <fmt/format.h>

#include "probes/drill_schema.hpp"
#include "probes/sampling.hpp"

namespace pgdrill::probes {

namespace {

constexpr std::int64_t first_balance = 1000;

constexpr char const* tables =
    "DO $$ BEGIN CREATE TABLE IF NOT EXISTS pgdrill.bank_accounts (run text, probe text, account int, "
    "balance bigint "
    "NOT NULL, PRIMARY KEY (run, probe, account)); CREATE TABLE IF NOT EXISTS pgdrill.bank_transfers (run "
    "text, probe "
    "text, sequence bigint, debtor int NOT NULL, creditor int NOT NULL, amount bigint NOT NULL, PRIMARY KEY "
    "(run, probe, "
    "sequence)); END $$";
constexpr char const* open_sql =
    "INSERT INTO pgdrill.bank_accounts SELECT $1, $2, n, $3 FROM generate_series(1, $4::int) n ON CONFLICT "
    "DO NOTHING";
// One statement, one transaction: both halves or none.
constexpr char const* transfer_sql =
    "WITH paid AS (UPDATE pgdrill.bank_accounts SET balance = balance + CASE account WHEN $4::int THEN "
    "-$6::bigint ELSE "
    "$6::bigint END WHERE run = $1 AND probe = $2 AND account IN ($4::int, $5::int) RETURNING 1) "
    "INSERT INTO pgdrill.bank_transfers SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM paid) = 2";
constexpr char const* check_sql =
    "SELECT coalesce(sum(a.balance), 0)::bigint, count(*) FILTER (WHERE a.balance <> $3::bigint + "
    "coalesce(t.moved, 0)), "
    "(SELECT count(*) FROM pgdrill.bank_transfers WHERE run = $1 AND probe = $2) "
    "FROM pgdrill.bank_accounts a LEFT JOIN (SELECT account, sum(moved) AS moved FROM (SELECT debtor AS "
    "account, -amount AS "
    "moved FROM pgdrill.bank_transfers WHERE run = $1 AND probe = $2 UNION ALL SELECT creditor, amount FROM "
    "pgdrill.bank_transfers WHERE run = $1 AND probe = $2) m GROUP BY account) t ON t.account = a.account "
    "WHERE a.run = $1 AND "
    "a.probe = $2";

class Bank final : public engine::Probe {
 public:
  static scenario::Declaration describe() {
    auto parameters = common_parameters("100ms", "1s");
    using scenario::ParameterType;
    parameters.push_back(
        {"accounts", ParameterType::integer, false, "8", "number of accounts, two at least"});
    parameters.push_back({"lifetime", ParameterType::duration, false, "1s",
                          "a connection is given up after this time, as a pool does"});
    return {.name = "bank",
            .summary = "Transfers money between accounts; sums and balances must agree at every moment",
            .parameters = std::move(parameters),
            .permissions = database_permissions(),
            .effect = "makes tables pgdrill.bank_accounts and pgdrill.bank_transfers and writes into them",
            .witness = {},
            .undo = "drops schema pgdrill"};
  }

  Task<Result<>> prepare(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    accounts_ = std::max<std::int64_t>(2, spec.parameters.integer("accounts"));
    CO_TRY_VOID(co_await prepare_table(context, service_of(context, spec), secret_of(context, spec), tables));
    Link link(context, service_of(context, spec), secret_of(context, spec), std::chrono::seconds(1));
    CO_TRY_VOID(co_await link.query(
        open_sql, {context.run_id, spec.name, std::to_string(first_balance), std::to_string(accounts_)},
        std::chrono::seconds(10)));
    co_return Result<>();
  }

  Task<> run(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    auto const timeout = spec.parameters.duration("timeout");
    Link link(context, service_of(context, spec), secret_of(context, spec),
              spec.parameters.duration("lifetime"));
    Sampler sampler(context, spec.name, "transfer", spec.parameters.duration("every"));
    for (std::int64_t sequence = 1;; ++sequence) {
      co_await sampler.wait();
      std::int64_t const debtor = sequence % accounts_ + 1;
      std::int64_t const creditor = (sequence + 1 + sequence / accounts_ % (accounts_ - 1)) % accounts_ + 1;
      auto const moved =
          co_await link.query(transfer_sql,
                              {context.run_id, spec.name, std::to_string(sequence), std::to_string(debtor),
                               std::to_string(creditor == debtor ? debtor % accounts_ + 1 : creditor),
                               std::to_string(sequence % 7 + 1)},
                              timeout);
      if (!moved) {
        sampler.record(failed_outcome(moved.error()));
        continue;
      }
      auto const rows =
          co_await link.query(check_sql, {context.run_id, spec.name, std::to_string(first_balance)}, timeout);
      sampler.record(rows ? judge(*rows) : failed_outcome(rows.error()));
    }
  }

 private:
  [[nodiscard]] Outcome judge(postgres::Rows const& rows) const {
    auto const number = [&rows](std::size_t column) {
      return std::strtoll(rows.rows.at(0).at(column).value_or("0").c_str(), nullptr, 10);
    };
    std::int64_t const expected = first_balance * accounts_;
    if (number(0) == expected && number(1) == 0) return {.status = SampleStatus::right};
    return {.status = SampleStatus::wrong,
            .value = fmt::format(
                "sum of balances is {} instead of {}, {} balances are not what {} transfers made them",
                number(0), expected, number(1), number(2))};
  }

  std::int64_t accounts_ = 2;
};

engine::RegisterProbe<Bank> const registered;

}  // namespace

}  // namespace pgdrill::probes
