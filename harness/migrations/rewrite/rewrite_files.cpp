#include "harness/migrations/rewrite/rewrite_files.hpp"

#include <fmt/format.h>

#include "harness/migrations/rewrite/group.hpp"

namespace pgdrill::review {

namespace {

void take(SqlFile const& file, std::size_t offset, Result<Rewriting> rewriting, RewrittenFiles& into) {
  SqlFile::Place const place = file.place(offset);
  std::string const where = fmt::format("{}:{}:{}", file.path, place.line, place.column);
  if (rewriting && !rewriting->note.empty())
    into.notes.push_back(fmt::format("{}: {}: {}", where, rewriting->subject, rewriting->note));
  if (rewriting) {
    std::vector<RenderedFile> files = render(*rewriting, into.files.size() / 2 + 1);
    into.files.insert(into.files.end(), files.begin(), files.end());
    return;
  }
  rewriting.error().where = where;
  into.refusals.push_back(std::move(rewriting).error());
}

void rewrite_statement(SqlFile const& file, StatementReview const& statement, Schema const& schema, int major,
                       RewrittenFiles& into) {
  for (std::size_t i = 0; i < statement.actions.size(); ++i) {
    Effect const& effect = statement.effects[i];
    bool const breaks =
        !effect.breaks_old.empty() || effect.blocks_while_working() || effect.undo == Undo::impossible;
    if (!breaks || statement.actions[i].embedded) continue;
    take(file, statement.offset + statement.actions[i].offset, rewrite(statement.actions[i], schema, major),
         into);
  }
}

void rewrite_section(SqlFile const& file, SectionReview const& section, Schema& schema, int major,
                     RewrittenFiles& into) {
  std::size_t covered = 0;  // statements that a group stands for
  for (std::size_t i = 0; i < section.statements.size(); ++i) {
    StatementReview const& statement = section.statements[i];
    if (i >= covered) {
      std::optional<GroupRewriting> group =
          statement.actions.empty() ? std::nullopt
                                    : rewrite_group({file.text, section.statements, i, schema, major});
      if (group) {
        covered = i + group->consumed;
        take(file, statement.offset, std::move(group->rewriting), into);
      } else {
        rewrite_statement(file, statement, schema, major, into);
      }
    }
    std::string const text = file.text.substr(statement.offset, statement.end - statement.offset);
    for (Action const& action : statement.actions) schema.apply(action, text);
  }
}

}  // namespace

RewrittenFiles rewrite_files(std::vector<SqlFile> const& files, Options const& options) {
  RewrittenFiles rewritten;
  ReviewReport const report = review(files, options);
  Schema schema = options.schema;
  for (FileReview const& file : report.files) {
    for (SectionReview const& section : file.sections) {
      if (section.direction == Direction::down) continue;
      rewrite_section(*file.file, section, schema, options.major, rewritten);
    }
    schema.settle();
  }
  return rewritten;
}

}  // namespace pgdrill::review
