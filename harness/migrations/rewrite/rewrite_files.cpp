#include "harness/migrations/rewrite/rewrite_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/migrations/rewrite/carried_over.hpp"
#include "harness/migrations/rewrite/group.hpp"
#include "harness/migrations/rewrite/made_table.hpp"
#include "harness/migrations/rewrite/spared_triggers.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

namespace {

/// What becomes of one statement, of several that belong together, or of one action.
struct Part {
  std::size_t offset = 0;  ///< in the file
  bool breaks = false;     ///< false: it could stay as it is, if the others were left alone, too
  bool first = false;      ///< before all others: they are nothing to it
  Result<Rewriting> rewriting;
};

Error refusal(std::string what, std::string why, std::string todo) {
  return {.kind = ErrorKind::usage, .what = std::move(what), .why = std::move(why), .todo = std::move(todo)};
}

/// The parts of one file, in its order.
class Reader {
 public:
  Reader(SqlFile const& file, Schema& schema, int major) : file_(&file), schema_(&schema), major_(major) {}

  void read(SectionReview const& section) {
    std::size_t covered = 0;  // statements that a group stands for
    changed_ = changed_by(section);
    before_ = *schema_;
    for (std::size_t i = 0; i < section.statements.size(); ++i) {
      StatementReview const& statement = section.statements[i];
      std::string const text = file_->text.substr(statement.offset, statement.end - statement.offset);
      bool const framing = is_framing(statement);  // or not understood at all
      std::optional<GroupRewriting> group;
      if (i >= covered && !statement.actions.empty())
        group = rewrite_group({file_->text, section.statements, i, *schema_, major_});
      if (group) {
        covered = i + group->consumed;
        if (group->rewriting) spare_triggers(*group->rewriting, *schema_);
        parts_.push_back({statement.offset, true, false, std::move(group->rewriting)});
      }
      // A SET between the statements of a group is none of the group.
      if (i < covered && !framing) {
        for (Action const& action : statement.actions) schema_->apply(action, text);
      } else if (!asks_for_nothing(statement) && !read_of_made_table(statement, text)) {
        read_statement(statement, text);
      }
    }
  }
  [[nodiscard]] std::vector<Part> take() { return std::move(parts_); }

 private:
  /// CREATE TABLE, and what the file says of the table: one part. False for any other statement.
  bool read_of_made_table(StatementReview const& statement, std::string const& text) {
    std::string const sql = statement_sql(text);
    if (statement.kind == "CreateStmt" && statement.actions.front().kind == ActionKind::create_table) {
      Action const& action = statement.actions.front();
      Result<Rewriting> made = make_table(action, sql, *schema_, changed_);
      if (made) made_[action.table.in_public().text()] = parts_.size();
      parts_.push_back({statement.offset, false, true, std::move(made)});
    } else {
      std::set<std::string> names;
      for (auto const& [name, part] : made_) names.insert(name);
      std::string const about = belongs_to(statement, names, changed_);
      if (about.empty()) return false;
      parts_[made_.at(about)].rewriting->files.front().up += sql;
    }
    for (Action const& action : statement.actions) schema_->apply(action, text);
    return true;
  }

  void read_statement(StatementReview const& statement, std::string const& text) {
    if (statement.actions.empty())
      parts_.push_back({statement.offset, false, false,
                        tl::unexpected(refusal("cannot rewrite the file", "this statement is not understood",
                                               "put it into a file of its own"))});
    auto const breaks = [&](std::size_t i) {
      Effect const& effect = statement.effects[i];
      return !effect.breaks_old.empty() || effect.blocks_while_working() || effect.undo == Undo::impossible;
    };
    for (std::size_t i = 0; i < statement.actions.size(); ++i) {
      Action const& action = statement.actions[i];
      // What stands in a DO block is refused with it, once.
      std::size_t end = i + 1;
      while (end < statement.actions.size() && statement.actions[end].embedded) ++end;
      bool breaks_one = false;
      for (std::size_t one = i; one < end; ++one) breaks_one = breaks_one || breaks(one);
      bool const carried = !breaks_one || end > i + 1;
      bool const first = action.kind == ActionKind::grant && grants_on_known(action, before_);
      parts_.push_back(
          {statement.offset + action.offset, breaks_one, first, read_action(statement, i, carried, text)});
      // Each is rewritten for the table as those before it leave it.
      for (; i < end; ++i) schema_->apply(statement.actions[i], text);
      --i;
    }
  }

