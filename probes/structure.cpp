// Faults in the structure of a database that neither content nor schema shows: sequences behind their column,
// orphaned references, violated constraints, invalid objects, damaged indexes and pages, things left behind.
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <regex>
#include <set>

#include "harness/base/text.hpp"
#include "harness/engine/registry.hpp"
#include "probes/structure_queries.hpp"

namespace pgdrill::probes {

namespace {

constexpr auto limit = std::chrono::minutes(5);

using Look = Result<> (*)(pqxx::transaction_base&, StructureReading&);

/// "table public.orders", out of "invalid page in block 0 of relation base/16385/16390".
std::string damaged_relation(pqxx::transaction_base& transaction, std::string const& text) {
  static std::regex const path("base/[0-9]+/([0-9]+)");
  std::smatch found;
  if (!std::regex_search(text, found, path)) return "database";
  auto const name = transaction.exec1(
      fmt::format("SELECT coalesce('table ' || pg_filenode_relation(0, {})::regclass, 'file {}')",
                  found.str(1), found.str(0)));
  return name[0].c_str();
}

/// A damaged page ends a look at its table, but neither the other looks nor the probe: it is what is looked
/// for. SQLSTATEs XX001 and XX002: https://www.postgresql.org/docs/15/errcodes-appendix.html.
Result<> look_at(pqxx::transaction_base& transaction, std::string const& subject, Look look,
                 StructureReading& into) {
  try {
    pqxx::subtransaction inner(static_cast<pqxx::dbtransaction&>(transaction));
    TRY_VOID(look(inner, into));
    inner.commit();
    return {};
  } catch (pqxx::sql_error const& problem) {
    if (!problem.sqlstate().starts_with("XX00")) throw;
    std::string const text(trim(problem.what()));
    std::string const object = damaged_relation(transaction, text);
    into.not_examined.push_back(subject + ": " + object + " is damaged");
    bool const known = std::ranges::any_of(into.faults, [&](StructuralFault const& fault) {
      return fault.check == "corruption" && fault.object == object;
    });
    if (!known)
      into.faults.push_back({.check = "corruption", .object = object, .what = split(text, '\n').front()});
  }
  return {};
}

/// The functions are there and the role may call them, or it may install them.
constexpr char const* may_check_sql =
    "SELECT coalesce((SELECT bool_and(has_function_privilege(p.oid, 'EXECUTE')) FROM pg_proc p WHERE "
    "p.proname IN "
    "('bt_index_check', 'verify_heapam')), false) OR ((SELECT rolsuper FROM pg_roles WHERE rolname = "
    "current_user) "
    "AND NOT pg_is_in_recovery() AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'amcheck'))";

/// What psql and the way to it may take beyond the time that the server has.
constexpr Duration grace = std::chrono::seconds(10);

std::string not_done(std::string_view subject, Error const& error) {
  return fmt::format("{}: {}", subject, ::pgdrill::describe(error));
}

/// With the server's own limit: it ends the work also when nobody waits for it any more.
std::string timed(std::string sql, Duration most) {
  auto const longest = std::chrono::duration_cast<std::chrono::milliseconds>(most + grace / 2).count();
  return fmt::format("SET statement_timeout = {}; {}", longest, sql);
}

/// Takes the entries of a subject out of what was not examined; false when there were none.
bool take_out(json::object& snapshot, std::string_view subject) {
  json::array kept;
  json::array& all = snapshot.at("not_examined").as_array();
  for (auto const& one : all) {
    if (!std::string_view(one.as_string()).starts_with(subject)) kept.push_back(one);
  }
  bool const some = kept.size() != all.size();
  all = std::move(kept);
  return some;
}

void take_out_locks(json::object& snapshot) {
  json::array kept;
  for (auto const& fault : snapshot.at("faults").as_array()) {
    if (!get_string(fault, "check").ends_with("lock left")) kept.push_back(fault);
  }
  snapshot.at("faults") = std::move(kept);
}

/// What both know of it: a fault that was there before is no difference.
std::string identity_of(json::value const& fault) {
  return get_string(fault, "check") + "\n" + get_string(fault, "object");
}

class Structure final : public engine::StateProbe {
 public:
  static scenario::Declaration describe() {
    return {.name = "structure",
            .summary =
                "Structural faults: sequences behind, orphans, violated or unvalidated constraints, invalid "
                "indexes, corruption (amcheck, checksums), leftovers, failed migration histories"};
  }

  Task<Result<json::object>> capture(postgres::ConnectionParameters database) override {
    return capture_structure(std::move(database), limit);
  }

