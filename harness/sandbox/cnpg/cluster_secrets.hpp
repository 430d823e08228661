// The secrets of a Cluster: <c>-ca, <c>-server, <c>-replication and <c>-app.
#pragma once
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox::cnpg {

/// Creates what is missing. <c>-app only when an application database is asked for and no secret is named.
[[nodiscard]] Result<> ensure_secrets(Store& store, json::value const& cluster);

/// The secret with the application's credentials; empty when there is no application database.
[[nodiscard]] std::string application_secret(json::value const& cluster);
struct Application {
  std::string database;  ///< both empty when there is none
  std::string owner;
};
/// What bootstrap names; initdb has the default app/app, a recovery has none.
[[nodiscard]] Application application_of(json::value const& cluster);

/// A decoded value of a secret; empty when it, or the secret, is missing.
[[nodiscard]] std::string secret_value(Store const& store, std::string const& ns, std::string const& name,
                                       std::string const& key);

}  // namespace pgdrill::sandbox::cnpg