  Result<Rewriting> read_action(StatementReview const& statement, std::size_t index, bool carried,
                                std::string const& text) {
    Action const& action = statement.actions[index];
    // PostgreSQL takes the actions of one statement in an order of its own, and at once.
    bool const again =
        std::any_of(statement.actions.begin(), statement.actions.end(), [&](Action const& other) {
          return &other != &action && !action.column.empty() && other.column == action.column &&
                 same_relation(other.table, action.table);
        });
    std::pair<std::string, std::string> const column{action.table.in_public().text(), action.column};
    bool const sets_default =
        action.kind == ActionKind::set_default || action.kind == ActionKind::drop_default;
    bool const after_type =
        sets_default && std::find(retyped_.begin(), retyped_.end(), column) != retyped_.end();
    if (again || after_type)
      return tl::unexpected(
          refusal(fmt::format("cannot rewrite {} on {}", name_of(action.kind), action.table.text()),
                  fmt::format("the file changes column {} in another way, too, which takes phases of its own",
                              action.column),
                  "change one thing of a column in each file"));
    if (action.kind == ActionKind::set_type) retyped_.push_back(column);
    RewriteContext const context{file_->text, major_};
    if (carried) return carry_over(action, text, *schema_, context);
    Result<Rewriting> rewriting = rewrite(action, *schema_, context);
    if (rewriting) spare_triggers(*rewriting, *schema_);
    return rewriting;
  }

  SqlFile const* file_;
  Schema* schema_;
  int major_;
  std::vector<Part> parts_;
  Schema before_;                            ///< the section
  std::set<std::string> changed_;            ///< by statements of the section that no table is made by
  std::map<std::string, std::size_t> made_;  ///< tables, and their parts
  std::vector<std::pair<std::string, std::string>> retyped_;  ///< table and column
};

/// What comes first in front, all else in its order.
std::vector<Part> ordered(std::vector<Part> parts) {
  std::vector<Part> out;
  for (bool const first : {true, false}) {
    for (Part& part : parts) {
      if (part.first == first) out.push_back(std::move(part));
    }
  }
  return out;
}

void take(SqlFile const& file, std::vector<Part> parts, RewrittenFiles& into) {
  // A file that breaks nobody stays as it is: somebody runs it.
  bool const in_phases = std::any_of(parts.begin(), parts.end(), [](Part const& part) {
    return part.breaks && !(part.rewriting && part.rewriting->files.empty());
  });
  for (Part& part : parts) {
    if (!in_phases && !part.breaks) continue;
    SqlFile::Place const place = file.place(part.offset);
    std::string const where = fmt::format("{}:{}:{}", file.path, place.line, place.column);
    if (part.rewriting && part.rewriting->files.empty() && in_phases)
      part.rewriting = tl::unexpected(refusal("cannot rewrite the file: " + part.rewriting->subject,
                                              "it is done as it stands, and the files do not do it",
                                              "put it into a file of its own"));
    if (!part.rewriting) {
      part.rewriting.error().where = where;
      into.refusals.push_back(std::move(part.rewriting).error());
      continue;
    }
    if (!part.rewriting->note.empty())
      into.notes.push_back(fmt::format("{}: {}: {}", where, part.rewriting->subject, part.rewriting->note));
    std::vector<RenderedFile> files = render(*part.rewriting, into.files.size() / 2 + 1);
    into.files.insert(into.files.end(), files.begin(), files.end());
  }
}

}  // namespace

RewrittenFiles rewrite_files(std::vector<SqlFile> const& files, Options const& options) {
  RewrittenFiles rewritten;
  ReviewReport const report = review(files, options);
  Schema schema = options.schema;
  for (FileReview const& file : report.files) {
    Reader reader(*file.file, schema, options.major);
    for (SectionReview const& section : file.sections) {
      if (section.direction != Direction::down) reader.read(section);
    }
    take(*file.file, ordered(reader.take()), rewritten);
    schema.settle();
  }
  // Phases of a half would drop what the other half was to save.
  if (!rewritten.refusals.empty()) rewritten.files.clear();
  return rewritten;
}

}  // namespace pgdrill::review
