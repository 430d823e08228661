#include "harness/cli/survey.hpp"

#include <algorithm>
#include <regex>

#include "harness/base/text.hpp"
#include "harness/doctor/patient.hpp"
#include "harness/engine/context.hpp"
#include "harness/flux/reconcile.hpp"

namespace pgdrill::cli {

namespace {

// The largest table with a primary key of one whole number and a column that no constraint, unique index or
// expression depends on. What is written into it keeps the column's type: numbers and times move, text grows.
constexpr std::string_view damage_query = R"(
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(a.attname), quote_ident(k.attname),
  CASE t.typname WHEN 'text' THEN quote_ident(a.attname) || ' || ''?'''
    WHEN 'timestamptz' THEN quote_ident(a.attname) || ' + interval ''1 day'''
    WHEN 'timestamp' THEN quote_ident(a.attname) || ' + interval ''1 day'''
    ELSE quote_ident(a.attname) || ' + 1' END
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_constraint p ON p.conrelid = c.oid AND p.contype = 'p' AND cardinality(p.conkey) = 1
JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = p.conkey[1]
  AND k.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
JOIN pg_type t ON t.oid = a.atttypid
  AND t.typname IN ('int4', 'int8', 'numeric', 'float8', 'text', 'timestamptz', 'timestamp')
LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'pgdrill')
  AND c.relname NOT IN ('schema_migrations', 'flyway_schema_history', 'databasechangelog', 'alembic_version')
  AND coalesce(s.n_live_tup, 0) >= 7
  AND NOT EXISTS (SELECT FROM pg_constraint o WHERE (o.conrelid = c.oid AND a.attnum = ANY (o.conkey))
    OR (o.confrelid = c.oid AND a.attnum = ANY (o.confkey)))
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique
    AND (a.attnum = ANY (i.indkey) OR i.indexprs IS NOT NULL))
ORDER BY s.n_live_tup DESC, c.relname, t.typname, a.attnum LIMIT 1)";

Task<Result<std::optional<DamageTarget>>> find_damage_target(Connection connection, Survey const& found) {
  cnpg::DatabaseAccess databases(connection.client, found.ns);
  CO_TRY(std::string const answer,
         co_await databases.superuser(found.cluster, found.database, std::string(damage_query)));
  std::vector<std::string> const fields = split(trim(answer), '|');
  if (fields.size() < 4) co_return std::nullopt;
  // The last field may hold the separator itself: "name || '?'".
  std::vector<std::string> const rest(fields.begin() + 3, fields.end());
  co_return DamageTarget{
      .table = fields[0], .column = fields[1], .key = fields[2], .damaged = join(rest, "|")};
}

/// Reads the migrations of one Kustomization from its repository.
Task<Result<std::optional<MigrationSource>>> read_migrations(Connection connection,
                                                             std::string kustomization) {
  kube::ObjectRef const ref{kube::kustomization_type, connection.ns, kustomization};
  CO_TRY(json::value const object, co_await connection.client->get(ref));
  if (get_string(object, "spec.sourceRef.kind") != "GitRepository") co_return std::nullopt;
  std::string const other = get_string(object, "spec.sourceRef.namespace", connection.ns);
  if (other != connection.ns) co_return std::nullopt;  // out of the drill's reach
  flux::FluxObjects const objects{.ns = connection.ns,
                                  .repository = get_string(object, "spec.sourceRef.name"),
                                  .kustomization = kustomization};
  CO_TRY(flux::Repository repository, co_await flux::repository_of(*connection.client, objects));
  CO_TRY(std::filesystem::path const path, co_await flux::path_of_kustomization(*connection.client, objects));
  CO_TRY(std::unique_ptr<flux::WorkTree> const tree, co_await flux::WorkTree::clone(std::move(repository)));
  Result<std::string> const content = tree->read(path / "kustomization.yaml");
  if (!content) co_return std::nullopt;
  std::optional<MigrationSource> source = migrations_in(*content);
  if (source) {
    source->repository = objects.repository;
    source->kustomization = kustomization;
  }
  co_return source;
}

Task<> find_migrations(Connection connection, std::set<std::string> kustomizations, Survey& found) {
  for (std::string const& name : kustomizations) {
    Result<std::optional<MigrationSource>> const source = co_await read_migrations(connection, name);
    if (!source) {
      found.notes.push_back("Kustomization " + name + ": " + source.error().what + ": " + source.error().why);
    } else if (*source) {
      found.migrations = **source;
      co_return;
    }
  }
  if (kustomizations.empty())
    found.notes.emplace_back("namespace " + found.ns + " has no Flux Kustomization");
  if (!kustomizations.empty())
    found.notes.emplace_back(
        "no Kustomization lists files migrations/<version>_<name>.up.sql in a configMapGenerator");
}

}  // namespace

std::optional<MigrationSource> migrations_in(std::string_view kustomization) {
  static std::regex const entry(R"(^\s*- migrations/(\d{1,18})_[^/]*\.up\.sql\s*$)");
  std::optional<MigrationSource> source;
  for (std::string const& line : split(kustomization, '\n')) {
    std::smatch match;
    if (!std::regex_match(line, match, entry)) continue;
    if (!source) source.emplace();
    source->next_version = std::max(source->next_version, std::int64_t{std::stoll(match[1].str())} + 1);
    source->digits = static_cast<std::size_t>(match[1].length());
  }
  return source;
}

Task<Result<Survey>> survey(Connection connection, std::string cluster) {
  CO_TRY(doctor::Patient const patient,
         co_await doctor::find_patient(connection.client, connection.ns, std::move(cluster)));
  Survey found{.ns = connection.ns,
               .cluster = patient.target.cluster,
               .service = patient.target.service,
               .secret = patient.target.secret};
  if (found.cluster.empty()) {
    co_return fail({.kind = ErrorKind::not_found,
                    .what = "namespace " + found.ns + " has no CloudNativePG Cluster",
                    .todo = "name another namespace with -n"});
  }
  CO_TRY(json::value const object,
         co_await connection.client->get({kube::cluster_type, found.ns, found.cluster}));
  found.database = get_string(object, "spec.bootstrap.initdb.database", "app");
  found.secret = get_string(object, "spec.bootstrap.initdb.secret.name", found.secret);
  Result<json::value> const ns = co_await connection.client->get({kube::namespace_type, "", found.ns});
  found.opted_in = ns && kube::label_of(*ns, engine::allow_label) == "true";
  co_await find_migrations(connection, patient.kustomizations, found);
  Result<std::optional<DamageTarget>> const damage = co_await find_damage_target(connection, found);
  if (!damage) {
    found.notes.push_back("the database was not looked into: " + damage.error().what + ": " +
                          damage.error().why);
  } else if (*damage) {
    found.damage = **damage;
  } else {
    found.notes.emplace_back("no table has a whole-number primary key and a column free of constraints");
  }
  co_return found;
}

}  // namespace pgdrill::cli