  Task<json::object> complete(json::object snapshot, engine::AskSuperuser ask, Duration most) override {
    StructureReading reading;
    if (take_out(snapshot, amcheck_subject)) {
      Result<std::string> const answer = co_await ask(timed(corruption_sql(most), most), most + grace);
      Result<> const added = answer ? add_corruption(*answer, reading) : fail(answer.error());
      if (!added) reading.not_examined.push_back(not_done(amcheck_subject, added.error()));
    }
    if (take_out(snapshot, sessions_subject)) {
      Result<std::string> const answer = co_await ask(timed(locks_left_sql(left_idle), most), most + grace);
      Result<> const added = answer ? add_locks(*answer, reading) : fail(answer.error());
      if (!added) reading.not_examined.push_back(not_done(sessions_subject, added.error()));
      // The role has seen its own sessions' locks: the superuser has seen these as well.
      if (added) take_out_locks(snapshot);
    }
    json::object more = to_json(reading);
    for (std::string_view const list : {"faults", "not_examined"}) {
      for (auto& one : more.at(list).as_array()) snapshot.at(list).as_array().push_back(std::move(one));
    }
    co_return snapshot;
  }

  std::vector<engine::Difference> compare(json::object const& before,
                                          json::object const& after) const override {
    std::set<std::string> known;
    json::value const old_state(before);
    json::value const new_state(after);
    if (auto const* const held = find(old_state, "advisory_locks_held")) {
      for (auto const& object : held->as_array())
        known.insert("advisory lock left\n" + std::string(object.as_string()));
    }
    if (auto const* const faults = find(old_state, "faults")) {
      for (auto const& fault : faults->as_array()) known.insert(identity_of(fault));
    }
    std::vector<engine::Difference> result;
    auto const* const faults = find(new_state, "faults");
    if (faults == nullptr) return result;
    for (auto const& fault : faults->as_array()) {
      if (known.contains(identity_of(fault))) continue;
      result.push_back({.object = get_string(fault, "object"),
                        .what = get_string(fault, "check") + ": " + get_string(fault, "what"),
                        .count = get_int(fault, "count"),
                        .mend = get_string(fault, "mend")});
    }
    return result;
  }
};

engine::RegisterStateProbe<Structure> const registered;

}  // namespace

Result<StructureReading> read_structure(pqxx::transaction_base& transaction) {
  constexpr std::pair<char const*, Look> looks[] = {
      {"unfinished objects", find_unfinished_objects},
      {"sequences", find_sequences_behind},
      {"foreign keys", find_orphans},
      {"check constraints", find_check_violations},
      {"columns that are NOT NULL", find_nulls},
      {"unique indexes", find_duplicates},
      {"leftovers",
       [](pqxx::transaction_base& in, StructureReading& into) { return find_leftovers(in, into); }},
      {"migration histories", find_failed_histories}};
  StructureReading reading;
  for (auto const& [subject, look] : looks) TRY_VOID(look_at(transaction, subject, look, reading));
  return reading;
}

Task<Result<json::object>> capture_structure(postgres::ConnectionParameters database, Duration within) {
  StructureReading reading;
  bool may_check = false;
  std::function<Result<>(pqxx::transaction_base&)> work =
      [&](pqxx::transaction_base& transaction) -> Result<> {
    TRY(reading, read_structure(transaction));
    may_check = transaction.exec1(may_check_sql)[0].as<bool>();
    return {};
  };
  CO_TRY_VOID(co_await postgres::in_transaction(database, within, false, std::move(work)));
  if (!may_check) {
    reading.not_examined.push_back(std::string(amcheck_subject) + ": the role may not call its functions");
    co_return to_json(reading);
  }
  std::function<Result<>(pqxx::transaction_base&)> check = [&](pqxx::transaction_base& transaction) {
    return find_corruption(transaction, reading, within * 9 / 10);  // before the server ends the statement
  };
  auto const checked = co_await postgres::in_transaction(std::move(database), within, true, std::move(check));
  if (!checked) reading.not_examined.push_back(not_done(amcheck_subject, checked.error()));
  co_return to_json(reading);
}

json::object to_json(StructureReading const& reading) {
  json::array faults;
  for (auto const& fault : reading.faults) {
    faults.push_back({{"check", fault.check},
                      {"object", fault.object},
                      {"what", fault.what},
                      {"count", fault.count},
                      {"mend", fault.mend}});
  }
  return {{"algorithm", "structure-v1"},
          {"faults", std::move(faults)},
          {"not_examined", json::value_from(reading.not_examined)},
          {"advisory_locks_held", json::value_from(reading.held)}};
}

}  // namespace pgdrill::probes
