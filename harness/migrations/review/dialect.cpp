#include "harness/migrations/review/dialect.hpp"

#include <algorithm>
#include <filesystem>

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

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Annotation section(std::string tool, Direction direction, TransactionMode mode) {
  return {std::move(tool), direction, mode};
}

/// Of V1_2__add.sql, and empty of R__views.sql; nothing for names of another form.
std::optional<std::string> flyway_version(std::string const& name) {
  if (name.empty() || std::string_view("VUBR").find(name.front()) == std::string_view::npos)
    return std::nullopt;
  if (!name.ends_with(".sql")) return std::nullopt;
  std::size_t const end = name.find("__");
  if (end == std::string::npos) return std::nullopt;
  std::string version = name.substr(1, end - 1);
  bool const digits = version.find_first_not_of("0123456789._") == std::string::npos;
  bool const begins = version.empty() || (version.front() >= '0' && version.front() <= '9');
  return digits && begins ? std::optional(std::move(version)) : std::nullopt;
}

}  // namespace

Dialect dialect_of_path(std::string const& path) {
  std::filesystem::path const file(path);
  std::string const name = file.filename().string();
  std::string const directory = file.parent_path().string();
  if (std::optional<std::string> const version = flyway_version(name)) {
    return {"Flyway", directory + "/" + *version, name.front() == 'U' ? Direction::down : Direction::up,
            TransactionMode::wrapped};
  }
  for (std::string_view const suffix : {".up.sql", ".down.sql"}) {
    if (!name.ends_with(suffix)) continue;
    return {"golang-migrate", directory + "/" + name.substr(0, name.size() - suffix.size()),
            suffix == ".down.sql" ? Direction::down : Direction::up, TransactionMode::one_string};
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
      lower_case(trim(comment.substr(std::min(comment.find_first_not_of("-/* \t"), comment.size()))));
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
  if (text.starts_with("running upgrade")) return Annotation{"Alembic", {}, {}, Direction::up};
  if (text.starts_with("running downgrade")) return Annotation{"Alembic", {}, {}, Direction::down};
  if (text.starts_with("liquibase formatted sql"))
    return Annotation{"Liquibase", {}, TransactionMode::wrapped};
  return std::nullopt;
}

namespace {

struct Order {
  std::string root;
  bool repeatable = false;
  std::string base;
  bool down = false;
  std::string path;

  bool operator<(Order const& other) const {
    if (root != other.root) return natural_less(root, other.root);
    if (repeatable != other.repeatable) return other.repeatable;
    if (base != other.base) return natural_less(base, other.base);
    // An up file comes before the down file of its version, which sorts before it by name.
    if (down != other.down) return other.down;
    return path < other.path;
  }
};

Order order_of(std::string const& path) {
  Dialect const dialect = dialect_of_path(path);
  std::filesystem::path const file(path);
  // Flyway runs repeatable migrations after all versioned ones.
  bool const repeatable = dialect.tool == "Flyway" && file.filename().string().starts_with("R");
  return {file.parent_path().parent_path().string(), repeatable,
          dialect.version.empty() ? path : dialect.version, dialect.direction == Direction::down, path};
}

}  // namespace

bool runs_before(std::string const& left, std::string const& right) {
  return order_of(left) < order_of(right);
}

void sort_as_run(std::vector<std::string>& paths) {
  std::vector<Order> order;
  order.reserve(paths.size());
  for (std::string const& path : paths) order.push_back(order_of(path));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < paths.size(); ++i) paths[i] = std::move(order[i].path);
}

}  // namespace pgdrill::review
