#include "harness/migrations/review/catalogue.hpp"

#include <map>
#include <memory>
#include <pqxx/pqxx>
#include <utility>

#include "harness/migrations/review/catalogue_users.hpp"

namespace pgdrill::review {

namespace {

/// Of users alone: not PostgreSQL's, not a temporary schema's, not an extension's.
#define PGDRILL_USER_SCHEMA \
  "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'"

std::vector<std::string> texts(pqxx::field const& field) {
  std::vector<std::string> out;
  pqxx::array_parser parser = field.as_array();
  for (auto item = parser.get_next(); item.first != pqxx::array_parser::juncture::done;
       item = parser.get_next()) {
    if (item.first == pqxx::array_parser::juncture::string_value) out.push_back(item.second);
  }
  return out;
}

Name name_at(pqxx::row const& row, char const* schema, char const* name) {
  return {row[schema].c_str(), row[name].c_str()};
}

/// The one that a session of this role begins with; ours has another.
std::vector<std::string> read_search_path(pqxx::transaction_base& transaction) {
  return texts(transaction.exec(
      "SELECT coalesce(array_agg(n.nspname ORDER BY p.place), '{}')"
      " FROM pg_settings s, unnest(string_to_array(s.reset_val, ',')) WITH ORDINALITY p (name, place)"
      " JOIN pg_namespace n ON n.nspname = CASE trim(p.name) WHEN '\"$user\"' THEN current_user"
      " ELSE trim(trim(p.name), '\"') END"
      " WHERE s.name = 'search_path'")[0][0]);
}

void read_tables(pqxx::transaction_base& transaction, Schema& schema) {
  for (pqxx::row const& row : transaction.exec(
           "SELECT n.nspname, c.relname, c.relkind, c.reltuples::bigint, pg_total_relation_size(c.oid) AS "
           "bytes,"
           " pn.nspname AS parent_schema, p.relname AS parent,"
           " coalesce(pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT', false) AS is_default,"
           " c.relrowsecurity, c.relrowsecurity AND c.relforcerowsecurity AND NOT (SELECT rolsuper OR "
           "rolbypassrls FROM pg_roles WHERE rolname = current_user) AS hides_rows,"
           " NOT c.relispartition AND c.relkind <> 'p' AND EXISTS (SELECT FROM pg_inherits h WHERE "
           "c.oid IN (h.inhrelid, h.inhparent)) AS inherits,"
           " obj_description(c.oid, 'pg_class') AS comment,"
           " ARRAY(SELECT DISTINCT format('%s %s', g.privilege_type,"
           "   CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE '\"' || replace(pg_get_userbyid(g.grantee)::text, "
           "'\"', '\"\"') || '\"' END)"
           "  FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g) AS grants"
           " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
           " LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition"
           " LEFT JOIN pg_class p ON p.oid = i.inhparent LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace"
           " WHERE c.relkind IN ('r', 'p', 'm', 'f') AND " PGDRILL_USER_SCHEMA)) {
    Table table{.name = name_at(row, "nspname", "relname"), .complete = true};
    std::string const kind = row["relkind"].c_str();
    table.partitioned = kind == "p";
    table.materialized_view = kind == "m";
    // -1: neither VACUUM nor ANALYZE has seen it yet.
    if (auto const rows = row["reltuples"].as<std::int64_t>(); rows >= 0) table.rows = rows;
    table.bytes = row["bytes"].as<std::int64_t>();
    if (!row["parent"].is_null()) table.parent = name_at(row, "parent_schema", "parent");
    table.default_partition = row["is_default"].as<bool>();
    table.row_security = row["relrowsecurity"].as<bool>();
    table.hides_rows = row["hides_rows"].as<bool>();
    table.inherits = row["inherits"].as<bool>();
    table.comment = row["comment"].c_str();
    for (std::string& grant : texts(row["grants"])) table.grants.insert(std::move(grant));
    schema.add(std::move(table));
  }
}

/// What else happens when rows are written: triggers (tgtype's bits are in PostgreSQL's pg_trigger.h) and
/// rules.
void read_writing(pqxx::transaction_base& transaction, Schema& schema) {
  for (pqxx::row const& row : transaction.exec(
           "SELECT n.nspname, c.relname, t.tgname AS name, t.tgtype & 16 <> 0 AND t.tgenabled <> 'R' AND NOT "
           "starts_with(t.tgname::text, 'zz_pgdrill_') AS of_update,"
           " t.tgtype & 3 = 3 AND t.tgtype & 20 <> 0 AND t.tgname::text COLLATE \"C\" > 'zz_pgdrill' AND NOT "
           "starts_with(t.tgname::text, 'zz_pgdrill_') AS late,"
           " false AS rule, pg_get_triggerdef(t.oid) AS definition, t.tgenabled AS enabled,"
           " ARRAY(SELECT a.attname::text FROM unnest(t.tgattr::int2[]) k(number)"
           "  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number) AS columns"
           " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = "
           "c.relnamespace"
           " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND " PGDRILL_USER_SCHEMA
           " UNION ALL SELECT n.nspname, c.relname, w.rulename, false, false, true, NULL, NULL, NULL"
           " FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class JOIN pg_namespace n ON n.oid = "
           "c.relnamespace"
           " WHERE c.relkind IN ('r', 'p') AND " PGDRILL_USER_SCHEMA " ORDER BY 1, 2, 3")) {
    Table* const table = schema.table(name_at(row, "nspname", "relname"));
    if (table == nullptr) continue;
    if (row["rule"].as<bool>()) table->rules.emplace_back(row["name"].c_str());
    if (row["of_update"].as<bool>())
      table->update_triggers.push_back({.name = row["name"].c_str(),
                                        .definition = row["definition"].c_str(),
                                        .columns = texts(row["columns"]),
                                        .enabled = row["enabled"].c_str()[0]});
    if (row["late"].as<bool>()) table->late_triggers.emplace_back(row["name"].c_str());
  }
}

void read_columns(pqxx::transaction_base& transaction, Schema& schema) {
  for (pqxx::row const& row :
       transaction.exec("SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS "
                        "type, a.attnotnull,"
                        " a.attgenerated <> '' AS generated, a.attidentity <> '' AS identity,"
                        " coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS default_text"
                        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON "
                        "n.oid = c.relnamespace"
                        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
                        " WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm', 'f')"
                        " AND " PGDRILL_USER_SCHEMA " ORDER BY a.attrelid, a.attnum")) {
    Table* const table = schema.table(name_at(row, "nspname", "relname"));
    if (table == nullptr) continue;
    Column column{.name = row["attname"].c_str(), .type = parse_type(row["type"].c_str())};
    column.not_null = row["attnotnull"].as<bool>();
    column.generated = row["generated"].as<bool>();
    column.identity = row["identity"].as<bool>();
    column.default_text = row["default_text"].c_str();
    table->columns.push_back(std::move(column));
  }
}

/// Where `details` of a column are filled, which all that read its table share afterwards.
using Details = std::map<std::pair<std::string, std::string>, ColumnDetails>;  // by table and column

void read_details(pqxx::transaction_base& transaction, Details& into) {
  for (pqxx::row const& row : transaction.exec(
           "SELECT format('%s.%s', n.nspname, c.relname) AS table, a.attname,"
           " CASE WHEN a.attcollation <> t.typcollation THEN (SELECT format('%I.%I', o.nspname, l.collname)"
           "  FROM pg_collation l JOIN pg_namespace o ON o.oid = l.collnamespace WHERE l.oid = "
           "a.attcollation) END AS collation,"
           " CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' "
           "THEN"
           "  'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END AS storage,"
           " CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,"
           " nullif(a.attstattarget, -1) AS target, array_to_string(a.attoptions, ', ') AS options,"
           " col_description(c.oid, a.attnum) AS comment"
           " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = "
           "c.relnamespace JOIN pg_type t ON t.oid = a.atttypid"
           " WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') "
           "AND " PGDRILL_USER_SCHEMA)) {
    into[{row["table"].c_str(), row["attname"].c_str()}] = {.collation = row["collation"].c_str(),
                                                            .storage = row["storage"].c_str(),
                                                            .compression = row["compression"].c_str(),
                                                            .statistics_target = row["target"].c_str(),
                                                            .options = row["options"].c_str(),
                                                            .comment = row["comment"].c_str()};
  }
}

void read_column_grants(pqxx::transaction_base& transaction, Details& into) {
  for (pqxx::row const& row : transaction.exec(
           "SELECT format('%s.%s', n.nspname, c.relname) AS table, a.attname, g.privilege_type, "
           "g.is_grantable,"
           " CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS "
           "grantee"
           " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = "
           "c.relnamespace, aclexplode(a.attacl) WITH ORDINALITY g(grantor, grantee, privilege_type, "
           "is_grantable, place)"
           " WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND " PGDRILL_USER_SCHEMA
           " ORDER BY 1, 2, place")) {
    into[{row["table"].c_str(), row["attname"].c_str()}].grants.push_back(
        {row["privilege_type"].c_str(), row["grantee"].c_str(), row["is_grantable"].as<bool>()});
  }
}

/// Policies, generated columns, triggers, publications, statistics, functions; the replica identity too.
void read_column_dependants(pqxx::transaction_base& transaction, Details& into) {
  for (pqxx::row const& row : transaction.exec(
           "SELECT format('%s.%s', n.nspname, c.relname) AS table, a.attname, who.name"
           " FROM (SELECT d.refobjid AS relation, d.refobjsubid AS number,"
           "   pg_describe_object(d.classid, d.objid, d.objsubid) AS name"
           "  FROM pg_depend d LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = "
           "d.objid"
           "  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0"
           "   AND d.classid NOT IN ('pg_constraint'::regclass, 'pg_rewrite'::regclass)"
           "   AND (d.classid <> 'pg_class'::regclass OR d.objsubid > 0)"
           "   AND (f.oid IS NULL OR f.adrelid <> d.refobjid OR f.adnum <> d.refobjsubid)"
           "  UNION SELECT x.indrelid, k.number, 'replica identity ' || x.indexrelid::regclass"
           "  FROM pg_index x, unnest(x.indkey::int[]) k(number) WHERE x.indisreplident) who"
           " JOIN pg_class c ON c.oid = who.relation JOIN pg_namespace n ON n.oid = c.relnamespace"
           " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = who.number"
           " WHERE " PGDRILL_USER_SCHEMA " ORDER BY 1, 2, 3")) {
    into[{row["table"].c_str(), row["attname"].c_str()}].dependants.emplace_back(row["name"].c_str());
  }
}

void give_details(Details details, Schema& schema) {
  for (Table const* const known : schema.tables()) {
    Table* const table = schema.table(known->name);
    for (Column& column : table->columns) {
      auto const found = details.find({table->name.text(), column.name});
      if (found != details.end())
        column.details = std::make_shared<ColumnDetails const>(std::move(found->second));
    }
  }
}

void read_constraints(pqxx::transaction_base& transaction, Schema& schema) {
  for (pqxx::row const& row : transaction.exec(
           "SELECT n.nspname, c.relname, o.conname, o.contype, o.convalidated, pg_get_constraintdef(o.oid) "
           "AS definition, coalesce(pg_get_indexdef(CASE WHEN o.contype IN ('p', 'u') THEN o.conindid END), "
           "'') "
           "AS index_definition,"
           " rn.nspname AS other_schema, r.relname AS other,"
           " ARRAY(SELECT a.attname::text FROM unnest(o.conkey) WITH ORDINALITY k(num, pos)"
           "  JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.num ORDER BY k.pos) AS columns,"
           " ARRAY(SELECT a.attname::text FROM unnest(o.confkey) WITH ORDINALITY k(num, pos)"
           "  JOIN pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.num ORDER BY k.pos) AS "
           "other_columns"
           " FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = "
           "c.relnamespace"
           " LEFT JOIN pg_class r ON r.oid = o.confrelid LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace"
           " WHERE o.contype IN ('c', 'f', 'p', 'u', 'x', 'n') AND " PGDRILL_USER_SCHEMA
           " ORDER BY o.conname")) {
    Table* const table = schema.table(name_at(row, "nspname", "relname"));
    if (table == nullptr) continue;
    Constraint constraint{.name = row["conname"].c_str(), .kind = row["contype"].c_str()[0]};
    constraint.columns = texts(row["columns"]);
    constraint.referenced_columns = texts(row["other_columns"]);
    constraint.valid = row["convalidated"].as<bool>();
    constraint.definition = row["definition"].c_str();
    constraint.index_definition = row["index_definition"].c_str();
    if (!row["other"].is_null()) constraint.referenced = name_at(row, "other_schema", "other");
    constraint.proves_not_null =
        constraint.columns.size() == 1 && constraint.kind == 'c' &&
        constraint.definition.find("((" + constraint.columns.front() + " IS NOT NULL))") != std::string::npos;
    table->constraints.push_back(std::move(constraint));
  }
}

void read_indexes(pqxx::transaction_base& transaction, Schema& schema) {
  for (pqxx::row const& row : transaction.exec("SELECT n.nspname, c.relname, i.relname AS index_name, "
                                               "x.indisunique, pg_get_indexdef(x.indexrelid) AS definition,"
                                               " ARRAY(SELECT coalesce(a.attname::text, '') FROM "
                                               "unnest(x.indkey::int[]) WITH ORDINALITY k(num, pos)"
                                               "  LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND "
                                               "a.attnum = k.num ORDER BY k.pos) AS columns"
                                               " FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN "
                                               "pg_namespace n ON n.oid = c.relnamespace"
                                               " JOIN pg_class i ON i.oid = x.indexrelid"
                                               " WHERE NOT EXISTS (SELECT FROM pg_constraint o WHERE "
                                               "o.conindid = x.indexrelid AND o.contype IN ('p', 'u', 'x'))"
                                               " AND " PGDRILL_USER_SCHEMA)) {
    schema.set_index({.name = row["index_name"].c_str(),
                      .table = name_at(row, "nspname", "relname"),
                      .columns = texts(row["columns"]),
                      .unique = row["indisunique"].as<bool>(),
                      .definition = row["definition"].c_str()});
  }
}

void read_types(pqxx::transaction_base& transaction, Schema& schema) {
  for (pqxx::row const& row : transaction.exec(
           "SELECT n.nspname, t.typname, t.typtype, coalesce(format_type(t.typbasetype, t.typtypmod), '') AS "
           "base,"
           " t.typnotnull OR EXISTS (SELECT FROM pg_constraint o WHERE o.contypid = t.oid AND"
           "  pg_get_constraintdef(o.oid) LIKE '%VALUE IS NOT NULL%') AS refuses_null, t.typnotnull OR "
           "EXISTS (SELECT FROM pg_constraint o WHERE o.contypid = t.oid) AS "
           "constrained,"
           " ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY "
           "e.enumsortorder) AS labels"
           " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
           " WHERE t.typtype IN ('e', 'd') AND " PGDRILL_USER_SCHEMA)) {
    UserType type{.kind = row["typtype"].c_str()[0], .labels = texts(row["labels"])};
    if (type.kind == 'd') type.base = parse_type(row["base"].c_str());
    type.constrained = row["constrained"].as<bool>();
    type.refuses_null = row["refuses_null"].as<bool>();
    schema.set_type(name_at(row, "nspname", "typname"), std::move(type));
  }
  for (pqxx::row const& row : transaction.exec(
           "SELECT p.proname, max(p.provolatile) AS volatility FROM pg_proc p GROUP BY p.proname")) {
    schema.set_volatility(row["proname"].c_str(), row["volatility"].c_str()[0]);
  }
}

void read_dependants(pqxx::transaction_base& transaction, Schema& schema) {
  for (pqxx::row const& row : transaction.exec(
           "SELECT DISTINCT n.nspname, c.relname, vn.nspname AS view_schema, v.relname AS view"
           " FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid AND d.classid = 'pg_rewrite'::regclass"
           " JOIN pg_class v ON v.oid = w.ev_class JOIN pg_namespace vn ON vn.oid = v.relnamespace"
           " JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace"
           " WHERE d.refclassid = 'pg_class'::regclass AND v.oid <> c.oid AND " PGDRILL_USER_SCHEMA)) {
    if (Table* const table = schema.table(name_at(row, "nspname", "relname")))
      table->dependants.push_back("view " + name_at(row, "view_schema", "view").text());
  }
}

}  // namespace

Task<Result<Catalogue>> read_catalogue(postgres::ConnectionParameters database) {
  Catalogue catalogue;
  std::function<Result<>(pqxx::transaction_base&)> work =
      [&catalogue](pqxx::transaction_base& transaction) -> Result<> {
    int const version = transaction.exec("SELECT current_setting('server_version_num')")[0][0].as<int>();
    catalogue.major = version / 10000;
    catalogue.minor = version % 10000;
    catalogue.search_path = read_search_path(transaction);
    read_tables(transaction, catalogue.schema);
    read_writing(transaction, catalogue.schema);
    read_columns(transaction, catalogue.schema);
    Details details;
    read_details(transaction, details);
    read_column_grants(transaction, details);
    read_column_dependants(transaction, details);
    give_details(std::move(details), catalogue.schema);
    read_constraints(transaction, catalogue.schema);
    read_indexes(transaction, catalogue.schema);
    read_types(transaction, catalogue.schema);
    catalogue.schema.know_all_types();
    read_dependants(transaction, catalogue.schema);
    read_users(transaction, catalogue.schema);
    return {};
  };
  CO_TRY_VOID(co_await postgres::in_transaction(std::move(database), std::chrono::seconds(30), false,
                                                std::move(work)));
  co_return catalogue;
}

}  // namespace pgdrill::review
