#include "harness/cli/verb.hpp"

#include <algorithm>
#include <charconv>

#include "harness/base/text.hpp"

namespace pgdrill::cli {

namespace {

std::vector<Verb (*)()>& registered_verbs() {
  static std::vector<Verb (*)()> verbs;
  return verbs;
}

}  // namespace

std::string Arguments::text(std::string const& name) const {
  auto const found = values_.find(name);
  return found == values_.end() || found->second.empty() ? std::string() : found->second.back();
}

bool Arguments::flag(std::string const& name) const { return text(name) == "true"; }

bool Arguments::given(std::string const& name) const { return !text(name).empty(); }

std::vector<std::string> Arguments::texts(std::string const& name) const {
  auto const found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

RegisterVerb::RegisterVerb(Verb (*describe)()) { registered_verbs().push_back(describe); }

std::vector<Verb> verbs() {
  std::vector<Verb> all;
  for (auto* const describe : registered_verbs()) all.push_back(describe());
  std::sort(all.begin(), all.end(), [](Verb const& a, Verb const& b) { return a.name < b.name; });
  return all;
}

std::string long_name(std::string const& option) {
  std::string const last = split(option, ',').back();
  return last.substr(last.find_first_not_of('-'));
}

Result<std::uint16_t> port_option(Arguments const& arguments, std::string const& name) {
  std::string const given = arguments.text(name);
  std::uint16_t port = 0;
  auto const [end, problem] = std::from_chars(given.data(), given.data() + given.size(), port);
  if (problem == std::errc() && end == given.data() + given.size()) return port;
  return fail({.kind = ErrorKind::usage,
               .what = "--" + name + " takes a port",
               .why = "'" + given + "' is no number from 0 to 65535"});
}

std::vector<Option> cluster_options() {
  return {{.name = "--kubeconfig",
           .help = "kubeconfig file (default: $KUBECONFIG, ~/.kube/config, the pod's own account)",
           .values = "file"},
          {.name = "--context", .help = "context of the kubeconfig (default: its current one)"},
          {.name = "-n,--namespace", .help = "namespace (default: the scenario's, or the context's)"}};
}

}  // namespace pgdrill::cli
