// A breaking change as Expand-Contract: numbered files, each of which does one thing and is undone by its own
// down file. The former version of the application works until the first file of phase contract.
#pragma once
#include <string>
#include <vector>

#include "harness/base/error.hpp"
#include "harness/migrations/review/action.hpp"
#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

enum class Phase { expand, dual_write, backfill, validate, switch_over, contract };
[[nodiscard]] std::string_view name_of(Phase phase);  ///< as in file names: "dual_write"

struct PhaseFile {
  Phase phase = Phase::expand;
  std::string what;     ///< in the file's name: "add_column"
  std::string comment;  ///< what it does and what must hold, for people
  std::string up;
  std::string down;
  /// false: CONCURRENTLY, batches that commit, or (in `up` or `down`) transactions that are spelled out.
  bool transaction = true;
  bool no_return = false;  ///< after it the former values come back from a backup only
};

struct Rewriting {
  std::string subject;  ///< "rename column orders.state to status"
  std::vector<PhaseFile> files = {};
  std::string note = {};  ///< instead of files: why it is safe as it stands, and what to mind
};

/// What a rewriting may need beside the action and its table.
struct RewriteContext {
  std::string const& text;  ///< of the whole file, whose comments may say what SQL does not
  int major = 15;           ///< of the server
};

/// Rewrites one action. Error kind usage when this kind cannot be rewritten, or needs what is not known:
/// `why` says so.
[[nodiscard]] Result<Rewriting> rewrite(Action const& action, Schema const& schema,
                                        RewriteContext const& context);

/// The table with its whole definition, as a live catalogue gives it. Error kind usage, with `what`, when
/// only files tell of it, or when a statement that was not run yet changes what must be repeated word by
/// word.
[[nodiscard]] Result<Table const*> exact_table(Name const& name, Schema const& schema,
                                               std::string const& what);

/// Refuses a table with a trigger that changes a row after the one that keeps two columns in step.
[[nodiscard]] Result<> check_triggers(Table const& table, std::string const& what);

/// A file as it is written to disk: "0003_backfill_copy.up.sql" and its content, and the same for down.
struct RenderedFile {
  std::string name;
  std::string content;
};
/// golang-migrate's names; transactions and lock_timeout are spelled out, so that psql runs them as well.
[[nodiscard]] std::vector<RenderedFile> render(Rewriting const& rewriting, std::size_t first_number);

using Rewrite = Result<Rewriting> (*)(Action const&, Table const&, Schema const&, RewriteContext const&);
/// One kind of change, one file, registered by its last line.
struct RegisterRewrite {
  RegisterRewrite(ActionKind kind, Rewrite rewrite);
};

}  // namespace pgdrill::review
