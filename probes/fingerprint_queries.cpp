#include "probes/fingerprint_queries.hpp"

#include <fmt/format.h>

namespace pgdrill::probes {

namespace {

/// Schemas of users: not pgdrill's own, not the system's.
constexpr char const* user_schema =
    "n.nspname NOT IN ('pgdrill', 'information_schema') AND n.nspname !~ '^pg_'";

/// Objects that belong to an extension are told by its version.
std::string not_of_extension(std::string const& catalogue, std::string const& oid) {
  return fmt::format(
      "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '{}'::regclass AND e.objid = {} AND e.deptype = "
      "'e')",
      catalogue, oid);
}

/// Grants in a canonical order; NULL means the default ones.
std::string grants(std::string const& acl, char kind, std::string const& owner) {
  return fmt::format(
      "(SELECT string_agg(CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END || ':' "
      "|| "
      "g.privilege_type || CASE WHEN g.is_grantable THEN '*' ELSE '' END, ', ' ORDER BY 1) "
      "FROM aclexplode(coalesce({}, acldefault('{}', {}))) g)",
      acl, kind, owner);
}

CatalogueQuery schemas() {
  return {"schema", fmt::format(R"(
SELECT n.nspname, json_build_object('owner', pg_get_userbyid(n.nspowner), 'grants', {}, 'comment', obj_description(n.oid, 'pg_namespace'))
FROM pg_namespace n WHERE {} AND {})",
                                grants("n.nspacl", 'n', "n.nspowner"), user_schema,
                                not_of_extension("pg_namespace", "n.oid"))};
}

CatalogueQuery relations() {
  return {"table", fmt::format(R"(
SELECT n.nspname || '.' || c.relname, json_build_object(
  'kind', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
                         WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END,
  'owner', pg_get_userbyid(c.relowner), 'grants', {},
  'persistence', CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END,
  'options', array_to_string(c.reloptions, ', '),
  'row security', c.relrowsecurity, 'forced row security', c.relforcerowsecurity,
  'replica identity', c.relreplident, 'populated', c.relispopulated,
  'access method', (SELECT a.amname FROM pg_am a WHERE a.oid = c.relam),
  'parents', (SELECT string_agg(i.inhparent::regclass::text || CASE WHEN i.inhdetachpending THEN ' (detach pending)' ELSE '' END, ', ' ORDER BY i.inhseqno)
              FROM pg_inherits i WHERE i.inhrelid = c.oid),
  'partition bound', pg_get_expr(c.relpartbound, c.oid),
  'partition key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
  'definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
  'comment', obj_description(c.oid, 'pg_class'))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND {} AND {})",
                               grants("c.relacl", 'r', "c.relowner"), user_schema,
                               not_of_extension("pg_class", "c.oid"))};
}

CatalogueQuery columns() {
  // pg_attver is a stamp that some builds of the server give a column when it is made; no property of the
  // schema.
  return {"column", fmt::format(R"(
SELECT n.nspname || '.' || c.relname || '.' || a.attname, json_build_object(
  'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull,
  'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
  'generated as', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) || ' ' || a.attgenerated::text END,
  'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
  'collation', CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
  'storage', CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END,
  'compression', a.attcompression, 'statistics target', nullif(a.attstattarget, -1),
  'options', (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg\_attver=%'),
  'grants', (SELECT string_agg(CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END || ':' || g.privilege_type, ', ' ORDER BY 1)
             FROM aclexplode(a.attacl) g),
  'position', row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
  'comment', col_description(c.oid, a.attnum))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped
  AND {} AND {})",
                                user_schema, not_of_extension("pg_class", "c.oid"))};
}

CatalogueQuery constraints() {
  return {"constraint", fmt::format(R"(
SELECT coalesce(nullif(k.conrelid, 0)::regclass::text, nullif(k.contypid, 0)::regtype::text) || '.' || k.conname, json_build_object(
  'definition', pg_get_constraintdef(k.oid), 'valid', k.convalidated, 'comment', obj_description(k.oid, 'pg_constraint'))
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
WHERE k.contype <> 't' AND {} AND {})",
                                    user_schema, not_of_extension("pg_constraint", "k.oid"))};
}

CatalogueQuery indexes() {
  return {"index", fmt::format(R"(
SELECT n.nspname || '.' || c.relname, json_build_object(
  'definition', pg_get_indexdef(c.oid), 'valid', i.indisvalid, 'ready', i.indisready, 'live', i.indislive,
  'clustered', i.indisclustered, 'replica identity', i.indisreplident, 'comment', obj_description(c.oid, 'pg_class'))
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {} AND {})",
                               user_schema, not_of_extension("pg_class", "c.oid"))};
}

CatalogueQuery triggers() {
  return {"trigger", fmt::format(R"(
SELECT t.tgrelid::regclass::text || '.' || t.tgname, json_build_object(
  'definition', pg_get_triggerdef(t.oid),
  'fires', CASE t.tgenabled WHEN 'O' THEN 'normally' WHEN 'D' THEN 'never (disabled)' WHEN 'A' THEN 'always' ELSE 'on replicas' END,
  'comment', obj_description(t.oid, 'pg_trigger'))
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND {})",
                                 user_schema)};
}

CatalogueQuery disabled_key_triggers() {
  // Triggers behind foreign keys have OIDs in their names: told by their constraint and function.
  return {"foreign key trigger", fmt::format(R"(
SELECT t.tgrelid::regclass::text || '.' || k.conname || ' ' || t.tgfoid::regproc::text, json_build_object('fires', t.tgenabled)
FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgisinternal AND {})",
                                             user_schema)};
}

