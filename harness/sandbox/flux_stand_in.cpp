#include "harness/sandbox/flux_stand_in.hpp"

#if __has_include("harness/sandbox/flux/controllers.hpp")
#include "harness/sandbox/flux/controllers.hpp"
#endif
#if __has_include("harness/sandbox/flux/demo.hpp")
#include "harness/sandbox/flux/demo.hpp"
#endif

namespace pgdrill::sandbox {

Task<> run_flux_stand_in(Store& store, Environment environment) {
#if __has_include("harness/sandbox/flux/controllers.hpp")
  co_await run_flux(store, std::move(environment));
#else
  (void)store, (void)environment;
  co_return;
#endif
}

Task<Result<>> apply_demo(Store& store, Environment environment) {
#if __has_include("harness/sandbox/flux/demo.hpp")
  auto result = make_demo(store, std::move(environment));
  if constexpr (std::is_same_v<decltype(result), Result<>>) {
    co_return result;
  } else {
    co_return co_await std::move(result);
  }
#else
  (void)environment;
  (void)store.create(
      kube::namespace_type,
      {{"metadata", {{"name", "develop"}, {"labels", {{"pgdrill.io/allow-faults", "true"}}}}}});
  co_return Result<>();
#endif
}

}  // namespace pgdrill::sandbox
