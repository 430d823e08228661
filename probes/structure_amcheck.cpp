// Indexes against their tables, and tables against themselves, by amcheck:
// https://www.postgresql.org/docs/15/amcheck.html. One statement does it all, so that it runs alike on a
// connection and through psql as the superuser. Each relation is looked at in a subtransaction: a damaged one
// must not hide the next. Variables outlive a subtransaction, so amcheck itself is installed in one that is
// rolled back.
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/base/text.hpp"
#include "probes/structure_queries.hpp"

namespace pgdrill::probes {

namespace {

/// What went wrong decides what it is: class XX is PostgreSQL's own word for damage, 58 the system's (a file
/// that cannot be read). Everything else (a lock, a right, an error of an index's own function) is no proof:
/// https://www.postgresql.org/docs/15/errcodes-appendix.html.
constexpr char const* look_sql = R"(
DO $pgdrill$
DECLARE
  damage jsonb := '[]'; unseen jsonb := '[]'; one record; line record; place text; heaps boolean; later bigint := 0; every bigint := 0;
  ends timestamptz := clock_timestamp() + interval '{0} milliseconds';
BEGIN
  PERFORM set_config('search_path', 'pg_catalog', true), set_config('lock_timeout', '2s', true);
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_proc WHERE proname = 'bt_index_check') THEN CREATE EXTENSION amcheck SCHEMA pg_catalog; END IF;
    SELECT quote_ident(n.nspname), EXISTS (SELECT FROM pg_proc h WHERE h.proname = 'verify_heapam' AND h.pronamespace = n.oid) INTO place, heaps
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proname = 'bt_index_check' LIMIT 1;
    IF NOT heaps THEN unseen := unseen || to_jsonb('heaps by amcheck: this version of it cannot'::text); END IF;
    FOR one IN
      SELECT c.oid, c.relkind = 'i' AS index, CASE c.relkind WHEN 'i' THEN 'index ' ELSE 'table ' END || c.oid::regclass AS name, n.nspname = 'pg_catalog' AS system
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = c.relam LEFT JOIN pg_index i ON i.indexrelid = c.oid
      WHERE c.relpersistence = 'p' AND n.nspname <> 'pgdrill' AND CASE c.relkind
        WHEN 'i' THEN m.amname = 'btree' AND i.indisvalid AND i.indisready AND c.relfilenode <> 0 AND (n.nspname !~ '^pg_' OR n.nspname IN ('pg_catalog', 'pg_toast'))
        ELSE heaps AND c.relkind IN ('r', 'm', 't') AND m.amname = 'heap' AND n.nspname NOT IN ('pg_catalog', 'information_schema') END
      ORDER BY 4, 2 DESC, 3
    LOOP
      every := every + 1;
      IF clock_timestamp() >= ends THEN later := later + 1; CONTINUE; END IF;
      BEGIN
        IF one.index THEN
          EXECUTE format('SELECT %s.bt_index_check($1::regclass, $2)', place) USING one.oid, NOT one.system;
        ELSE
          FOR line IN EXECUTE format('SELECT blkno, offnum, msg FROM %s.verify_heapam($1::regclass) LIMIT 5', place) USING one.oid LOOP
            damage := damage || jsonb_build_object('object', one.name, 'what', format('block %s row %s: %s', line.blkno, coalesce(line.offnum::text, '-'), line.msg));
          END LOOP;
        END IF;
      EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE ~ '^(XX|58)' THEN
          damage := damage || jsonb_build_object('object', one.name, 'what', SQLERRM, 'mend', CASE WHEN one.index THEN 'REINDEX INDEX CONCURRENTLY ' || one.oid::regclass END);
        ELSE
          unseen := unseen || to_jsonb(format('%s by amcheck: %s', one.name, SQLERRM));
        END IF;
      END;
    END LOOP;
    RAISE EXCEPTION 'nothing is to stay' USING ERRCODE = 'PD001';
  EXCEPTION WHEN SQLSTATE 'PD001' THEN NULL;
  WHEN OTHERS THEN unseen := unseen || to_jsonb('{1}: ' || SQLERRM);
  END;
  IF later > 0 THEN unseen := unseen || to_jsonb(format('{1}: %s of %s were not reached in the time for it', later, every)); END IF;
  PERFORM set_config('pgdrill.corruption', jsonb_build_object('damage', damage, 'unseen', unseen)::text, true);
END $pgdrill$)";

}  // namespace

std::string corruption_sql(Duration limit) {
  auto const most = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
  return fmt::format(look_sql, most, amcheck_subject) + "; SELECT current_setting('pgdrill.corruption')";
}

Result<> add_corruption(std::string const& answer, StructureReading& into) {
  TRY(json::value const all, parse_json(answer, "what amcheck found"));
  for (auto const& one : all.at("damage").as_array()) {
    into.faults.push_back({.check = "corruption",
                           .object = get_string(one, "object"),
                           .what = split(trim(get_string(one, "what")), '\n').front(),
                           .mend = get_string(one, "mend")});
  }
  for (auto const& one : all.at("unseen").as_array()) into.not_examined.emplace_back(one.as_string());
  return {};
}

Result<> find_corruption(pqxx::transaction_base& transaction, StructureReading& into, Duration limit) {
  auto const answer = transaction.exec(corruption_sql(limit));
  return add_corruption(answer[0][0].c_str(), into);
}

}  // namespace pgdrill::probes
