#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/audit/drift.hpp"
#include "harness/migrations/audit/replay.hpp"

namespace pgdrill::migrations {

namespace {

/// The table that the migrations made under that name; one without a schema may lie in any.
review::Table const* expected_table(review::Schema const& schema, Table const& live) {
  if (auto const* const exact = schema.table({live.schema, live.name})) return exact;
  for (review::Table const* table : schema.tables()) {
    if (table->name.schema.empty() && table->name.name == live.name) return table;
  }
  return nullptr;
}

Table const* live_table(std::vector<Table> const& tables, review::Name const& name) {
  auto const found = std::ranges::find_if(tables, [&](Table const& table) {
    return table.name == name.name && (name.schema.empty() || table.schema == name.schema);
  });
  return found == tables.end() ? nullptr : &*found;
}

std::string drop(Table const& table, std::string const& column) {
  return column.empty() ? "DROP TABLE " + table.quoted()
                        : fmt::format("ALTER TABLE {} DROP COLUMN {}", table.quoted(),
                                      postgres::quote_identifier(column));
}

std::string object_of(Table const& table, std::string const& column) {
  return column.empty() ? "table " + table.text() : fmt::format("column {}.{}", table.text(), column);
}

/// It is there, and no migration that has run made it.
Finding unexplained(Table const& table, std::string const& column) {
  return {.severity = Severity::warning,
          .kind = column.empty() ? "unexplained-table" : "unexplained-column",
          .object = object_of(table, column),
          .message = "was made by no migration: by hand, or by one whose file is gone",
          .finish = {{}, "write the migration that makes it"},
          .undo = {{drop(table, column)}, "if nothing uses it; its data are lost"}};
}

/// It is there, and only a migration that is pending makes it: that one was cut off after a statement that
/// took effect on its own, or its history row was lost.
Finding too_early(Table const& table, std::string const& column, std::string const& path) {
  return {
      .severity = Severity::problem,
      .kind = "half-applied-migration",
      .object = object_of(table, column),
      .message = fmt::format(
          "is there already, but {}, which makes it, is pending: it was cut off, and will fail on it", path),
      .finish = {{}, "run what is missing of the file by hand, and mark it as done in the tool"},
      .undo = {{drop(table, column)}, "then the tool runs the file from its beginning"}};
}

/// As above, where a step back may have been cut off: what a completed migration made is not to be dropped.
Finding still_there(Table const& table, std::string const& column, std::string const& path) {
  std::string const advice =
      "see the dirty history: which step failed decides; whoever drops it loses the data in it";
  return {.severity = Severity::problem,
          .kind = "half-applied-migration",
          .object = object_of(table, column),
          .message = fmt::format("is there, but {}, which makes it, does not count as run: either it was cut "
                                 "off, or a step back over it was, and it is whole",
                                 path),
          .finish = {{}, advice},
          .undo = {{}, advice}};
}

Finding missing(std::string object, std::string const& maker) {
  return {.severity = Severity::problem,
          .kind = object.starts_with("table") ? "missing-table" : "missing-column",
          .object = std::move(object),
          .message = fmt::format("was made by {}, which has run, and is not there",
                                 maker.empty() ? "a migration" : maker)};
}

class Comparer {
 public:
  Comparer(RunFiles const& files, std::vector<Table> const& tables)
      : files_(&files), tables_(&tables), done_(replay(files.applied)), all_(done_) {
    replay_more(all_, files.pending);
  }

  std::vector<Finding> run(bool whole) {
    for (Table const& table : *tables_) compare_table(table, whole);
    for (review::Table const* table : done_.schema.tables()) {
      bool const replayed_whole = table->complete && !table->parent && !table->materialized_view;
      if (replayed_whole && live_table(*tables_, table->name) == nullptr)
        findings_.push_back(missing("table " + table->name.text(), maker(table->name.name)));
    }
    if (!done_.unread.empty()) {
      findings_.push_back(
          {.severity = Severity::note,
           .kind = "unread-migration",
           .object = "file " + done_.unread.front(),
           .message = fmt::format("a statement could not be read in {} files: what they make may be said to "
                                  "be unexplained",
                                  done_.unread.size())});
    }
    return std::move(findings_);
  }

  [[nodiscard]] std::set<std::string> const& in_place() const { return in_place_; }

 private:
  void early(Table const& live, std::string const& column, std::string const& path) {
    in_place_.insert(path);
    findings_.push_back(files_->perhaps_run.contains(path) ? still_there(live, column, path)
                                                           : too_early(live, column, path));
  }

  [[nodiscard]] std::string maker(std::string const& key) const {
    auto const found = done_.makers.find(key);
    return found == done_.makers.end() ? std::string() : found->second;
  }

  void compare_table(Table const& live, bool whole) {
    review::Table const* const expected = expected_table(done_.schema, live);
    if (expected == nullptr) {
      bool const pending = expected_table(all_.schema, live) != nullptr;
      if (pending) {
        early(live, "", all_.makers[live.name]);
      } else if (whole) {
        findings_.push_back(unexplained(live, ""));
      }
      return;
    }
    if (!expected->complete) return;
    for (Column const& column : live.columns) {
      if (expected->column(column.name) == nullptr) compare_column(live, column.name);
    }
    for (review::Column const& column : expected->columns) {
      if (live.column(column.name) == nullptr)
        findings_.push_back(missing(object_of(live, column.name), maker(live.name + "." + column.name)));
    }
  }

  void compare_column(Table const& live, std::string const& column) {
    review::Table const* const later = expected_table(all_.schema, live);
    auto const path = all_.makers.find(live.name + "." + column);
    if (later != nullptr && later->column(column) != nullptr && path != all_.makers.end()) {
      early(live, column, path->second);
    } else {
      findings_.push_back(unexplained(live, column));
    }
  }

  RunFiles const* files_;
  std::vector<Table> const* tables_;
  std::set<std::string> in_place_;
  Replay done_;
  Replay all_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> drift_by_sql(RunFiles const& files, std::vector<Table> const& tables, bool whole) {
  return Comparer(files, tables).run(whole);
}

std::set<std::string> pending_in_place(RunFiles const& files, std::vector<Table> const& tables) {
  Comparer comparer(files, tables);
  static_cast<void>(comparer.run(false));
  return comparer.in_place();
}

}  // namespace pgdrill::migrations
