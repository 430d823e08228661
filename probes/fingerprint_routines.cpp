// Functions, types, operators and text search.
#include <fmt/format.h>

#include "probes/fingerprint_queries.hpp"

namespace pgdrill::probes {

namespace {

/// Functions and casts that PostgreSQL makes with a type (of a range, for one) are told by the type.
std::string made_with_another(std::string const& catalogue, std::string const& oid) {
  return fmt::format(
      "EXISTS (SELECT FROM pg_depend i WHERE i.classid = '{}'::regclass AND i.objid = {} AND i.deptype = "
      "'i')",
      catalogue, oid);
}

CatalogueQuery functions() {
  return {"function",
          fmt::format(R"(
SELECT p.oid::regprocedure::text, json_build_object(
  'kind', CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' ELSE 'function' END,
  'definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE (
    SELECT 'aggregate ' || pg_get_function_result(p.oid) || ' by ' || a.aggtransfn::regproc || ' in ' || a.aggtranstype::regtype || ' from ' ||
           coalesce(quote_literal(a.agginitval), 'NULL') || ' final ' || a.aggfinalfn::regproc || ' combine ' || a.aggcombinefn::regproc || ' sort ' || a.aggsortop::regoper
    FROM pg_aggregate a WHERE a.aggfnoid = p.oid) END,
  'aggregate options', (SELECT concat_ws(', ', 'parallel ' || p.proparallel::text, 'kind ' || a.aggkind::text, 'final modifies ' || a.aggfinalmodify::text, CASE WHEN a.aggfinalextra THEN 'final takes arguments' END,
      'state of ' || nullif(a.aggtransspace, 0) || ' bytes', 'serial ' || nullif(a.aggserialfn::oid, 0)::regproc, 'deserial ' || nullif(a.aggdeserialfn::oid, 0)::regproc,
      'moving ' || nullif(a.aggmtransfn::oid, 0)::regproc, 'inverse ' || nullif(a.aggminvtransfn::oid, 0)::regproc, 'moving from ' || a.aggminitval)
    FROM pg_aggregate a WHERE a.aggfnoid = p.oid),
  'owner', quote_ident(pg_get_userbyid(p.proowner)), 'grants', {}, {})
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {} AND {} AND NOT {})",
                      grants("p.proacl", 'f', "p.proowner"), comment("pg_proc", "p.oid"), user_schema,
                      not_of_extension("pg_proc", "p.oid"), made_with_another("pg_proc", "p.oid"))};
}

CatalogueQuery types() {
  return {"type", fmt::format(R"(
SELECT format('%I.%I', n.nspname, t.typname), json_build_object(
  'kind', CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite' WHEN 'r' THEN 'range' ELSE t.typtype::text END,
  'labels', (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
  'columns', (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
  'base type', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
  'collation', CASE WHEN t.typtype = 'd' AND t.typcollation <> 0 THEN t.typcollation::regcollation::text END,
  'nullable', NOT t.typnotnull, 'default', t.typdefault,
  'subtype', (SELECT concat_ws(' ', r.rngsubtype::regtype, 'collation ' || nullif(r.rngcollation, 0)::regcollation, 'canonical ' || nullif(r.rngcanonical::oid, 0)::regproc,
      'difference ' || nullif(r.rngsubdiff::oid, 0)::regproc, (SELECT CASE WHEN NOT o.opcdefault THEN 'by ' || quote_ident(o.opcname) END FROM pg_opclass o WHERE o.oid = r.rngsubopc))
    FROM pg_range r WHERE r.rngtypid = t.oid),
  'owner', quote_ident(pg_get_userbyid(t.typowner)), 'grants', {}, {})
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')))
  AND {} AND {})",
                              grants("t.typacl", 'T', "t.typowner"), comment("pg_type", "t.oid"), user_schema,
                              not_of_extension("pg_type", "t.oid"))};
}

CatalogueQuery collations() {
  return {"collation", fmt::format(R"(
SELECT format('%I.%I', n.nspname, c.collname), json_build_object('provider', c.collprovider, 'deterministic', c.collisdeterministic,
  'locale', coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', to_jsonb(c) ->> 'collcollate'),
  'character classes', c.collctype, 'rules', to_jsonb(c) ->> 'collicurules',
  'owner', quote_ident(pg_get_userbyid(c.collowner)), {})
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE {} AND {})",
                                   comment("pg_collation", "c.oid"), user_schema,
                                   not_of_extension("pg_collation", "c.oid"))};
}

