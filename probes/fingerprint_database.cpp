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
  'takes connections', d.datallowconn, 'is a template', d.datistemplate, 'tablespace', (SELECT t.spcname FROM pg_tablespace t WHERE t.oid = d.dattablespace),
  'comment', shobj_description(d.oid, 'pg_database'))
FROM pg_database d WHERE d.datname = current_database())",
                                  grants("d.datacl", 'd', "d.datdba"))};
}

CatalogueQuery roles() {
  return {"role", R"(
SELECT quote_ident(r.rolname), json_build_object('superuser', r.rolsuper, 'inherits', r.rolinherit, 'creates roles', r.rolcreaterole,
  'creates databases', r.rolcreatedb, 'logs in', r.rolcanlogin, 'replicates', r.rolreplication, 'bypasses row security', r.rolbypassrls,
  'connection limit', nullif(r.rolconnlimit, -1), 'valid until', nullif(r.rolvaliduntil, 'infinity'),
  'member of', (SELECT string_agg(quote_ident(pg_get_userbyid(m.roleid)) || CASE WHEN m.admin_option THEN '*' ELSE '' END
      || CASE WHEN to_jsonb(m) ->> 'inherit_option' = 'false' THEN ' without inheritance' ELSE '' END
      || CASE WHEN to_jsonb(m) ->> 'set_option' = 'false' THEN ' without SET ROLE' ELSE '' END, ', ' ORDER BY pg_get_userbyid(m.roleid) COLLATE "C")
                FROM pg_auth_members m WHERE m.member = r.oid),
  'comment', shobj_description(r.oid, 'pg_authid'))
FROM pg_roles r WHERE r.rolname !~ '^pg_')"};
}

CatalogueQuery settings() {
  return {"setting", R"(
SELECT CASE WHEN s.setdatabase = 0 AND s.setrole = 0 THEN 'all roles everywhere' WHEN s.setdatabase = 0 THEN quote_ident(pg_get_userbyid(s.setrole)) || ' everywhere'
            WHEN s.setrole = 0 THEN 'this database' ELSE quote_ident(pg_get_userbyid(s.setrole)) || ' in this database' END,
  (SELECT json_object_agg(split_part(v, '=', 1), substr(v, strpos(v, '=') + 1) ORDER BY v COLLATE "C") FROM unnest(s.setconfig) v)
FROM pg_db_role_setting s WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))"};
}

std::vector<CatalogueQuery> foreign() {
  // Options of user mappings hold passwords: only their existence is told.
  return {{"foreign data wrapper",
           fmt::format(R"(
SELECT quote_ident(w.fdwname), json_build_object('handler', nullif(w.fdwhandler, 0)::regproc::text, 'validator', nullif(w.fdwvalidator, 0)::regproc::text,
  'options', array_to_string(w.fdwoptions, ', '), 'owner', quote_ident(pg_get_userbyid(w.fdwowner)), 'grants', {}, {})
FROM pg_foreign_data_wrapper w)",
                       grants("w.fdwacl", 'F', "w.fdwowner"), comment("pg_foreign_data_wrapper", "w.oid"))},
          {"foreign server",
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
SELECT quote_ident(l.lanname), json_build_object('trusted', l.lanpltrusted, 'owner', quote_ident(pg_get_userbyid(l.lanowner)), 'grants', {}, {}) FROM pg_language l WHERE l.lanispl)",
                               grants("l.lanacl", 'l', "l.lanowner"), comment("pg_language", "l.oid"))},
      {"default privileges", fmt::format(R"(
SELECT quote_ident(pg_get_userbyid(a.defaclrole)) || ' in ' || coalesce(nullif(a.defaclnamespace, 0)::regnamespace::text, 'all schemas') || ' for ' ||
    CASE a.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' ELSE 'schemas' END,
  json_build_object('for role', quote_ident(pg_get_userbyid(a.defaclrole)), 'in schema', nullif(a.defaclnamespace, 0)::regnamespace::text,
    'on', CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END,
    'grants', {}, 'grants without it', CASE WHEN a.defaclnamespace = 0 THEN {} END)
FROM pg_default_acl a WHERE a.defaclnamespace IS DISTINCT FROM to_regnamespace('pgdrill'))",
                                         listed_grants("a.defaclacl"),
                                         listed_grants("acldefault(CASE a.defaclobjtype WHEN 'S' THEN 's' "
                                                       "ELSE a.defaclobjtype END, a.defaclrole)"))},
      {"security label", R"(
SELECT l.objtype || ' ' || l.objname || ' by ' || l.provider, json_build_object('label', l.label) FROM pg_seclabels l)"},
  };
}

}  // namespace

std::vector<CatalogueQuery> database_queries() {
  std::vector<CatalogueQuery> all = {schemas(), database(), roles(), settings()};
  for (auto const& part : {foreign(), others()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace pgdrill::probes
