#include "harness/steps/steady_clients.hpp"

#include <map>

namespace pgdrill::steps {

struct SteadyClients::Seen {
  std::map<std::string, bool> right;  ///< by probe and class: whether the last answer was right
  Monotonic last_other = std::chrono::steady_clock::now();
};

namespace {

constexpr Duration look_interval = std::chrono::milliseconds(20);

}  // namespace

// The journal keeps its listeners to its own end: what they write to is shared.
SteadyClients::SteadyClients(engine::Journal& journal) : seen_(std::make_shared<Seen>()) {
  journal.subscribe([seen = seen_](json::object const& event) {
    json::value const whole(event);
    if (get_string(whole, "event") != "sample" || whole.as_object().contains("overtaken")) return;
    bool const right = get_string(whole, "status") == "right";
    seen->right[get_string(whole, "probe") + " " + get_string(whole, "class")] = right;
    if (!right) seen->last_other = std::chrono::steady_clock::now();
  });
}

Task<bool> SteadyClients::wait(Duration stretch, Duration limit) const {
  Monotonic const end = std::chrono::steady_clock::now() + limit;
  while (true) {
    Monotonic const now = std::chrono::steady_clock::now();
    bool all_right = true;
    for (auto const& [series, right] : seen_->right) all_right = all_right && right;
    if (all_right && now - seen_->last_other >= stretch) co_return true;
    if (now >= end) co_return false;
    co_await sleep_for(look_interval);
  }
}

}  // namespace pgdrill::steps
