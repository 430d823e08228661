#include "harness/migrations/rewrite/rewrite_files.hpp"

#include <fmt/format.h>

namespace pgdrill::review {

namespace {

void rewrite_statement(SqlFile const& file, StatementReview const& statement, Schema const& schema, int major,
                       RewrittenFiles& into) {
  for (std::size_t i = 0; i < statement.actions.size(); ++i) {
    Effect const& effect = statement.effects[i];
    bool const breaks =
        !effect.breaks_old.empty() || effect.blocks_while_working() || effect.undo == Undo::impossible;
    if (!breaks || statement.actions[i].embedded) continue;
    Result<Rewriting> rewriting = rewrite(statement.actions[i], schema, major);
    if (rewriting) {
      std::vector<RenderedFile> files = render(*rewriting, into.files.size() / 2 + 1);
      into.files.insert(into.files.end(), files.begin(), files.end());
      continue;
    }
    SqlFile::Place const place = file.place(statement.offset + statement.actions[i].offset);
    rewriting.error().where = fmt::format("{}:{}:{}", file.path, place.line, place.column);
    into.refusals.push_back(std::move(rewriting).error());
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
      for (StatementReview const& statement : section.statements) {
        rewrite_statement(*file.file, statement, schema, options.major, rewritten);
        for (Action const& action : statement.actions) schema.apply(action, file.file->text);
      }
    }
    schema.settle();
  }
  return rewritten;
}

}  // namespace pgdrill::review
