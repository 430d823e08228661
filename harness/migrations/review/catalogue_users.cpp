#include "harness/migrations/review/catalogue_users.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "harness/base/text.hpp"

namespace pgdrill::review {

namespace {

#define PGDRILL_USER_SCHEMA \
  "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'"

/// Rows: schema and name of the table, the column or nothing, who. A view is a rule to PostgreSQL, a
/// generated column the default of one; constraints of the table itself are part of it.
char const* const tracked = R"(
SELECT DISTINCT n.nspname, c.relname, coalesce(a.attname, '') AS column, who.name AS who
FROM (
  SELECT d.refobjid AS relation, d.refobjsubid AS number,
    CASE WHEN v.oid IS NOT NULL THEN
      CASE v.relkind WHEN 'm' THEN 'materialized view ' WHEN 'v' THEN 'view ' ELSE 'rule ' || w.rulename || ' on ' END
        || format('%s.%s', vn.nspname, v.relname)
    WHEN f.oid IS NOT NULL THEN format('generated column %s', (SELECT attname FROM pg_attribute
      WHERE attrelid = f.adrelid AND attnum = f.adnum))
    WHEN o.oid IS NOT NULL THEN format('foreign key %s of %s.%s', o.conname, rn.nspname, r.relname)
    ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END AS name
  FROM pg_depend d
  LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
  LEFT JOIN pg_class v ON v.oid = w.ev_class LEFT JOIN pg_namespace vn ON vn.oid = v.relnamespace
  LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
  LEFT JOIN pg_constraint o ON d.classid = 'pg_constraint'::regclass AND o.oid = d.objid
  LEFT JOIN pg_class r ON r.oid = o.conrelid LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
  LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
  WHERE d.refclassid = 'pg_class'::regclass
    AND (d.classid IN ('pg_rewrite'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass,
      'pg_policy'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass, 'pg_statistic_ext'::regclass)
      -- Before PostgreSQL 15 a generated column depends on its sources itself.
      OR (d.classid = 'pg_class'::regclass AND d.objsubid > 0))
    AND (v.oid IS NULL OR v.oid <> d.refobjid)
    AND (f.oid IS NULL OR (d.refobjsubid > 0 AND (f.adrelid <> d.refobjid OR f.adnum <> d.refobjsubid)))
    AND (o.oid IS NULL OR (o.contype = 'f' AND o.conrelid <> d.refobjid AND o.conparentid = 0))
    AND (t.oid IS NULL OR NOT t.tgisinternal)
) who
JOIN pg_class c ON c.oid = who.relation JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = who.number AND who.number > 0
WHERE )" PGDRILL_USER_SCHEMA " ORDER BY 1, 2, 3, 4";

/// Functions whose body is a text that nobody but its language reads, and the tables on which they are
/// triggers.
char const* const bodies = R"(
SELECT format('function %s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name, p.prosrc,
  (SELECT coalesce(string_agg(DISTINCT format('%s.%s', tn.nspname, c.relname), E'\n'), '') FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace tn ON tn.oid = c.relnamespace WHERE t.tgfoid = p.oid AND NOT t.tgisinternal) AS tables
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE l.lanname NOT IN ('c', 'internal') AND p.prosrc <> ''
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  AND )" PGDRILL_USER_SCHEMA " ORDER BY 1";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || (c & '\x80') != 0;
}

/// All words of a text, in lower case: also those in literals, which may be statements that it puts together.
std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (char const c : text) {
    char const lower = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (is_letter(lower)) {
      word += lower;
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.insert(word);
  return words;
}

void add_function(Schema& schema, std::string const& function, std::set<std::string> const& words,
                  std::vector<std::string> const& trigger_tables) {
  for (Table const* const known : schema.tables()) {
    bool const fires_it = std::find(trigger_tables.begin(), trigger_tables.end(),
                                    known->name.in_public().text()) != trigger_tables.end();
    bool const names_it = words.contains(lower_case(known->name.name));
    if (!fires_it && !names_it) continue;
    Table* const table = schema.table(known->name);
    if (names_it) table->users.push_back({function, "", true});
    for (Column const& column : table->columns) {
      if (words.contains(lower_case(column.name))) table->users.push_back({function, column.name, true});
    }
  }
}

}  // namespace

void read_users(pqxx::transaction_base& transaction, Schema& schema) {
  for (pqxx::row const& row : transaction.exec(tracked)) {
    if (Table* const table = schema.table({row["nspname"].c_str(), row["relname"].c_str()}))
      table->users.push_back({row["who"].c_str(), row["column"].c_str(), false});
  }
  for (pqxx::row const& row : transaction.exec(bodies)) {
    add_function(schema, row["name"].c_str(), words_of(row["prosrc"].c_str()),
                 split(row["tables"].c_str(), '\n'));
  }
}

}  // namespace pgdrill::review
