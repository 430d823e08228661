#include "harness/triggers/running_statement.hpp"

#include <algorithm>

#include "harness/base/files.hpp"

namespace pgdrill::triggers {

namespace {

using scenario::ParameterType;

// A little less than 1024: a text is not cut in the middle of a character.
constexpr std::size_t perhaps_cut_off = 1020;

}  // namespace

MigrationStatements::MigrationStatements(std::string_view migration, std::size_t number)
    : first_(std::max<std::size_t>(number, 1)) {
  std::vector<std::string> const all = sql_statements(migration);
  for (std::size_t i = first_ - 1; i < all.size(); ++i) statements_.push_back(normalised(all[i]));
}

Result<MigrationStatements> MigrationStatements::read(std::filesystem::path const& directory,
                                                      scenario::Parameters const& parameters,
                                                      scenario::Location const& location) {
  TRY(std::string const text, read_file(directory / parameters.text("file")));
  std::int64_t const number = parameters.integer("number");
  std::size_t const count = sql_statements(text).size();
  if (number >= 1 && static_cast<std::size_t>(number) <= count)
    return MigrationStatements(text, static_cast<std::size_t>(number));
  return fail({.kind = ErrorKind::usage,
               .what = "there is no statement " + std::to_string(number),
               .where = location.text(),
               .why = parameters.text("file") + " has " + std::to_string(count)});
}

std::optional<std::size_t> MigrationStatements::number_of(std::string_view query) const {
  std::string const running = normalised(query);
  if (running.empty()) return {};
  bool const cut_off = query.size() >= perhaps_cut_off;
  for (std::size_t i = 0; i < statements_.size(); ++i) {
    bool const same = statements_[i] == running || (cut_off && statements_[i].starts_with(running));
    if (same) return first_ + i;
  }
  return {};
}

std::vector<scenario::ParameterDeclaration> statement_parameters() {
  return {{"file", ParameterType::text, true, "", "The migration, relative to the scenario."},
          {"number", ParameterType::integer, true, "", "Which statement; the first is 1.", {}, "statements"}};
}

}  // namespace pgdrill::triggers
