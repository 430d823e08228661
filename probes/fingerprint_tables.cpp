// Tables, views and what hangs on them.
#include <fmt/format.h>

#include "probes/fingerprint_queries.hpp"

namespace pgdrill::probes {

namespace {

/// @param kinds relkinds, quoted and separated by commas
CatalogueQuery relations(std::string kind, std::string const& kinds) {
  return {std::move(kind), fmt::format(R"(
SELECT format('%I.%I', n.nspname, c.relname), json_build_object(
  'kind', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
                         WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END,
  'owner', quote_ident(pg_get_userbyid(c.relowner)), 'grants', {},
  'persistence', CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END,
  'options', (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(c.reloptions) o),
  'toast options', (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM pg_class toast, unnest(toast.reloptions) o WHERE toast.oid = c.reltoastrelid),
  'row security', c.relrowsecurity, 'forced row security', c.relforcerowsecurity,
  'replica identity', CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' ELSE 'an index' END,
  'populated', c.relispopulated,
  'access method', (SELECT a.amname FROM pg_am a WHERE a.oid = c.relam),
  'tablespace', (SELECT t.spcname FROM pg_tablespace t WHERE t.oid = c.reltablespace),
  'of type', nullif(c.reloftype, 0)::regtype,
  'parents', (SELECT string_agg(i.inhparent::regclass::text || CASE WHEN i.inhdetachpending THEN ' (detach pending)' ELSE '' END, ', ' ORDER BY i.inhseqno)
              FROM pg_inherits i WHERE i.inhrelid = c.oid),
  'partition bound', pg_get_expr(c.relpartbound, c.oid),
  'partition key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
  'foreign server', (SELECT s.srvname || ' ' || coalesce(array_to_string(f.ftoptions, ', '), '') FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid),
  'columns', (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
  {})
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ({}) AND c.relpersistence <> 't' AND {} AND {})",
                                       grants("c.relacl", 'r', "c.relowner"), comment("pg_class", "c.oid"),
                                       kinds, user_schema, not_of_extension("pg_class", "c.oid"))};
}

CatalogueQuery columns() {
  // pg_attver is a stamp that some builds of the server give a column when it is made; no property of the
  // schema.
  return {"column",
          fmt::format(R"(
SELECT format('%I.%I.%I', n.nspname, c.relname, a.attname), json_build_object(
  'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull,
  'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
  'generated as', CASE WHEN a.attgenerated <> '' THEN '(' || pg_get_expr(d.adbin, d.adrelid) || ') ' || CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END END,
  'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
  'collation', CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
  'storage', CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END,
  'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END, 'statistics target', nullif(a.attstattarget, -1),
  'options', (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg\_attver=%'),
  'grants', {},
  'inherited', a.attinhcount > 0,
  'of', CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'c' THEN 'type' WHEN 'f' THEN 'foreign table' END,
  'comment', col_description(c.oid, a.attnum))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped
  AND {} AND {})",
                      listed_grants("a.attacl"), user_schema, not_of_extension("pg_class", "c.oid"))};
}

CatalogueQuery constraints() {
  return {"constraint", fmt::format(R"(
SELECT coalesce(nullif(k.conrelid, 0)::regclass::text, nullif(k.contypid, 0)::regtype::text) || '.' || quote_ident(k.conname), json_build_object(
  'definition', pg_get_constraintdef(k.oid), 'valid', k.convalidated, 'of a domain', k.conrelid = 0, {})
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
WHERE k.contype <> 't' AND {} AND {})",
                                    comment("pg_constraint", "k.oid"), user_schema,
                                    not_of_extension("pg_constraint", "k.oid"))};
}

CatalogueQuery indexes() {
  return {"index",
          fmt::format(R"(
SELECT format('%I.%I', n.nspname, c.relname), json_build_object(
  'definition', pg_get_indexdef(c.oid), 'valid', i.indisvalid, 'ready', i.indisready, 'live', i.indislive,
  'clustered', i.indisclustered, 'replica identity', i.indisreplident,
  'tablespace', (SELECT t.spcname FROM pg_tablespace t WHERE t.oid = c.reltablespace),
  'statistics targets', (SELECT string_agg(quote_ident(a.attname) || '=' || a.attstattarget, ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0),
  'part of', (SELECT p.inhparent::regclass::text FROM pg_inherits p WHERE p.inhrelid = c.oid),
  'table', i.indrelid::regclass::text,
  'constraint', (SELECT quote_ident(k.conname) FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')), {})
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' AND {} AND {})",
                      comment("pg_class", "c.oid"), user_schema, not_of_extension("pg_class", "c.oid"))};
}

CatalogueQuery triggers() {
  return {"trigger", fmt::format(R"(
SELECT t.tgrelid::regclass::text || '.' || quote_ident(t.tgname), json_build_object(
  'definition', pg_get_triggerdef(t.oid),
  'fires', CASE t.tgenabled WHEN 'O' THEN 'normally' WHEN 'D' THEN 'never (disabled)' WHEN 'A' THEN 'always' ELSE 'on replicas' END,
  {})
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND c.relpersistence <> 't' AND {})",
                                 comment("pg_trigger", "t.oid"), user_schema)};
}

CatalogueQuery disabled_key_triggers() {
  // Triggers behind foreign keys have OIDs in their names: told by their constraint and function.
  return {"foreign key trigger", fmt::format(R"(
SELECT t.tgrelid::regclass::text || '.' || quote_ident(k.conname) || ' ' || t.tgfoid::regproc::text, json_build_object(
  'fires', CASE t.tgenabled WHEN 'O' THEN 'normally' WHEN 'D' THEN 'never (disabled)' WHEN 'A' THEN 'always' ELSE 'on replicas' END)
FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgisinternal AND c.relpersistence <> 't' AND {})",
                                             user_schema)};
}

CatalogueQuery rules() {
  return {"rule",
          fmt::format(R"(
SELECT r.ev_class::regclass::text || '.' || quote_ident(r.rulename), json_build_object('definition', pg_get_ruledef(r.oid),
  'fires', CASE r.ev_enabled WHEN 'O' THEN 'normally' WHEN 'D' THEN 'never (disabled)' WHEN 'A' THEN 'always' ELSE 'on replicas' END, {})
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND {} AND {})",
                      comment("pg_rewrite", "r.oid"), user_schema, not_of_extension("pg_class", "c.oid"))};
}

CatalogueQuery policies() {
  return {"policy", fmt::format(R"(
SELECT p.polrelid::regclass::text || '.' || quote_ident(p.polname), json_build_object(
  'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
  'permissive', p.polpermissive,
  'roles', (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ' ORDER BY pg_get_userbyid(r) COLLATE "C") FROM unnest(p.polroles) r),
  'using', pg_get_expr(p.polqual, p.polrelid), 'with check', pg_get_expr(p.polwithcheck, p.polrelid), {})
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {})",
                                comment("pg_policy", "p.oid"), user_schema)};
}

CatalogueQuery sequences() {
  return {"sequence", fmt::format(R"(
SELECT format('%I.%I', n.nspname, c.relname), json_build_object(
  'type', s.seqtypid::regtype::text, 'start', s.seqstart, 'increment', s.seqincrement, 'minimum', s.seqmin, 'maximum', s.seqmax,
  'cache', s.seqcache, 'cycle', s.seqcycle, 'owner', quote_ident(pg_get_userbyid(c.relowner)), 'grants', {},
  'persistence', CASE c.relpersistence WHEN 'p' THEN 'permanent' ELSE 'unlogged' END,
  'owned by', (SELECT d.refobjid::regclass::text || '.' || quote_ident(a.attname) FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
               WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass LIMIT 1),
  'readable', has_sequence_privilege(c.oid, 'SELECT'), {})
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' AND {} AND {})",
                                  grants("c.relacl", 's', "c.relowner"), comment("pg_class", "c.oid"),
                                  user_schema, not_of_extension("pg_class", "c.oid"))};
}

CatalogueQuery extended_statistics() {
  return {"extended statistics", fmt::format(R"(
SELECT format('%I.%I', n.nspname, s.stxname), json_build_object('definition', pg_get_statisticsobjdef(s.oid), 'target', nullif(s.stxstattarget, -1),
  'owner', quote_ident(pg_get_userbyid(s.stxowner)), {})
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE {})",
                                             comment("pg_statistic_ext", "s.oid"), user_schema)};
}

}  // namespace

std::vector<CatalogueQuery> table_queries() {
  return {relations("table", "'r', 'p', 'f'"),
          relations("view", "'v'"),
          relations("materialized view", "'m'"),
          columns(),
          constraints(),
          indexes(),
          triggers(),
          disabled_key_triggers(),
          rules(),
          policies(),
          sequences(),
          extended_statistics()};
}

}  // namespace pgdrill::probes
