// log-line: a pod writes a line that matches.
#include <regex>

#include "harness/triggers/feeds.hpp"

namespace pgdrill::triggers {

namespace {

using scenario::ParameterType;

std::string why_no_expression(std::string const& text) {
  try {
    std::regex const compiled(text);
  } catch (std::regex_error const& error) {
    return error.what();
  }
  return "";
}

class LogLine final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "log-line",
        .summary = "A pod writes a line that matches, for the first or the n-th time from now on",
        .parameters = {{.name = "matches",
                        .required = true,
                        .help = "ECMAScript regular expression, anywhere in the line.",
                        .complaint = &why_no_expression},
                       {"selector", ParameterType::text, false, "",
                        "Label selector of the pods; default: the instances of the target Cluster."},
                       {"container", ParameterType::text, false, "", "Default: the pod's first."},
                       {"count", ParameterType::integer, false, "1", "At which matching line.", {}, "lines"}},
        .permissions = {{"", {"pods", "pods/log"}, {"get", "list", "watch"}}}};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& observation) override {
    if (!expression_) expression_.emplace(spec.parameters.text("matches"));
    if (std::regex_search(get_string(observation, "line"), *expression_)) ++matching_;
    return matching_ >= spec.parameters.integer("count");
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    expression_.emplace(spec.parameters.text("matches"));
    std::string selector = spec.parameters.text("selector");
    if (selector.empty())
      selector = "cnpg.io/cluster=" + context.target.cluster + ",cnpg.io/podRole=instance";
    PodLogs logs{.selector = std::move(selector), .container = spec.parameters.text("container")};
    co_return co_await feed_logs(context, std::move(logs), std::move(look));
  }

 private:
  std::optional<std::regex> expression_;
  std::int64_t matching_ = 0;
};

engine::RegisterTrigger<LogLine> const registered;

}  // namespace

}  // namespace pgdrill::triggers
