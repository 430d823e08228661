// Undo is written before the fault: in the journal (fsynced) and in a ConfigMap in the target namespace, as
// data. It runs last in first out, goes on past failures, takes "already gone" for success and is checked
// afterwards. `pgdrill cleanup` runs it from the ConfigMaps of a namespace or from a journal alone.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/task.hpp"
#include "harness/cnpg/database_access.hpp"
#include "harness/engine/journal.hpp"
#include "harness/engine/turn.hpp"
#include "harness/kube/client.hpp"
#include "harness/scenario/scenario.hpp"

namespace pgdrill::engine {

/// One thing to be undone. `record` is read by the kind of that name and never holds a secret.
struct UndoRecord {
  std::string kind;     ///< "delete-object", "patch-object", "git-revert", "restore-tables", "drop-schema"
  std::string summary;  ///< for people: "delete Cluster develop/orders-r1"
  json::object record;
  std::string id = {};  ///< given by announce: "1", "2", ...
};

/// What an undo kind has in its hands: no scenario, no facts, since it may run in another process weeks
/// later.
struct UndoContext {
  std::shared_ptr<kube::Client> kube;
  std::string ns;
  std::string run_id;
  cnpg::DatabaseAccess& databases;
};

/// How one kind of record is undone; idempotent; ends only when it has seen that it is undone.
class UndoKind {
 public:
  virtual ~UndoKind() = default;
  [[nodiscard]] virtual Task<Result<>> undo(UndoContext& context, json::object const& record) = 0;
};

namespace detail {
void add_undo_kind(char const* name, std::unique_ptr<UndoKind> (*make)());
}
/// One line at the end of the kind's file: static RegisterUndo<DeleteObject> const
/// registered("delete-object");
template <class T>
struct RegisterUndo {
  explicit RegisterUndo(char const* name) {
    detail::add_undo_kind(name, [] { return std::unique_ptr<UndoKind>(std::make_unique<T>()); });
  }
};
[[nodiscard]] std::unique_ptr<UndoKind> make_undo_kind(std::string_view name);  ///< null for an unknown name
[[nodiscard]] std::vector<std::string> undo_kinds();

/// The records of one run.
class UndoLog {
 public:
  UndoLog(Journal& journal, std::shared_ptr<kube::Client> kube, std::string ns, std::string run_id);

  /// Writes the record to the journal (fsync), then to the ConfigMap "pgdrill-undo-<run>"; only then may the
  /// act follow. An error means: do not act.
  [[nodiscard]] Task<Result<std::string>> announce(UndoRecord record);
  /// Undoes all that is still open. Returns the records that could not be undone; the ConfigMap goes when
  /// none is left.
  [[nodiscard]] Task<std::vector<UndoRecord>> undo_all(UndoContext& context);
  /// Undoes those of these ids that are still open. False when something is left of them.
  [[nodiscard]] Task<bool> undo_these(UndoContext& context, std::vector<std::string> ids);
  /// What is being undone at this moment, for people: "delete Cluster develop/orders-r1, since 3.2 s";
  /// empty when nothing is.
  [[nodiscard]] std::string doing() const;
  [[nodiscard]] std::size_t pending() const { return open_.size(); }
  [[nodiscard]] int announced() const { return next_id_ - 1; }  ///< how many were announced, undone or not
  [[nodiscard]] std::vector<UndoRecord> const& open() const { return open_; }
  /// Takes over records of an earlier run, which stand in a ConfigMap already when `stored`.
  void adopt(std::vector<UndoRecord> records, bool stored);
  /// Why the last undo_all left something open.
  [[nodiscard]] std::vector<Error> const& failures() const { return failures_; }

 private:
  [[nodiscard]] Task<Result<>> store();
  [[nodiscard]] Task<Result<>> undo_one(UndoContext& context, UndoRecord record);
  [[nodiscard]] Task<bool> undo_record(UndoContext& context, UndoRecord record);
  Journal& journal_;
  std::shared_ptr<kube::Client> kube_;
  std::string ns_;
  std::string run_id_;
  std::vector<UndoRecord> open_;
  int next_id_ = 1;
  bool stored_ = false;  ///< the ConfigMap exists
  std::vector<Error> failures_;
  Turns turns_;  ///< the ConfigMap is written by one at a time, so that none overwrites a newer list
  std::map<std::string, Monotonic> doing_;  ///< id of what is being undone, since when
};

/// A record as journal and ConfigMap hold it: {id, kind, summary, record}. Error kind: invalid.
[[nodiscard]] Result<UndoRecord> parse_undo_record(json::value const& value);

/// Records left by earlier runs in a namespace, from their ConfigMaps (label pgdrill.io/undo=pending).
struct PendingUndo {
  std::string run_id;
  std::string config_map;
  std::vector<UndoRecord> records;
};
[[nodiscard]] Task<Result<std::vector<PendingUndo>>> pending_undo(kube::Client& client, std::string ns);

}  // namespace pgdrill::engine
