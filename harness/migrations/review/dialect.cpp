#include "harness/migrations/review/dialect.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>

#include "harness/base/text.hpp"

namespace pgdrill::review {

namespace {

/// Runs of digits compare as numbers, everything else as text.
bool natural_less(std::string_view left, std::string_view right) {
  auto const digit = [](char c) { return c >= '0' && c <= '9'; };
  auto const number = [&](std::string_view& from) {
    std::size_t length = 0;
    while (length < from.size() && digit(from[length])) ++length;
    std::string_view run = from.substr(0, length);
    from.remove_prefix(length);
    run.remove_prefix(std::min(run.find_first_not_of('0'), run.size()));
    return run;
  };
  while (!left.empty() && !right.empty()) {
    if (digit(left.front()) && digit(right.front())) {
      std::string_view const a = number(left);
      std::string_view const b = number(right);
      if (a != b) return a.size() != b.size() ? a.size() < b.size() : a < b;
    } else {
      if (left.front() != right.front()) return left.front() < right.front();
      left.remove_prefix(1);
      right.remove_prefix(1);
    }
  }
  return left.size() < right.size();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Annotation section(std::string tool, Direction direction, TransactionMode mode) {
  return {std::move(tool), direction, mode};
}

}  // namespace

Dialect dialect_of_path(std::string const& path) {
  std::filesystem::path const file(path);
  std::string const name = file.filename().string();
  std::string const directory = file.parent_path().string();
  static std::regex const flyway(R"(^([VUBR])([0-9][0-9._]*)?__.*\.sql$)");
  static std::regex const pair(R"(^(.*)\.(up|down)\.sql$)");
  std::smatch match;
  if (std::regex_match(name, match, flyway)) {
    bool const undo = match[1] == "U";
    return {"Flyway", directory + "/" + match[2].str(), undo ? Direction::down : Direction::up,
            TransactionMode::wrapped};
  }
  if (std::regex_match(name, match, pair)) {
    return {"golang-migrate", directory + "/" + match[1].str(),
            match[2] == "down" ? Direction::down : Direction::up, TransactionMode::one_string};
  }
  if (name == "up.sql" || name == "down.sql")
    return {"diesel", directory, name == "down.sql" ? Direction::down : Direction::up,
            TransactionMode::wrapped};
  if (name == "migration.sql") return {"Prisma", directory, Direction::up, TransactionMode::one_string};
  std::string const parent = file.parent_path().filename().string();
  if (parent == "deploy" || parent == "revert") {
    return {"sqitch", file.parent_path().parent_path().string() + "/" + name,
            parent == "revert" ? Direction::down : Direction::up, TransactionMode::autocommit};
  }
  return {};
}

std::optional<Annotation> annotation_of(std::string_view comment) {
  std::string const text =
      lower(trim(comment.substr(std::min(comment.find_first_not_of("-/* \t"), comment.size()))));
  bool const off = contains(text, "transaction:false") || contains(text, "notransaction");
  if (text.starts_with("+goose up")) return section("goose", Direction::up, TransactionMode::wrapped);
  if (text.starts_with("+goose down")) return section("goose", Direction::down, TransactionMode::wrapped);
  if (text.starts_with("+goose no transaction")) return Annotation{"goose", {}, TransactionMode::autocommit};
  // With transaction:false dbmate still sends a section as one string, which the server runs as one
  // transaction.
  TransactionMode const dbmate = off ? TransactionMode::one_string : TransactionMode::wrapped;
  if (text.starts_with("migrate:up")) return section("dbmate", Direction::up, dbmate);
  if (text.starts_with("migrate:down")) return section("dbmate", Direction::down, dbmate);
  TransactionMode const sql_migrate = off ? TransactionMode::autocommit : TransactionMode::wrapped;
  if (text.starts_with("+migrate up")) return section("sql-migrate", Direction::up, sql_migrate);
  if (text.starts_with("+migrate down")) return section("sql-migrate", Direction::down, sql_migrate);
  if (text.starts_with("up migration"))
    return section("node-pg-migrate", Direction::up, TransactionMode::wrapped);
  if (text.starts_with("down migration"))
    return section("node-pg-migrate", Direction::down, TransactionMode::wrapped);
  if (text.starts_with("create above / drop below"))
    return section("tern", Direction::down, TransactionMode::wrapped);
  if (text.starts_with("no-transaction")) return Annotation{"sqlx", {}, TransactionMode::one_string};
  if (text.starts_with("atlas:txmode none")) return Annotation{"Atlas", {}, TransactionMode::autocommit};
  if (text.starts_with("running upgrade")) return Annotation{"Alembic", {}, {}};
  if (text.starts_with("liquibase formatted sql"))
    return Annotation{"Liquibase", {}, TransactionMode::wrapped};
  return std::nullopt;
}

bool runs_before(std::string const& left, std::string const& right) {
  // An up file comes before the down file of its version, which sorts before it by name.
  auto const key = [](std::string const& path) {
    Dialect const dialect = dialect_of_path(path);
    std::filesystem::path const file(path);
    std::string const base = dialect.version.empty() ? path : dialect.version;
    // Flyway runs repeatable migrations after all versioned ones.
    bool const repeatable = dialect.tool == "Flyway" && file.filename().string().starts_with("R");
    return std::tuple(file.parent_path().parent_path().string(), repeatable, base,
                      dialect.direction == Direction::down, path);
  };
  auto const [left_root, left_last, left_base, left_down, left_path] = key(left);
  auto const [right_root, right_last, right_base, right_down, right_path] = key(right);
  if (left_root != right_root) return natural_less(left_root, right_root);
  if (left_last != right_last) return right_last;
  if (left_base != right_base) return natural_less(left_base, right_base);
  if (left_down != right_down) return right_down;
  return left_path < right_path;
}

}  // namespace pgdrill::review
