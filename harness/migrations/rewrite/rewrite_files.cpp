#include "harness/migrations/rewrite/rewrite_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/rewrite/carried_over.hpp"
#include "harness/migrations/rewrite/group.hpp"
#include "harness/migrations/rewrite/spared_triggers.hpp"

namespace pgdrill::review {

namespace {

/// What becomes of one statement, of several that belong together, or of one action.
struct Part {
  std::size_t offset = 0;  ///< in the file
  bool breaks = false;     ///< false: it could stay as it is, if the others were left alone, too
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
        parts_.push_back({statement.offset, true, std::move(group->rewriting)});
      }
      // A SET between the statements of a group is none of the group.
      if (i < covered && !framing) {
        for (Action const& action : statement.actions) schema_->apply(action, text);
      } else if (!asks_for_nothing(statement)) {
        read_statement(statement, text);
      }
    }
  }
  [[nodiscard]] std::vector<Part> take() { return std::move(parts_); }

 private:
  void read_statement(StatementReview const& statement, std::string const& text) {
    if (statement.actions.empty())
      parts_.push_back({statement.offset, false,
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
      parts_.push_back({statement.offset + action.offset, breaks_one, read_action(statement, i, carried)});
      // Each is rewritten for the table as those before it leave it.
      for (; i < end; ++i) schema_->apply(statement.actions[i], text);
      --i;
    }
  }

  Result<Rewriting> read_action(StatementReview const& statement, std::size_t index, bool carried) {
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
    if (carried) return carry_over(action, *schema_, context);
    Result<Rewriting> rewriting = rewrite(action, *schema_, context);
    if (rewriting) spare_triggers(*rewriting, *schema_);
    return rewriting;
  }

  SqlFile const* file_;
  Schema* schema_;
  int major_;
  std::vector<Part> parts_;
  std::vector<std::pair<std::string, std::string>> retyped_;  ///< table and column
};

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
    take(*file.file, reader.take(), rewritten);
    schema.settle();
  }
  // Phases of a half would drop what the other half was to save.
  if (!rewritten.refusals.empty()) rewritten.files.clear();
  return rewritten;
}

}  // namespace pgdrill::review
