#include "harness/base/scope.hpp"
#include "harness/sandbox/api/streams.hpp"

namespace pgdrill::sandbox {
namespace {

Task<> then_cancel(Task<> work, Scope& scope) {
  co_await std::move(work);
  scope.cancel();
}

}  // namespace

Task<> until_first(Task<> one, Task<> other) {
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("one", then_cancel(std::move(one), scope));
  scope.spawn("other", then_cancel(std::move(other), scope));
  co_await scope.join();
}

}  // namespace pgdrill::sandbox
