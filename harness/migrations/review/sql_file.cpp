#include "harness/migrations/review/sql_file.hpp"

#include <algorithm>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/migrations/review/dialect.hpp"
#include "harness/migrations/review/split.hpp"
#include "harness/migrations/review/suppression.hpp"

namespace pgdrill::review {

namespace {

Statement read_statement(std::string const& text, Piece const& piece) {
  Statement statement{
      .begin = piece.begin, .end = piece.end, .text = text.substr(piece.begin, piece.end - piece.begin)};
  auto parsed = parse_statement(statement.text);
  if (parsed) {
    statement.parsed.emplace(*std::move(parsed));
  } else {
    statement.error = parsed.error();
  }
  return statement;
}

/// Flyway runs a file without a transaction when a statement in it cannot run in one.
void without_transaction_where_needed(SqlFile& file) {
  for (Section& section : file.sections) {
    bool const refuses =
        std::any_of(section.statements.begin(), section.statements.end(), [](Statement const& one) {
          if (!one.parsed) return false;
          return get_bool(one.parsed->node, "concurrent") || one.parsed->kind == "VacuumStmt";
        });
    if (refuses && file.tool == "Flyway") section.mode = TransactionMode::autocommit;
  }
}

/// Follows a file's annotations from one section to the next.
class SectionReader {
 public:
  explicit SectionReader(SqlFile& file, Dialect const& dialect) : file_(&file) {
    file.sections.push_back({dialect.direction, dialect.mode, 0, {}});
  }

  void see(Piece const& piece) {
    if (piece.kind == PieceKind::psql_command) file_->psql_commands.push_back(piece.begin);
    if (piece.kind == PieceKind::statement)
      file_->sections.back().statements.push_back(read_statement(file_->text, piece));
    if (piece.kind == PieceKind::comment) see_comment(piece);
  }

 private:
  void see_comment(Piece const& piece) {
    std::string_view const comment =
        std::string_view(file_->text).substr(piece.begin, piece.end - piece.begin);
    std::optional<Annotation> const annotation = annotation_of(comment);
    if (!annotation) return;
    file_->tool = annotation->tool;
    if (!annotation->begins) {
      // Said of the whole file, before or after a section begins.
      if (annotation->goes) file_->sections.back().direction = *annotation->goes;
      if (annotation->mode) whole_file_ = annotation->mode;
      if (annotation->mode) file_->sections.back().mode = *annotation->mode;
      return;
    }
    TransactionMode const mode = whole_file_.value_or(annotation->mode.value_or(TransactionMode::wrapped));
    bool const nothing_before = file_->sections.size() == 1 && file_->sections.front().statements.empty();
    if (nothing_before && !annotated_) file_->sections.clear();
    // What stands above tern's one annotation goes up, in a transaction too.
    if (annotation->tool == "tern" && !file_->sections.empty()) file_->sections.back().mode = mode;
    annotated_ = true;
    file_->sections.push_back({*annotation->begins, mode, piece.begin, {}});
  }

  SqlFile* file_;
  std::optional<TransactionMode> whole_file_;
  bool annotated_ = false;
};

}  // namespace

SqlFile::Place SqlFile::place(std::size_t offset) const {
  auto const next = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
  auto const line = static_cast<std::size_t>(next - line_starts.begin());
  return {line, offset - line_starts[line - 1] + 1};
}

std::string_view SqlFile::line_at(std::size_t offset) const {
  std::size_t const begin = line_starts[place(offset).line - 1];
  std::size_t const end = std::min(text.find('\n', begin), text.size());
  std::string_view line = std::string_view(text).substr(begin, end - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

SqlFile read_sql(std::string path, std::string text) {
  // As psql does; it stands for nothing.
  if (constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF"; text.starts_with(byte_order_mark))
    text.erase(0, byte_order_mark.size());
  Dialect const dialect = dialect_of_path(path);
  SqlFile file{
      .path = std::move(path), .text = std::move(text), .tool = dialect.tool, .version = dialect.version};
  file.line_starts.push_back(0);
  for (std::size_t i = 0; i < file.text.size(); ++i) {
    if (file.text[i] == '\n') file.line_starts.push_back(i + 1);
  }
  std::vector<Piece> const pieces = split_statements(file.text);
  SectionReader reader(file, dialect);
  for (Piece const& piece : pieces) reader.see(piece);
  without_transaction_where_needed(file);
  file.suppressions = read_suppressions(file, pieces);
  return file;
}

Result<std::vector<SqlFile>> read_sql_files(std::vector<std::string> const& paths) {
  std::vector<std::string> names;
  for (std::string const& path : paths) {
    std::error_code failed;
    if (!std::filesystem::is_directory(path, failed)) {
      names.push_back(path);
      continue;
    }
    std::vector<std::string> below;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(path, failed)) {
      bool const is_sql = entry.is_regular_file() && entry.path().extension() == ".sql";
      bool const verifies = entry.path().parent_path().filename() == "verify";
      if (is_sql && !verifies) below.push_back(entry.path().string());
    }
    sort_as_run(below);
    if (below.empty())
      return fail({.kind = ErrorKind::usage,
                   .what = "nothing to review",
                   .where = path,
                   .why = "no .sql file lies below it"});
    names.insert(names.end(), below.begin(), below.end());
  }
  std::vector<SqlFile> files;
  for (std::string const& name : names) {
    TRY(std::string text, read_file(name));
    files.push_back(read_sql(name, std::move(text)));
  }
  return files;
}

}  // namespace pgdrill::review
