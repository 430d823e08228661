#include "harness/engine/undo.hpp"

#include <algorithm>
#include <map>

#include "harness/engine/context.hpp"

namespace pgdrill::engine {

namespace {

using MakeUndoKind = std::unique_ptr<UndoKind> (*)();

std::map<std::string, MakeUndoKind, std::less<>>& kinds() {
  static std::map<std::string, MakeUndoKind, std::less<>> all;
  return all;
}

constexpr std::string_view pending_label = "pgdrill.io/undo";

std::string config_map_name(std::string const& run_id) { return "pgdrill-undo-" + run_id; }

json::object to_json(UndoRecord const& record) {
  return {{"id", record.id}, {"kind", record.kind}, {"summary", record.summary}, {"record", record.record}};
}

}  // namespace

namespace detail {
void add_undo_kind(char const* name, std::unique_ptr<UndoKind> (*make)()) { kinds()[name] = make; }
}  // namespace detail

std::unique_ptr<UndoKind> make_undo_kind(std::string_view name) {
  auto const found = kinds().find(name);
  return found == kinds().end() ? nullptr : found->second();
}

std::vector<std::string> undo_kinds() {
  std::vector<std::string> names;
  for (auto const& [name, make] : kinds()) names.push_back(name);
  return names;
}

Result<UndoRecord> parse_undo_record(json::value const& value) {
  json::value const* const record = find(value, "record");
  UndoRecord parsed{.kind = get_string(value, "kind"),
                    .summary = get_string(value, "summary"),
                    .record = {},
                    .id = get_string(value, "id")};
  if (parsed.kind.empty() || parsed.id.empty() || record == nullptr || !record->is_object()) {
    return fail({.kind = ErrorKind::invalid,
                 .what = "cannot read an undo record",
                 .why = "it lacks id, kind or record"});
  }
  parsed.record = record->get_object();
  return parsed;
}

UndoLog::UndoLog(Journal& journal, std::shared_ptr<kube::Client> kube, std::string ns, std::string run_id)
    : journal_(journal), kube_(std::move(kube)), ns_(std::move(ns)), run_id_(std::move(run_id)) {}

Task<Result<std::string>> UndoLog::announce(UndoRecord record) {
  record.id = std::to_string(next_id_++);
  if (make_undo_kind(record.kind) == nullptr) {
    co_return fail({.kind = ErrorKind::internal,
                    .what = "cannot announce undo",
                    .why = "nobody knows how to undo '" + record.kind + "'"});
  }
  journal_.write("undo-announced", to_json(record));
  open_.push_back(record);
  CO_TRY_VOID(co_await journal_.sync());
  Result<> stored = co_await store();
  if (!stored) {
    Error error = stored.error();
    error.what = "cannot announce undo (" + record.summary + "): " + error.what;
    co_return fail(std::move(error));
  }
  co_return record.id;
}

Task<Result<>> UndoLog::store() {
  Turns::Turn const turn = co_await turns_.take();
  kube::ObjectRef const ref{kube::config_map_type, ns_, config_map_name(run_id_)};
  if (open_.empty()) {
    Result<> removed = co_await kube_->remove(ref);
    if (!removed && removed.error().kind != ErrorKind::not_found) co_return removed;
    stored_ = false;
    co_return Result<>{};
  }
  json::array records;
  for (UndoRecord const& record : open_) records.push_back(to_json(record));
  json::object const data{{"records", json::serialize(records)}};
  if (stored_) {
    Result<json::value> patched =
        co_await kube_->patch(ref, kube::PatchType::merge, json::object{{"data", data}});
    if (patched) co_return Result<>{};
    // Clean-up by a journal alone finds no ConfigMap: what is still open gets one.
    if (patched.error().kind != ErrorKind::not_found) co_return fail(patched.error());
  }
  kube::Object object{
      {"metadata",
       {{"name", ref.name},
        {"labels", {{std::string(pending_label), "pending"}, {std::string(run_label), run_id_}}}}},
      {"data", data}};
  Result<json::value> created = co_await kube_->create(kube::config_map_type, ns_, std::move(object));
  if (!created) co_return fail(created.error());
  stored_ = true;
  co_return Result<>{};
}

void UndoLog::adopt(std::vector<UndoRecord> records, bool stored) {
  open_ = std::move(records);
  stored_ = stored;
}

Task<Result<>> UndoLog::undo_one(UndoContext& context, UndoRecord record) {
  std::unique_ptr<UndoKind> const kind = make_undo_kind(record.kind);
  if (kind == nullptr) {
    co_return fail({.kind = ErrorKind::internal,
                    .what = "cannot undo: " + record.summary,
                    .why = "this pgdrill does not know undo kind '" + record.kind + "'",
                    .todo = "use the version that made the record"});
  }
  Result<> undone = co_await kind->undo(context, record.record);
  if (!undone && undone.error().kind == ErrorKind::not_found) co_return Result<>{};
  co_return undone;
}

Task<bool> UndoLog::undo_record(UndoContext& context, UndoRecord record) {
  doing_[record.id] = std::chrono::steady_clock::now();
  Result<> const undone = co_await undo_one(context, record);
  doing_.erase(record.id);
  json::object finished{{"id", record.id}, {"status", undone ? "done" : "failed"}};
  if (undone) {
    std::erase_if(open_, [&record](UndoRecord const& open) { return open.id == record.id; });
    Result<> const stored = co_await store();
    if (!stored) failures_.push_back(stored.error());
  } else {
    finished["error"] = engine::to_json(undone.error());
    failures_.push_back(undone.error());
  }
  journal_.write("undo-finished", std::move(finished));
  co_return undone.has_value();
}

Task<std::vector<UndoRecord>> UndoLog::undo_all(UndoContext& context) {
  std::vector<UndoRecord> const records(open_.rbegin(), open_.rend());
  failures_.clear();
  for (UndoRecord const& record : records) {
    journal_.write("undo-started", {{"id", record.id}});
    static_cast<void>(co_await undo_record(context, record));
  }
  co_return open_;
}

Task<bool> UndoLog::undo_these(UndoContext& context, std::vector<std::string> ids) {
  std::vector<UndoRecord> const records(open_.rbegin(), open_.rend());
  bool all = true;
  for (UndoRecord const& record : records) {
    if (std::find(ids.begin(), ids.end(), record.id) == ids.end()) continue;
    journal_.write("undo-started", {{"id", record.id}, {"lift", true}});
    bool const undone = co_await undo_record(context, record);
    all = all && undone;
  }
  co_return all;
}

std::string UndoLog::doing() const {
  std::string text;
  for (UndoRecord const& record : open_) {
    auto const found = doing_.find(record.id);
    if (found == doing_.end()) continue;
    text += (text.empty() ? "" : "; ") + record.summary + ", since " +
            format_seconds(std::chrono::steady_clock::now() - found->second);
  }
  return text;
}

Task<Result<std::vector<PendingUndo>>> pending_undo(kube::Client& client, std::string ns) {
  kube::ListOptions options{.label_selector = std::string(pending_label) + "=pending", .field_selector = ""};
  Result<kube::ObjectList> listed = co_await client.list(kube::config_map_type, ns, std::move(options));
  if (!listed) co_return fail(listed.error());
  std::vector<PendingUndo> all;
  for (json::value const& item : listed->items) {
    PendingUndo pending{
        .run_id = kube::label_of(item, run_label), .config_map = kube::name_of(item), .records = {}};
    CO_TRY(json::value const records, parse_json(get_string(item, "data.records"), pending.config_map));
    if (!records.is_array()) continue;
    for (json::value const& value : records.get_array()) {
      CO_TRY(UndoRecord record, parse_undo_record(value));
      pending.records.push_back(std::move(record));
    }
    all.push_back(std::move(pending));
  }
  co_return all;
}

}  // namespace pgdrill::engine
