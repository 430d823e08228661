// Publications and subscriptions.
#include <fmt/format.h>

#include "probes/fingerprint_queries.hpp"

namespace pgdrill::probes {

namespace {

/// Tables as they stand in CREATE PUBLICATION, in the order of their names.
/// @param what follows a table's name: its columns and its filter
std::string published_tables(std::string const& what) {
  return fmt::format(
      "(SELECT string_agg(format('%I.%I', n.nspname, c.relname){0}, ', ' ORDER BY n.nspname COLLATE \"C\", "
      "c.relname COLLATE \"C\") FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid JOIN "
      "pg_namespace n ON n.oid = c.relnamespace WHERE r.prpubid = p.oid AND n.nspname <> 'pgdrill')",
      what);
}

std::string publications(std::string const& tables, std::string const& schemas) {
  return fmt::format(R"(
SELECT quote_ident(p.pubname), json_build_object('all tables', p.puballtables, 'insert', p.pubinsert, 'update', p.pubupdate, 'delete', p.pubdelete, 'truncate', p.pubtruncate,
  'via root', p.pubviaroot, 'owner', quote_ident(pg_get_userbyid(p.pubowner)), 'tables', {}, 'schemas', {}, {})
FROM pg_publication p)",
                     tables, schemas, comment("pg_publication", "p.oid"));
}

constexpr char const* columns_and_filter =
    " || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM "
    "pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])) || ')', '') || "
    "coalesce(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), '')";
constexpr char const* whole_schemas =
    "(SELECT string_agg(s.pnnspid::regnamespace::text, ', ' ORDER BY s.pnnspid::regnamespace::text COLLATE "
    "\"C\") FROM pg_publication_namespace s WHERE s.pnpubid = p.oid)";

}  // namespace

std::vector<CatalogueQuery> replication_queries() {
  // Connection strings hold passwords, and only superusers may read them.
  return {{"publication", publications(published_tables(""), "NULL::text"), 0, 14},
          {"publication", publications(published_tables(columns_and_filter), whole_schemas), 15},
          {"subscription", fmt::format(R"(
SELECT quote_ident(s.subname), json_build_object('enabled', s.subenabled, 'slot', s.subslotname, 'publications', array_to_string(s.subpublications, ', '),
  'binary', s.subbinary, 'streaming', s.substream::text, 'synchronous commit', s.subsynccommit, 'owner', quote_ident(pg_get_userbyid(s.subowner)), {})
FROM pg_subscription s WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))",
                                       comment("pg_subscription", "s.oid"))}};
}

}  // namespace pgdrill::probes
