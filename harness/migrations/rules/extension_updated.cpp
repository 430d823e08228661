// extension-updated: an extension is brought to another version, or its content changes.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_extension_updated {
namespace {

void check(Review const& review, Findings& findings) {
  if (!review.statement->parsed) return;
  std::string const& kind = review.statement->parsed->kind;
  if (kind == "AlterExtensionStmt")
    findings.add(review, "the way back to the former version may not exist");
  else if (kind == "AlterExtensionContentsStmt")
    findings.add(review, "a dump holds other objects than before");
}

Rule describe() {
  return {.id = "extension-updated",
          .summary = "an extension is brought to another version, or its content changes",
          .why =
              "Few extensions come with scripts that lead back to the former version: after ALTER "
              "EXTENSION UPDATE only a backup does. ADD and DROP change what a dump holds.",
          .instead =
              "look for the way back in the extension (pg_extension_update_paths), and take a backup"
              " first",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_extension_updated
