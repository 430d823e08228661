#include "harness/kube/kubeconfig_file.hpp"
#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(kubeconfig) {
  auto const parsed = pgdrill::kube::parse_kubeconfig(std::string(input), "config");
  if (!parsed) pgdrill::fuzz::require(!parsed.error().what.empty(), "an error says what failed");
}
