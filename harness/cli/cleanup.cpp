// pgdrill cleanup: undoes what a run left behind, from the ConfigMaps of a namespace or from a journal alone.
// Idempotent.
#include <algorithm>
#include <cstdio>

#include "harness/base/files.hpp"
#include "harness/cli/connect.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/engine/lease.hpp"
#include "harness/engine/undo.hpp"
#include "harness/flux/git.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

constexpr std::string_view journal_prefix = "pgdrill-cleanup";

/// What is still open in a journal, with the namespace it is in.
struct OpenInJournal {
  std::string ns;
  engine::PendingUndo pending;
};

Result<OpenInJournal> read_open(std::filesystem::path const& file) {
  TRY(std::string const text, read_file(file));
  OpenInJournal open;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t const end = std::min(text.find('\n', begin), text.size());
    Result<json::value> const event =
        parse_json(std::string_view(text).substr(begin, end - begin), file.string());
    begin = end + 1;
    if (!event) continue;  // a torn last line
    std::string const kind = get_string(*event, "event");
    if (kind == "run-started") open.ns = get_string(*event, "target.namespace");
    if (kind == "undo-announced") {
      TRY(engine::UndoRecord record, engine::parse_undo_record(*event));
      open.pending.records.push_back(std::move(record));
      open.pending.run_id = get_string(*event, "run");
    }
    bool const done = kind == "undo-finished" && get_string(*event, "status") == "done";
    if (done) {
      std::string const id = get_string(*event, "id");
      std::erase_if(open.pending.records, [&](engine::UndoRecord const& record) { return record.id == id; });
    }
  }
  return open;
}

/// Undoes one run's records; what it does goes into a journal of its own that nobody keeps.
Task<Result<bool>> undo_run(std::shared_ptr<kube::Client> client, std::string ns,
                            engine::PendingUndo pending) {
  CO_TRY(std::unique_ptr<ScratchDirectory> const directory, ScratchDirectory::make(journal_prefix));
  CO_TRY(std::unique_ptr<engine::Journal> const journal,
         engine::Journal::create(directory->path() / "journal.jsonl", pending.run_id));
  cnpg::DatabaseAccess databases(client, ns);
  engine::UndoLog log(*journal, client, ns, pending.run_id);
  log.adopt(pending.records, true);
  engine::UndoContext context{.kube = client, .ns = ns, .run_id = pending.run_id, .databases = databases};
  std::vector<engine::UndoRecord> const left = co_await log.undo_all(context);
  for (engine::UndoRecord const& record : pending.records) {
    bool const open =
        std::any_of(left.begin(), left.end(), [&](auto const& other) { return other.id == record.id; });
    std::printf("%s: %s (run %s)\n", open ? "not undone" : "undone", record.summary.c_str(),
                pending.run_id.c_str());
  }
  for (Error const& failure : log.failures())
    std::fprintf(stderr, "pgdrill: %s\n", ::pgdrill::describe(failure).c_str());
  co_return left.empty() && log.failures().empty();
}

Task<Result<bool>> clean_up(Arguments const& arguments) {
  CO_TRY(Connection connection, co_await connect(arguments));
  std::vector<engine::PendingUndo> all;
  if (arguments.given("journal")) {
    CO_TRY(OpenInJournal open, read_open(arguments.text("journal")));
    if (!arguments.given("namespace")) connection.ns = open.ns;
    if (!open.pending.records.empty()) all.push_back(std::move(open.pending));
  }
  // A misspelt name has nothing to undo either.
  Result<json::value> const there =
      co_await connection.client->get({kube::namespace_type, "", connection.ns});
  if (!there && there.error().kind == ErrorKind::not_found) co_return fail(there.error());
  CO_TRY_VOID(co_await engine::release_stale_lease(*connection.client, connection.ns));
  if (!arguments.given("journal")) {
    CO_TRY(all, co_await engine::pending_undo(*connection.client, connection.ns));
  }
  bool clean = true;
  for (engine::PendingUndo& pending : all) {
    CO_TRY(bool const undone, co_await undo_run(connection.client, connection.ns, std::move(pending)));
    clean = clean && undone;
  }
  if (all.empty()) std::printf("nothing to undo in namespace %s\n", connection.ns.c_str());
  co_return clean;
}

/// Of this machine: a run that was killed elsewhere has left its clones there.
void remove_clones() {
  std::size_t const removed = ScratchDirectory::remove_abandoned(flux::clone_prefix) +
                              ScratchDirectory::remove_abandoned(journal_prefix);
  if (removed > 0) std::printf("removed %zu temporary directories that killed runs left here\n", removed);
}

int run(Arguments const& arguments) {
  remove_clones();
  Result<bool> const clean = run_to_end(clean_up(arguments));
  if (!clean) return report_error(clean.error());
  return *clean ? 0 : reports::exit_unclean;
}

Verb describe_verb() {
  std::vector<Option> options = cluster_options();
  options.push_back(
      {.name = "--journal", .help = "undo what this journal announced, without the namespace's ConfigMaps"});
  return {.name = "cleanup",
          .summary = "undo what a run left behind",
          .options = std::move(options),
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
