#include "harness/migrations/history/source.hpp"

#include <algorithm>
#include <optional>

#include "harness/base/files.hpp"

namespace pgdrill::migrations {

namespace {

constexpr std::uintmax_t largest_file = 8 << 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool passed_over(std::filesystem::path const& folder) {
  std::string const name = folder.filename().string();
  return name == "node_modules" || name == "__pycache__" || (name.size() > 1 && name.starts_with('.'));
}

/// A text: no NUL in it. Packages ship compiled files beside their migrations.
bool is_text(std::string_view content) { return content.find('\0') == std::string_view::npos; }

Result<> add_file(std::filesystem::path const& file, std::string path, std::vector<SourceFile>& into) {
  std::error_code problem;
  auto const size = std::filesystem::file_size(file, problem);
  if (problem || size > largest_file) return {};
  TRY(std::string content, read_file(file));
  if (is_text(content)) into.push_back({std::move(path), std::move(content)});
  return {};
}

}  // namespace

std::string_view SourceFile::file_name() const {
  std::string_view const whole = path;
  auto const slash = whole.rfind('/');
  return slash == std::string_view::npos ? whole : whole.substr(slash + 1);
}

std::string_view SourceFile::folder() const {
  std::string_view const whole = path;
  auto const slash = whole.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : whole.substr(0, slash);
}

Result<std::vector<SourceFile>> read_sources(std::filesystem::path const& root) {
  std::vector<SourceFile> files;
  std::error_code problem;
  if (std::filesystem::is_regular_file(root, problem)) {
    TRY_VOID(add_file(root, root.generic_string(), files));
    return files;
  }
  auto entries = std::filesystem::recursive_directory_iterator(root, problem);
  if (problem) {
    return fail({.kind = ErrorKind::not_found,
                 .what = "cannot read the migrations",
                 .where = root.string(),
                 .why = problem.message(),
                 .todo = "name the folder that holds the migration files"});
  }
  for (auto entry = begin(entries); entry != end(entries); entry.increment(problem)) {
    if (problem) break;
    if (entry->is_directory() && passed_over(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      TRY_VOID(add_file(entry->path(), entry->path().generic_string(), files));
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::optional<NumberedName> parse_numbered_name(std::string_view file_name) {
  auto const digits_end = std::find_if_not(file_name.begin(), file_name.end(), is_digit);
  auto const digits = static_cast<std::size_t>(digits_end - file_name.begin());
  if (digits == 0) return std::nullopt;
  NumberedName name{.digits = std::string(file_name.substr(0, digits))};
  std::string_view rest = file_name.substr(digits);
  if (!rest.empty() && rest.front() != '_' && rest.front() != '-' && rest.front() != '.') return std::nullopt;
  if (auto const dot = rest.rfind('.'); dot != std::string_view::npos) {
    name.extension = rest.substr(dot + 1);
    rest = rest.substr(0, dot);
  }
  for (std::string_view const direction : {"up", "down"}) {
    if (rest.size() <= direction.size() || !rest.ends_with(direction)) continue;
    std::string_view const before = rest.substr(0, rest.size() - direction.size());
    if (before.back() != '.') continue;
    name.direction = direction;
    rest = before.substr(0, before.size() - 1);
    break;
  }
  if (!rest.empty()) rest.remove_prefix(1);
  name.title = rest;
  return name;
}

std::string without_leading_zeros(std::string_view digits) {
  auto const first = digits.find_first_not_of('0');
  if (first == std::string_view::npos) return digits.empty() ? "" : "0";
  return std::string(digits.substr(first));
}

}  // namespace pgdrill::migrations
