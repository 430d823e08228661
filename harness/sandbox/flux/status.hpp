// What the two controllers write into status in the same way.
#pragma once
#include <string>

#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

inline constexpr std::string_view requested_at = "reconcile.fluxcd.io/requestedAt";

/// Sets a condition; lastTransitionTime changes with its status only.
void set_condition(kube::Object& object, std::string const& type, std::string const& status,
                   std::string const& reason, std::string const& message);
void drop_condition(kube::Object& object, std::string_view type);
/// observedGeneration and lastHandledReconcileAt, as they stand in `seen` (the object as it was reconciled).
void set_observed(kube::Object& object, json::value const& seen);
/// True when the object asks for a reconciliation that its status has not seen: a new generation, a new
/// request.
[[nodiscard]] bool asks_for_more(json::value const& object);
/// A duration in a field ("10s", "1m0s"), or `otherwise`.
[[nodiscard]] Duration duration_at(json::value const& object, std::string_view path, Duration otherwise);

}  // namespace pgdrill::sandbox
