#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* base =
    "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p_id int REFERENCES p); CREATE FUNCTION "
    "f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN "
    "RETURN NEW; END'; CREATE TRIGGER touch BEFORE UPDATE ON c FOR EACH ROW EXECUTE FUNCTION f()";
State const own{
    .detector = "disabled-trigger", .base = base, .made_by = {"ALTER TABLE c DISABLE TRIGGER touch"}};
State const all{
    .detector = "disabled-trigger", .base = base, .made_by = {"ALTER TABLE p DISABLE TRIGGER ALL"}};

TEST(DisabledTrigger, IsEnabledOrDropped) {
  finish(own, make(own));
  undo(own, make(own));
}

TEST(DisabledTrigger, ChecksOfForeignKeysThatWereSwitchedOff) {
  auto const database = make(all);
  EXPECT_THAT(found_by("disabled-trigger", database)[0].message, HasSubstr("foreign keys are not checked"));
  finish(all, database);
}

}  // namespace
}  // namespace pgdrill::migrations
