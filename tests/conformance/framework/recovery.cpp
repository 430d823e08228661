#include "tests/conformance/framework/recovery.hpp"

#include "harness/base/text.hpp"
#include "tests/conformance/framework/manifests.hpp"

namespace pgdrill::conformance {

Targets& targets() {
  static Targets found;
  return found;
}

Task<> restore_and_look(Stage& stage, std::string name, json::object target) {
  co_await stage.create(kube::cluster_type, restored_cluster(stage, name, std::move(target)));
  stage.remove_afterwards(name);
  co_await stage.until_healthy(name);
  std::string const rows = co_await stage.sql(name + "-1", "select string_agg(v, ',' order by id) from t");
  stage.note("rows of " + name, rows);
}

namespace {

constexpr std::size_t longest_message = 300;

// The messages of a log in JSON lines: the operator's own, and PostgreSQL's inside of them.
void note_messages(Stage& stage, std::string const& track, std::string_view log) {
  for (std::string const& text : split(log, '\n')) {
    auto const line = parse_json(text);
    if (!line) continue;
    std::string const level = get_string(*line, "level");
    std::string const severity = get_string(*line, "record.error_severity");
    std::string message = severity.empty() ? level + " " + get_string(*line, "msg")
                                           : severity + " " + get_string(*line, "record.message");
    if (std::string const error = get_string(*line, "error"); !error.empty()) message += " | " + error;
    // The first line says what it is; programs' whole outputs come as one message.
    stage.note(track, message.substr(0, std::min(message.find('\n'), longest_message)));
  }
}

}  // namespace

Task<> fail_to_restore(Stage& stage, std::string name, json::object target) {
  stage.remove_afterwards(name);
  co_await stage.create(kube::cluster_type, restored_cluster(stage, name, std::move(target)));
  Stage::Condition failed = [](json::value const* pod) {
    return get_string(*pod, "status.phase") == "Failed";
  };
  auto const pod = co_await stage.until_pod("cnpg.io/jobRole=full-recovery,cnpg.io/cluster=" + name,
                                            "the recovery to fail", std::move(failed));
  auto const log =
      co_await stage.client().logs(stage.ns(), kube::name_of(pod), {.container = "full-recovery"});
  if (!log) throw ChapterFailed(::pgdrill::describe(log.error()));
  note_messages(stage, "log of the recovery", *log);
}

}  // namespace pgdrill::conformance
