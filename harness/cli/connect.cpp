#include "harness/cli/connect.hpp"

namespace pgdrill::cli {

Task<Result<Connection>> connect(Arguments const& arguments) {
  kube::AccessOptions options{.kubeconfig = arguments.text("kubeconfig"),
                              .context = arguments.text("context")};
  CO_TRY(kube::Access access, co_await kube::resolve_access(std::move(options)));
  std::string ns = arguments.text("namespace");
  if (ns.empty()) ns = access.default_namespace;
  std::shared_ptr<kube::Client> client =
      kube::Client::create(co_await asio::this_coro::executor, std::move(access));
  CO_TRY_VOID(co_await client->raw_get("/version"));
  co_return Connection{std::move(client), std::move(ns)};
}

}  // namespace pgdrill::cli
