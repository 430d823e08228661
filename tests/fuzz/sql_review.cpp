// Splitter, parser, replay, rules and outputs of `pgdrill review`, from the bytes of a migration file.
#include "harness/migrations/review/output.hpp"
#include "harness/migrations/review/split.hpp"
#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(sql_review) {
  using namespace pgdrill;
  using namespace pgdrill::review;
  std::size_t last = 0;
  for (Piece const& piece : split_statements(input)) {
    fuzz::require(piece.begin < piece.end && piece.end <= input.size(), "a piece lies in the text");
    fuzz::require(piece.begin >= last, "pieces do not overlap");
    last = piece.end;
  }
  std::vector<SqlFile> const files{read_sql("1_fuzz.up.sql", std::string(input)),
                                   read_sql("V2__fuzz.sql", std::string(input))};
  Options options;
  for (Rule const& rule : rules()) options.extra.insert(rule.id);
  ReviewReport const report = review::review(files, options);
  static_cast<void>(as_text(report, {.color = true, .every_statement = true}));
  static_cast<void>(as_github(report));
  static_cast<void>(as_json(report));
  static_cast<void>(as_sarif(report));
}
