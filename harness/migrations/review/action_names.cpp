#include <array>

#include "harness/migrations/review/action.hpp"

namespace pgdrill::review {

std::string_view name_of(ActionKind kind) {
  static constexpr std::array<std::string_view, 61> names{"create-table",
                                                          "create-partition",
                                                          "drop-table",
                                                          "rename-table",
                                                          "set-schema",
                                                          "add-column",
                                                          "drop-column",
                                                          "rename-column",
                                                          "set-type",
                                                          "set-default",
                                                          "drop-default",
                                                          "set-not-null",
                                                          "drop-not-null",
                                                          "set-expression",
                                                          "drop-expression",
                                                          "add-identity",
                                                          "set-identity",
                                                          "add-constraint",
                                                          "drop-constraint",
                                                          "validate-constraint",
                                                          "alter-constraint",
                                                          "rename-constraint",
                                                          "create-index",
                                                          "drop-index",
                                                          "rename-index",
                                                          "reindex",
                                                          "attach-partition",
                                                          "detach-partition",
                                                          "attach-index",
                                                          "create-trigger",
                                                          "drop-trigger",
                                                          "disable-trigger",
                                                          "enable-trigger",
                                                          "create-rule",
                                                          "row-security",
                                                          "replica-identity",
                                                          "set-storage",
                                                          "set-options",
                                                          "set-logged",
                                                          "move-table",
                                                          "owner",
                                                          "inherit",
                                                          "truncate",
                                                          "lock",
                                                          "vacuum-full",
                                                          "cluster",
                                                          "refresh",
                                                          "insert",
                                                          "update",
                                                          "delete-rows",
                                                          "select",
                                                          "add-enum-value",
                                                          "rename-enum-value",
                                                          "domain-constraint",
                                                          "create-type",
                                                          "create-domain",
                                                          "drop-object",
                                                          "rename-object",
                                                          "replace-view",
                                                          "replace-function",
                                                          "set-variable"};
  static constexpr std::array<std::string_view, 8> rest{
      "transaction", "do-block", "create-function", "comment", "grant", "revoke", "other"};
  auto const index = static_cast<std::size_t>(kind);
  return index < names.size() ? names.at(index) : rest.at(index - names.size());
}

}  // namespace pgdrill::review
