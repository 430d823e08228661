// Transfers between accounts: the sum of all balances never changes, and each balance is what the transfers
// made it. A lost update, or a restore that takes back one half of a transaction, breaks one of both.
#include <fmt/format.h>

#include <algorithm>
#include <map>

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
/// Of each account its balance and what the transfers after number $3 moved; how many these were, the last of
/// them, and which server says so. One statement: one moment.
constexpr char const* check_sql =
    "WITH later AS MATERIALIZED (SELECT sequence, debtor, creditor, amount FROM pgdrill.bank_transfers WHERE "
    "run = $1 AND probe = $2 AND sequence > $3::bigint), moved AS (SELECT account, sum(amount) AS amount "
    "FROM "
    "(SELECT debtor AS account, -amount AS amount FROM later UNION ALL SELECT creditor, amount FROM later) m "
    "GROUP BY account) SELECT a.account, a.balance, coalesce(m.amount, 0)::bigint, (SELECT count(*) FROM "
    "later), (SELECT coalesce(max(sequence), $3::bigint) FROM later), extract(epoch FROM "
    "pg_postmaster_start_time()) FROM pgdrill.bank_accounts a LEFT JOIN moved m USING (account) WHERE a.run "
    "= "
    "$1 AND a.probe = $2";
/// A check of all transfers is due when there are so many more of them than at the last one, and a tenth
/// more: then the checks together read each transfer a dozen times, however many there are.
constexpr std::int64_t fewest_new = 100;
constexpr std::int64_t part_new = 10;

/// A moment at which the whole account book was right.
struct Checkpoint {
  std::map<std::int64_t, std::int64_t> balances;  ///< by account; none: what each account began with
  std::int64_t sequence = 0;                      ///< last transfer in them
  std::int64_t transfers = 0;
  std::string server = "";
};

/// What the accounts say, beside what the transfers since a checkpoint should have made of them.
struct Book {
  std::map<std::int64_t, std::int64_t> balances;
  std::int64_t sum = 0;
  std::int64_t wrong = 0;      ///< balances that are not what the transfers made them
  std::int64_t transfers = 0;  ///< since the checkpoint
  std::int64_t sequence = 0;
  std::string server;
};

Book read_book(postgres::Rows const& rows, Checkpoint const& from) {
  Book book;
  for (auto const& row : rows.rows) {
    auto const number = [&row](std::size_t column) {
      return std::strtoll(row.at(column).value_or("0").c_str(), nullptr, 10);
    };
    auto const before = from.balances.find(number(0));
    std::int64_t const base = before == from.balances.end() ? first_balance : before->second;
    book.balances[number(0)] = number(1);
    book.sum += number(1);
    if (number(1) != base + number(2)) ++book.wrong;
    book.transfers = number(3);
    book.sequence = number(4);
    book.server = row.at(5).value_or("");
  }
  return book;
}

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
    CO_TRY_VOID(co_await prepare_table(context, way_of(context, spec), tables));
    Link link(context, way_of(context, spec), std::chrono::seconds(1));
    CO_TRY_VOID(co_await link.query(
        open_sql, {context.run_id, spec.name, std::to_string(first_balance), std::to_string(accounts_)},
        std::chrono::seconds(10)));
    co_return Result<>();
  }

  Task<> run(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    auto const timeout = spec.parameters.duration("timeout");
    Link link(context, way_of(context, spec), spec.parameters.duration("lifetime"));
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
      sampler.record(co_await check(link, context.run_id, spec.name, timeout));
    }
  }

 private:
  /// What was transferred since the last moment that was right; all of it when that is long ago, does not
  /// agree (a restore goes back before that moment), or was on another server.
  Task<Outcome> check(Link& link, std::string run, std::string probe, Duration timeout) {
    auto later = co_await link.query(check_sql, {run, probe, std::to_string(right_.sequence)}, timeout);
    if (!later) co_return failed_outcome(std::move(later).error());
    Book const book = read_book(*later, right_);
    bool const due = book.transfers >= std::max(fewest_new, right_.transfers / part_new);
    if (agrees(book) && !due && book.server == right_.server)
      co_return Outcome{.status = SampleStatus::right};
    auto all = co_await link.query(check_sql, {run, probe, "0"}, timeout);
    if (!all) co_return failed_outcome(std::move(all).error());
    co_return judge(read_book(*all, {}));
  }

  [[nodiscard]] bool agrees(Book const& book) const {
    return book.sum == first_balance * accounts_ && book.wrong == 0;
  }

  Outcome judge(Book book) {
    if (agrees(book)) {
      right_ = {std::move(book.balances), book.sequence, book.transfers, std::move(book.server)};
      return {.status = SampleStatus::right};
    }
    return {.status = SampleStatus::wrong,
            .value = fmt::format(
                "sum of balances is {} instead of {}, {} balances are not what {} transfers made them",
                book.sum, first_balance * accounts_, book.wrong, book.transfers)};
  }

  Checkpoint right_;
  std::int64_t accounts_ = 2;
};

engine::RegisterProbe<Bank> const registered;

}  // namespace

}  // namespace pgdrill::probes
