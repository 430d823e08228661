#include "probes/fingerprint_queries.hpp"

#include <fmt/format.h>

namespace pgdrill::probes {

std::string not_of_extension(std::string const& catalogue, std::string const& oid) {
  return fmt::format(
      "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '{}'::regclass AND e.objid = {} AND e.deptype = "
      "'e')",
      catalogue, oid);
}

std::string listed_grants(std::string const& acl) {
  // The order is spelled out: inside an aggregate, ORDER BY 1 would be a constant.
  constexpr char const* entry =
      "CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END || ':' || "
      "g.privilege_type || CASE WHEN g.is_grantable THEN '*' ELSE '' END";
  return fmt::format(
      "(SELECT string_agg(DISTINCT {0} COLLATE \"C\", ', ' ORDER BY {0} COLLATE \"C\") FROM aclexplode({1}) "
      "g)",
      entry, acl);
}

std::string grants(std::string const& acl, char kind, std::string const& owner) {
  return listed_grants(fmt::format("coalesce({}, acldefault('{}', {}))", acl, kind, owner));
}

std::string comment(std::string const& catalogue, std::string const& oid) {
  return fmt::format("'comment', obj_description({}, '{}')", oid, catalogue);
}

std::vector<CatalogueQuery> catalogue_queries() {
  std::vector<CatalogueQuery> all;
  for (auto const& part : {table_queries(), routine_queries(), type_queries(), database_queries(),
                           replication_queries(), installed_queries()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace pgdrill::probes
