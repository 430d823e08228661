#include "harness/kube/kubeconfig.hpp"

#include <cstdlib>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/kube/access_sources.hpp"

namespace pgdrill::kube {

namespace {

namespace fs = std::filesystem;

std::string variable(char const* name) {
  char const* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// A place where a kubeconfig may lie, and how to speak of it.
struct Place {
  fs::path file;
  std::string told;
};

std::vector<Place> places_of(Surroundings const& surroundings) {
  std::vector<Place> places;
  if (surroundings.kubeconfig) {
    for (std::string const& entry : split(*surroundings.kubeconfig, ':')) {
      if (!entry.empty()) places.push_back({entry, entry + " (from $KUBECONFIG)"});
    }
    if (!places.empty()) return places;
  }
  if (!surroundings.home.empty()) {
    fs::path const file = fs::path(surroundings.home) / ".kube" / "config";
    places.push_back({file, file.string()});
  }
  return places;
}

Result<Kubeconfig> read_kubeconfig(fs::path const& file) {
  Result<std::string> const text = read_file(file);
  if (!text) {
    return fail({.kind = ErrorKind::unreachable,
                 .what = "cannot read the kubeconfig",
                 .where = file.string(),
                 .why = text.error().why});
  }
  return parse_kubeconfig(*text, file);
}

Error nowhere(std::vector<Place> const& places, Surroundings const& surroundings) {
  std::vector<std::string> looked_at;
  for (Place const& place : places) looked_at.push_back(place.told + ": no such file");
  if (surroundings.home.empty() && places.empty()) looked_at.push_back("$KUBECONFIG and $HOME: not set");
  looked_at.push_back(surroundings.service_account.string() +
                      (surroundings.service_host.empty() ? ": not in a pod (no $KUBERNETES_SERVICE_HOST)"
                                                         : ": no token there"));
  return {
      .kind = ErrorKind::unreachable,
      .what = "cannot find a Kubernetes cluster",
      .why = "looked at " + join(looked_at, "; "),
      .todo = "name a kubeconfig with --kubeconfig or $KUBECONFIG, or start a sandbox: pgdrill sandbox up"};
}

}  // namespace

Surroundings Surroundings::of_this_process() {
  Surroundings found;
  if (char const* const list = std::getenv("KUBECONFIG"); list != nullptr && *list != '\0')
    found.kubeconfig = list;
  found.home = variable("HOME");
  found.service_host = variable("KUBERNETES_SERVICE_HOST");
  found.service_port = variable("KUBERNETES_SERVICE_PORT");
  return found;
}

Task<Result<Access>> resolve_access_in(AccessOptions options, Surroundings surroundings) {
  if (!options.kubeconfig.empty()) {
    CO_TRY(Kubeconfig config, read_kubeconfig(options.kubeconfig));
    co_return co_await access_of_context(std::move(config), options.context, options.kubeconfig);
  }
  std::vector<Place> const places = places_of(surroundings);
  Kubeconfig merged;
  std::vector<std::string> found;
  for (Place const& place : places) {
    std::error_code ignored;
    if (!fs::exists(place.file, ignored)) continue;
    CO_TRY(Kubeconfig config, read_kubeconfig(place.file));
    merge_kubeconfig(merged, std::move(config));
    found.push_back(place.file.string());
  }
  if (!found.empty())
    co_return co_await access_of_context(std::move(merged), options.context, join(found, ":"));
  std::error_code ignored;
  bool const mounted = fs::exists(surroundings.service_account / "token", ignored);
  if (mounted && !surroundings.service_host.empty()) co_return in_cluster_access(surroundings);
  co_return fail(nowhere(places, surroundings));
}

Task<Result<Access>> resolve_access(AccessOptions options) {
  co_return co_await resolve_access_in(std::move(options), Surroundings::of_this_process());
}

}  // namespace pgdrill::kube
