// Who names which columns, as the statements that made them tell: views, policies, triggers, generated
// columns.
#pragma once
#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

struct ReplayedUser {
  Name table;
  Table::User user;
};

/// Of CREATE VIEW, CREATE MATERIALIZED VIEW, CREATE POLICY, CREATE TRIGGER, and of the generated columns of a
/// definition; named as catalogue_users.hpp names them. Tables that `schema` does not know are left out.
[[nodiscard]] std::vector<ReplayedUser> users_made_by(Action const& action, Schema const& schema);

}  // namespace pgdrill::review
