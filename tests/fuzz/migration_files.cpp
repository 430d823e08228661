// File names and contents of migrations, as every tool reads them. The first line of the input is the path.
#include "harness/migrations/history/python_source.hpp"
#include "harness/migrations/history/tool.hpp"
#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(migration_files) {
  using namespace pgdrill;
  using namespace pgdrill::migrations;
  std::size_t const line = std::min(input.find('\n'), input.size());
  std::string const path(input.substr(0, line));
  std::string const content(input.substr(std::min(line + 1, input.size())));
  std::vector<SourceFile> const sources = {{path, content}};
  for (Tool const& tool : tools()) {
    auto const files = tool.files(sources);
    for (MigrationFile const& file : files) {
      fuzz::require(same_version(tool.order, file.version, file.version), "a version is equal to itself");
      for (MigrationFile const& other : files) {
        bool const before = comes_before(tool.order, file.version, other.version);
        fuzz::require(!before || !comes_before(tool.order, other.version, file.version),
                      "an order is one-way");
        fuzz::require(!before || !same_version(tool.order, file.version, other.version),
                      "what is equal has no order");
      }
    }
    History history{.runs = {{.version = path}}};
    if (tool.complete != nullptr) tool.complete(history, files);
    fuzz::require(!history.runs.empty(), "files take no run away");
  }
  if (auto const name = parse_numbered_name(path)) {
    fuzz::require(std::string_view(path).starts_with(name->digits), "a numbered name begins with its number");
    fuzz::require(comes_before(Order::number, name->digits, name->digits + "0") ||
                      without_leading_zeros(name->digits) == "0",
                  "ten times a number comes after it");
  }
  static_cast<void>(python_strings(content, "revision"));
}
