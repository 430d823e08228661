#include "harness/migrations/rewrite/spared_triggers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/migrations/review/lexer.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

namespace {

constexpr std::string_view create_trigger = "CREATE TRIGGER ";

/// The assignments of the batched UPDATE of `table` in `sql`; empty when it has none.
std::string_view filled_by(std::string_view sql, Name const& table) {
  std::string const update = fmt::format("UPDATE {} t SET ", quote(table));
  std::size_t const begin = sql.find(update);
  if (begin == std::string_view::npos) return {};
  return sql.substr(begin + update.size(), sql.find(" FROM batch", begin) - begin - update.size());
}

bool is_fired_by(UpdateTrigger const& trigger, std::string_view assignments) {
  if (assignments.empty()) return false;
  return trigger.columns.empty() ||
         std::any_of(trigger.columns.begin(), trigger.columns.end(), [&](std::string const& column) {
           return (" " + std::string(assignments)).find(" " + quote(column) + " = ") != std::string::npos;
         });
}

std::string replace(UpdateTrigger const& trigger, Name const& table, std::string const& definition) {
  std::string sql = "CREATE OR REPLACE TRIGGER " + definition.substr(create_trigger.size()) + ";\n";
  // Replaced, it would fire as an ordinary one.
  if (trigger.enabled == 'A')
    sql += fmt::format("ALTER TABLE {} ENABLE ALWAYS TRIGGER {};\n", quote(table), quote(trigger.name));
  return sql;
}

/// With a WHEN before EXECUTE, or in front of the condition that it has.
std::string guarded(std::string const& definition) {
  std::string const guard = fmt::format("{} IS DISTINCT FROM 'on'", backfill_setting);
  std::vector<Token> const tokens = tokenize(definition);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (is_word(definition, tokens[i], "when"))
      return fmt::format("{} ({} AND {}", definition.substr(0, tokens[i].end), guard,
                         definition.substr(tokens[i + 1].end));
    if (is_word(definition, tokens[i], "execute") && is_word(definition, tokens[i + 1], "function"))
      return fmt::format("{}WHEN ({}) {}", definition.substr(0, tokens[i].begin), guard,
                         definition.substr(tokens[i].begin));
  }
  return definition;
}

/// The triggers of one table that the files would fire.
struct Fired {
  std::vector<UpdateTrigger const*> spared;
  std::vector<UpdateTrigger const*> others;  ///< constraint triggers
};
Fired fired_by(Rewriting const& rewriting, Table const& table) {
  Fired fired;
  for (UpdateTrigger const& trigger : table.update_triggers) {
    bool const fires =
        std::any_of(rewriting.files.begin(), rewriting.files.end(), [&](PhaseFile const& file) {
          return is_fired_by(trigger, filled_by(file.up, table.name)) ||
                 is_fired_by(trigger, filled_by(file.down, table.name));
        });
    if (!fires) continue;
    bool const replaceable = trigger.definition.starts_with(create_trigger);
    (replaceable ? fired.spared : fired.others).push_back(&trigger);
  }
  return fired;
}

std::string names(std::vector<UpdateTrigger const*> const& triggers) {
  std::vector<std::string> out;
  for (UpdateTrigger const* const trigger : triggers) out.push_back(trigger->name);
  return join(out, ", ");
}

void spare(Rewriting& rewriting, Table const& table, std::vector<UpdateTrigger const*> const& triggers) {
  std::string with;
  std::string without;
  for (UpdateTrigger const* const trigger : triggers) {
    with += replace(*trigger, table.name, guarded(trigger->definition));
    without += replace(*trigger, table.name, trigger->definition);
  }
  rewriting.files.insert(
      rewriting.files.begin(),
      {Phase::expand, "spare_triggers",
       fmt::format("Lets trigger {} pass over the rows that these files fill, and over nothing else.",
                   names(triggers)),
       with, without});
  rewriting.files.push_back(
      {Phase::contract, "triggers", "As they were: nothing is left to fill.", without, with});
}

void mention(Rewriting& rewriting, Table const& table, std::vector<UpdateTrigger const*> const& triggers) {
  for (PhaseFile& file : rewriting.files) {
    if (!filled_by(file.up, table.name).empty() || !filled_by(file.down, table.name).empty())
      file.comment += fmt::format(" Each row that is filled fires constraint trigger {}.", names(triggers));
  }
  for (UpdateTrigger const* const trigger : triggers) {
    if (!rewriting.note.empty()) rewriting.note += "; ";
    rewriting.note += fmt::format(
        "constraint trigger {} of {} fires for each row that the backfill, or the way back, fills, and "
        "cannot be "
        "given a condition: {}; if an audit or a date of the last change must not see that, make it an "
        "ordinary "
        "AFTER trigger first",
        trigger->name, table.name.text(), trigger->definition);
  }
}

}  // namespace

void spare_triggers(Rewriting& rewriting, Schema const& schema) {
  for (Table const* const table : schema.tables()) {
    Fired const fired = fired_by(rewriting, *table);
    if (!fired.others.empty()) mention(rewriting, *table, fired.others);
    if (!fired.spared.empty()) spare(rewriting, *table, fired.spared);
  }
}

}  // namespace pgdrill::review
