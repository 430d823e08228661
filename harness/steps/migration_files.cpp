#include "harness/steps/migration_files.hpp"

#include <algorithm>
#include <regex>

#include "harness/base/text.hpp"

namespace pgdrill::steps {

namespace {

constexpr std::string_view entry_prefix = "- migrations/";

std::regex const& tag_form() {
  static std::regex const form(R"(^(UPDATE|DELETE|MERGE|COPY|INSERT 0) (\d{1,18})$)");
  return form;
}

}  // namespace

Result<std::string> with_migrations(std::string_view kustomization, std::vector<std::string> const& names) {
  std::vector<std::string> lines = split(kustomization, '\n');
  auto const is_entry = [](std::string const& line) { return trim(line).starts_with(entry_prefix); };
  auto const last = std::find_if(lines.rbegin(), lines.rend(), is_entry);
  if (last == lines.rend()) {
    return fail({.kind = ErrorKind::invalid,
                 .what = "cannot add migrations to kustomization.yaml",
                 .where = "kustomization.yaml",
                 .why = "it has no line '- migrations/...'",
                 .todo = "list the migrations' files in a configMapGenerator"});
  }
  std::string const indent = last->substr(0, last->find('-'));
  auto place = last.base();
  for (std::string const& name : names) {
    std::string const entry = std::string(entry_prefix) + name;
    bool const there =
        std::any_of(lines.begin(), lines.end(), [&](std::string const& line) { return trim(line) == entry; });
    if (!there) place = std::next(lines.insert(place, indent + entry));
  }
  return join(lines, "\n");
}

std::vector<std::string> command_tags(std::string_view log) {
  std::vector<std::string> tags;
  for (std::string const& line : split(log, '\n')) {
    std::string const text(trim(line));
    if (std::regex_match(text, tag_form())) tags.push_back(text);
  }
  return tags;
}

std::optional<std::int64_t> changed_rows(std::string_view log) {
  std::optional<std::int64_t> rows;
  for (std::string const& tag : command_tags(log)) {
    std::smatch match;
    std::regex_match(tag, match, tag_form());
    rows = rows.value_or(0) + std::stoll(match[2].str());
  }
  return rows;
}

}  // namespace pgdrill::steps
