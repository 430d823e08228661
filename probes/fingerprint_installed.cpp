// Rights on what came with the server or an extension: such objects are told by their version, but whoever
// grants or takes away a right on them changes the schema. PostgreSQL keeps the rights that they came with:
// https://www.postgresql.org/docs/15/catalog-pg-init-privs.html.
#include <fmt/format.h>

#include "probes/fingerprint_queries.hpp"

namespace pgdrill::probes {

namespace {

/// One catalogue with an access list. Only objects whose rights are others than at first are listed.
struct Catalogue {
  char const* kind;
  char const* name;   ///< of the catalogue, "c" in the query
  char const* label;  ///< SQL of the identity
  char const* acl;
  char const* column;  ///< SQL of the column's number; 0 for the object itself
  char const* oid;
  std::string defaults;  ///< SQL of the rights of one without an entry among the first ones
  char const* rest;      ///< joins with pg_namespace as n, and WHERE
};

CatalogueQuery changed_rights(Catalogue const& of) {
  return {of.kind, fmt::format(R"(
SELECT {0}, json_build_object('grants', {1}, 'grants without it', {2})
FROM {3} c {4} {5} AND {6} IS DISTINCT FROM i.initprivs AND {6} IS NOT NULL
  AND n.nspname <> 'pgdrill' AND n.nspname !~ '^pg_(temp|toast)' AND NOT ({7} AND {8}))",
                               of.label, listed_grants(of.acl),
                               listed_grants("coalesce(i.initprivs, " + of.defaults + ")"), of.name,
                               fmt::format("LEFT JOIN pg_init_privs i ON i.objoid = {} AND i.classoid = "
                                           "'{}'::regclass AND i.objsubid = {}",
                                           of.oid, of.column[0] == '0' ? of.name : "pg_class", of.column),
                               of.rest, of.acl, user_schema,
                               not_of_extension(of.column[0] == '0' ? of.name : "pg_class", of.oid))};
}

}  // namespace

std::vector<CatalogueQuery> installed_queries() {
  constexpr char const* relations =
      "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')";
  return {
      changed_rights({"installed function", "pg_proc", "c.oid::regprocedure::text", "c.proacl", "0", "c.oid",
                      "acldefault('f', c.proowner)",
                      "JOIN pg_namespace n ON n.oid = c.pronamespace WHERE true"}),
      changed_rights({"installed table", "pg_class", "format('%I.%I', n.nspname, c.relname)", "c.relacl", "0",
                      "c.oid", "acldefault('r', c.relowner)", relations}),
      changed_rights({"installed column", "pg_attribute",
                      "format('%I.%I.%I', n.nspname, o.relname, c.attname)", "c.attacl", "c.attnum",
                      "c.attrelid", "NULL::aclitem[]",
                      "JOIN pg_class o ON o.oid = c.attrelid JOIN pg_namespace n ON n.oid = o.relnamespace "
                      "WHERE c.attnum > 0"}),
      changed_rights({"installed type", "pg_type", "format('%I.%I', n.nspname, c.typname)", "c.typacl", "0",
                      "c.oid", "acldefault('T', c.typowner)",
                      "JOIN pg_namespace n ON n.oid = c.typnamespace WHERE true"}),
      changed_rights({"installed schema", "pg_namespace", "quote_ident(c.nspname)", "c.nspacl", "0", "c.oid",
                      "acldefault('n', c.nspowner)", "JOIN pg_namespace n ON n.oid = c.oid WHERE true"}),
      {"parameter",
       fmt::format(R"(
SELECT quote_ident(a.parname), json_build_object('grants', {}, 'grants without it', {}) FROM pg_parameter_acl a)",
                   listed_grants("a.paracl"), listed_grants("acldefault('p', 10)")),
       15},
  };
}

}  // namespace pgdrill::probes