CatalogueQuery operators() {
  return {"operator", fmt::format(R"(
SELECT o.oid::regoperator::text, json_build_object('function', o.oprcode::regproc::text, 'commutator', nullif(o.oprcom, 0)::regoper::text,
  'negator', nullif(o.oprnegate, 0)::regoper::text, 'hashes', o.oprcanhash, 'merges', o.oprcanmerge,
  'restriction', nullif(o.oprrest::oid, 0)::regproc::text, 'join', nullif(o.oprjoin::oid, 0)::regproc::text,
  'owner', quote_ident(pg_get_userbyid(o.oprowner)), {})
FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE {} AND {})",
                                  comment("pg_operator", "o.oid"), user_schema,
                                  not_of_extension("pg_operator", "o.oid"))};
}

CatalogueQuery operator_classes() {
  return {"operator class",
          fmt::format(R"(
SELECT format('%I.%I', n.nspname, o.opcname) || ' using ' || m.amname, json_build_object('type', o.opcintype::regtype::text, 'default', o.opcdefault,
  'operators', (SELECT string_agg(a.amopstrategy || ' ' || a.amopopr::regoperator, ', ' ORDER BY a.amopstrategy, a.amopopr::regoperator::text COLLATE "C") FROM pg_amop a WHERE a.amopfamily = o.opcfamily),
  'functions', (SELECT string_agg(a.amprocnum || ' ' || a.amproc::regprocedure, ', ' ORDER BY a.amprocnum, a.amproc::regprocedure::text COLLATE "C") FROM pg_amproc a WHERE a.amprocfamily = o.opcfamily),
  'owner', quote_ident(pg_get_userbyid(o.opcowner)), {})
FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace JOIN pg_am m ON m.oid = o.opcmethod WHERE {} AND {})",
                      comment("pg_opclass", "o.oid"), user_schema, not_of_extension("pg_opclass", "o.oid"))};
}

CatalogueQuery casts() {
  // Casts have no schema: those with an OID below the first one of users are the system's.
  return {"cast", fmt::format(R"(
SELECT '(' || c.castsource::regtype || ' AS ' || c.casttarget::regtype || ')', json_build_object('function', nullif(c.castfunc, 0)::regprocedure::text,
  'context', CASE c.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END, 'method', c.castmethod, {})
FROM pg_cast c WHERE c.oid >= 16384 AND {} AND NOT {})",
                              comment("pg_cast", "c.oid"), not_of_extension("pg_cast", "c.oid"),
                              made_with_another("pg_cast", "c.oid"))};
}

std::vector<CatalogueQuery> text_search() {
  auto const configuration =
      fmt::format(R"(
SELECT format('%I.%I', n.nspname, c.cfgname), json_build_object('parser', (SELECT p.prsname FROM pg_ts_parser p WHERE p.oid = c.cfgparser),
  'mappings', (SELECT string_agg(m.maptokentype || ' ' || m.mapdict::regdictionary, ', ' ORDER BY m.maptokentype, m.mapseqno) FROM pg_ts_config_map m WHERE m.mapcfg = c.oid),
  'owner', quote_ident(pg_get_userbyid(c.cfgowner)), {})
FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace WHERE {} AND {})",
                  comment("pg_ts_config", "c.oid"), user_schema, not_of_extension("pg_ts_config", "c.oid"));
  auto const dictionary =
      fmt::format(R"(
SELECT format('%I.%I', n.nspname, d.dictname), json_build_object('template', (SELECT t.tmplname FROM pg_ts_template t WHERE t.oid = d.dicttemplate),
  'options', d.dictinitoption, 'owner', quote_ident(pg_get_userbyid(d.dictowner)), {})
FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace WHERE {} AND {})",
                  comment("pg_ts_dict", "d.oid"), user_schema, not_of_extension("pg_ts_dict", "d.oid"));
  return {{"text search configuration", configuration}, {"text search dictionary", dictionary}};
}

}  // namespace

std::vector<CatalogueQuery> routine_queries() {
  return {functions(), operators(), operator_classes(), casts()};
}

std::vector<CatalogueQuery> type_queries() {
  std::vector<CatalogueQuery> all = {types(), collations()};
  for (auto& query : text_search()) all.push_back(std::move(query));
  return all;
}

}  // namespace pgdrill::probes
