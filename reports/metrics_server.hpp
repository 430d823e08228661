// GET /metrics over our own HTTP code: prometheus-cpp's exposer carries a web server of its own.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "harness/base/task.hpp"

namespace pgdrill::net {
class Listener;
}

namespace pgdrill::reports {

/// Answers GET /metrics with what `text` gives, until cancelled. Takes the listener, which must not outlive
/// the loop; `text` refers to what outlives this task.
[[nodiscard]] Task<> serve_metrics_text(std::unique_ptr<net::Listener> listener,
                                        std::function<std::string()> text);

}  // namespace pgdrill::reports