CatalogueQuery rules() {
  return {"rule", fmt::format(R"(
SELECT r.ev_class::regclass::text || '.' || r.rulename, json_build_object('definition', pg_get_ruledef(r.oid), 'fires', r.ev_enabled)
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND {})",
                              user_schema)};
}

CatalogueQuery policies() {
  return {"policy", fmt::format(R"(
SELECT p.polrelid::regclass::text || '.' || p.polname, json_build_object(
  'command', p.polcmd, 'permissive', p.polpermissive,
  'roles', (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END, ', ' ORDER BY 1) FROM unnest(p.polroles) r),
  'using', pg_get_expr(p.polqual, p.polrelid), 'with check', pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {})",
                                user_schema)};
}

CatalogueQuery functions() {
  return {"function", fmt::format(R"(
SELECT p.oid::regprocedure::text, json_build_object(
  'definition', CASE WHEN p.prokind = 'a' THEN 'aggregate ' || pg_get_function_result(p.oid) ELSE pg_get_functiondef(p.oid) END,
  'owner', pg_get_userbyid(p.proowner), 'grants', {}, 'comment', obj_description(p.oid, 'pg_proc'))
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {} AND {})",
                                  grants("p.proacl", 'f', "p.proowner"), user_schema,
                                  not_of_extension("pg_proc", "p.oid"))};
}

CatalogueQuery types() {
  return {"type", fmt::format(R"(
SELECT n.nspname || '.' || t.typname, json_build_object(
  'kind', CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite' WHEN 'r' THEN 'range' ELSE t.typtype::text END,
  'labels', (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
  'base type', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
  'nullable', NOT t.typnotnull, 'default', t.typdefault,
  'subtype', (SELECT r.rngsubtype::regtype::text FROM pg_range r WHERE r.rngtypid = t.oid),
  'owner', pg_get_userbyid(t.typowner), 'grants', {}, 'comment', obj_description(t.oid, 'pg_type'))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')))
  AND {} AND {})",
                              grants("t.typacl", 'T', "t.typowner"), user_schema,
                              not_of_extension("pg_type", "t.oid"))};
}

CatalogueQuery sequences() {
  return {"sequence", fmt::format(R"(
SELECT n.nspname || '.' || c.relname, json_build_object(
  'type', s.seqtypid::regtype::text, 'start', s.seqstart, 'increment', s.seqincrement, 'minimum', s.seqmin, 'maximum', s.seqmax,
  'cache', s.seqcache, 'cycle', s.seqcycle, 'owner', pg_get_userbyid(c.relowner), 'grants', {},
  'owned by', (SELECT d.refobjid::regclass::text || '.' || a.attname FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
               WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass LIMIT 1),
  'comment', obj_description(c.oid, 'pg_class'))
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' AND {} AND {})",
                                  grants("c.relacl", 's', "c.relowner"), user_schema,
                                  not_of_extension("pg_class", "c.oid"))};
}

std::vector<CatalogueQuery> database_wide() {
  return {
      {"extension", R"(
SELECT x.extname, json_build_object('version', x.extversion, 'schema', x.extnamespace::regnamespace::text) FROM pg_extension x)"},
      {"extended statistics", fmt::format(R"(
SELECT n.nspname || '.' || s.stxname, json_build_object('definition', pg_get_statisticsobjdef(s.oid), 'target', s.stxstattarget)
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE {})",
                                          user_schema)},
      {"event trigger", R"(
SELECT e.evtname, json_build_object('event', e.evtevent, 'function', e.evtfoid::regproc::text, 'fires', e.evtenabled, 'tags', array_to_string(e.evttags, ', '))
FROM pg_event_trigger e)"},
      {"publication", R"(
SELECT p.pubname, json_build_object('all tables', p.puballtables, 'insert', p.pubinsert, 'update', p.pubupdate, 'delete', p.pubdelete, 'truncate', p.pubtruncate,
  'tables', (SELECT string_agg(r.prrelid::regclass::text, ', ' ORDER BY 1) FROM pg_publication_rel r WHERE r.prpubid = p.oid))
FROM pg_publication p)"},
      {"default privileges", R"(
SELECT pg_get_userbyid(a.defaclrole) || ' in ' || coalesce(nullif(a.defaclnamespace, 0)::regnamespace::text, 'all schemas') || ' for ' || a.defaclobjtype::text,
  json_build_object('grants', (SELECT string_agg(CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END || ':' || g.privilege_type, ', ' ORDER BY 1)
                               FROM aclexplode(a.defaclacl) g))
FROM pg_default_acl a WHERE a.defaclnamespace IS DISTINCT FROM to_regnamespace('pgdrill'))"},
      {"setting", R"(
SELECT coalesce(nullif(s.setrole, 0)::regrole::text || ' in ', '') || 'this database', json_build_object('values', array_to_string(s.setconfig, ', '))
FROM pg_db_role_setting s WHERE s.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))"},
  };
}

}  // namespace

std::vector<CatalogueQuery> catalogue_queries() {
  std::vector<CatalogueQuery> all = {
      schemas(), relations(), columns(),   constraints(), indexes(),  triggers(), disabled_key_triggers(),
      rules(),   policies(),  functions(), types(),       sequences()};
  for (auto& query : database_wide()) all.push_back(std::move(query));
  return all;
}

}  // namespace pgdrill::probes
