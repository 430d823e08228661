// What belongs to the whole database or to the server: schemas, roles, settings, publications, extensions.
#include <fmt/format.h>

#include "probes/fingerprint_queries.hpp"

namespace pgdrill::probes {

namespace {

CatalogueQuery schemas() {
  return {"schema", fmt::format(R"(
SELECT quote_ident(n.nspname), json_build_object('owner', quote_ident(pg_get_userbyid(n.nspowner)), 'grants', {}, {})
FROM pg_namespace n WHERE {} AND {})",
                                grants("n.nspacl", 'n', "n.nspowner"), comment("pg_namespace", "n.oid"),
                                user_schema, not_of_extension("pg_namespace", "n.oid"))};
}

CatalogueQuery database() {
  // Not its name: a restored copy may have another one.
  return {"database", fmt::format(R"(
SELECT 'itself', json_build_object('owner', quote_ident(pg_get_userbyid(d.datdba)), 'grants', {},
  'encoding', pg_encoding_to_char(d.encoding), 'collate', d.datcollate, 'ctype', d.datctype, 'connection limit', nullif(d.datconnlimit, -1),
  'comment', shobj_description(d.oid, 'pg_database'))
FROM pg_database d WHERE d.datname = current_database())",
                                  grants("d.datacl", 'd', "d.datdba"))};
}

CatalogueQuery roles() {
  return {"role", R"(
SELECT quote_ident(r.rolname), json_build_object('superuser', r.rolsuper, 'inherits', r.rolinherit, 'creates roles', r.rolcreaterole,
  'creates databases', r.rolcreatedb, 'logs in', r.rolcanlogin, 'replicates', r.rolreplication, 'bypasses row security', r.rolbypassrls,
  'connection limit', nullif(r.rolconnlimit, -1), 'valid until', r.rolvaliduntil,
  'member of', (SELECT string_agg(quote_ident(pg_get_userbyid(m.roleid)) || CASE WHEN m.admin_option THEN '*' ELSE '' END, ', ' ORDER BY pg_get_userbyid(m.roleid) COLLATE "C")
                FROM pg_auth_members m WHERE m.member = r.oid),
  'comment', shobj_description(r.oid, 'pg_authid'))
FROM pg_roles r WHERE r.rolname !~ '^pg_')"};
}

CatalogueQuery settings() {
  return {"setting", R"(
SELECT CASE WHEN s.setdatabase = 0 THEN quote_ident(pg_get_userbyid(s.setrole)) || ' everywhere'
            WHEN s.setrole = 0 THEN 'this database' ELSE quote_ident(pg_get_userbyid(s.setrole)) || ' in this database' END,
  json_build_object('values', (SELECT string_agg(v, ', ' ORDER BY v COLLATE "C") FROM unnest(s.setconfig) v))
FROM pg_db_role_setting s WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))"};
}

std::vector<CatalogueQuery> replication() {
  // Through the view, which has row filters and column lists since 15.
  return {{"publication", fmt::format(R"(
SELECT quote_ident(p.pubname), json_build_object('all tables', p.puballtables, 'insert', p.pubinsert, 'update', p.pubupdate, 'delete', p.pubdelete, 'truncate', p.pubtruncate,
  'via root', p.pubviaroot, 'owner', quote_ident(pg_get_userbyid(p.pubowner)),
  'tables', CASE WHEN NOT p.puballtables THEN (SELECT string_agg((to_jsonb(t) - 'pubname')::text, ', ' ORDER BY t.schemaname COLLATE "C", t.tablename COLLATE "C")
             FROM pg_publication_tables t WHERE t.pubname = p.pubname AND t.schemaname <> 'pgdrill') END, {})
FROM pg_publication p)",
                                      comment("pg_publication", "p.oid"))},
          {"subscription", R"(
SELECT quote_ident(s.subname), json_build_object('enabled', s.subenabled, 'slot', s.subslotname, 'publications', array_to_string(s.subpublications, ', '),
  'owner', quote_ident(pg_get_userbyid(s.subowner)))
FROM pg_subscription s WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))"}};
}

std::vector<CatalogueQuery> foreign() {
  // Options of user mappings hold passwords: only their existence is told.
  return {{"foreign server",
           fmt::format(R"(
SELECT quote_ident(s.srvname), json_build_object('wrapper', w.fdwname, 'type', s.srvtype, 'version', s.srvversion, 'options', array_to_string(s.srvoptions, ', '),
  'owner', quote_ident(pg_get_userbyid(s.srvowner)), 'grants', {}, {})
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw)",
                       grants("s.srvacl", 'S', "s.srvowner"), comment("pg_foreign_server", "s.oid"))},
          {"user mapping", R"(
SELECT CASE WHEN m.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END || ' at ' || quote_ident(m.srvname), json_build_object('exists', true) FROM pg_user_mappings m)"}};
}

std::vector<CatalogueQuery> others() {
  return {
      {"extension", fmt::format(R"(
SELECT quote_ident(x.extname), json_build_object('version', x.extversion, 'schema', x.extnamespace::regnamespace::text, {}) FROM pg_extension x)",
                                comment("pg_extension", "x.oid"))},
      {"event trigger", fmt::format(R"(
SELECT quote_ident(e.evtname), json_build_object('event', e.evtevent, 'function', e.evtfoid::regproc::text,
  'fires', CASE e.evtenabled WHEN 'O' THEN 'normally' WHEN 'D' THEN 'never (disabled)' WHEN 'A' THEN 'always' ELSE 'on replicas' END,
  'tags', array_to_string(e.evttags, ', '), 'owner', quote_ident(pg_get_userbyid(e.evtowner)), {})
FROM pg_event_trigger e)",
                                    comment("pg_event_trigger", "e.oid"))},
      {"language", fmt::format(R"(
SELECT quote_ident(l.lanname), json_build_object('trusted', l.lanpltrusted, 'owner', quote_ident(pg_get_userbyid(l.lanowner)), 'grants', {}) FROM pg_language l WHERE l.lanispl)",
                               grants("l.lanacl", 'l', "l.lanowner"))},
      {"default privileges", fmt::format(R"(
SELECT quote_ident(pg_get_userbyid(a.defaclrole)) || ' in ' || coalesce(nullif(a.defaclnamespace, 0)::regnamespace::text, 'all schemas') || ' for ' ||
    CASE a.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' ELSE 'schemas' END,
  json_build_object('grants', {})
FROM pg_default_acl a WHERE a.defaclnamespace IS DISTINCT FROM to_regnamespace('pgdrill'))",
                                         listed_grants("a.defaclacl"))},
      {"security label", R"(
SELECT l.objtype || ' ' || l.objname || ' by ' || l.provider, json_build_object('label', l.label) FROM pg_seclabels l)"},
  };
}

}  // namespace

std::vector<CatalogueQuery> database_queries() {
  std::vector<CatalogueQuery> all = {schemas(), database(), roles(), settings()};
  for (auto const& part : {replication(), foreign(), others()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace pgdrill::probes
