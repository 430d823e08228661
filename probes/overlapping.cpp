#include "probes/overlapping.hpp"

#include <utility>

#include "harness/base/scope.hpp"

namespace pgdrill::probes {

namespace {

/// A connection that an outage or a slow answer made necessary is closed when it was not needed for so long.
constexpr Duration keep_idle = std::chrono::seconds(1);

class Lanes {
 public:
  Lanes(engine::RunContext& context, std::string probe, CallClass call_class)
      : class_(std::move(call_class)), sampler_(context, std::move(probe), class_.name, class_.every) {}

  Task<> run(Scope& scope) {
    while (true) {
      Slot const slot = co_await sampler_.next();
      if (must_wait(slot)) {
        waiting_.push_back(slot.scheduled);
        continue;
      }
      ++running_;
      last_start_ = slot.started;
      scope.spawn(class_.name, make_call(take_link(), slot));
    }
  }

 private:
  [[nodiscard]] bool must_wait(Slot const& slot) const {
    if (running_ == most_at_once) return true;
    return running_ > 0 && slot.started - last_start_ < class_.deadline / most_at_once;
  }

  struct Idle {
    std::unique_ptr<Link> link;
    Monotonic since;
  };

  Task<> make_call(std::unique_ptr<Link> link, Slot slot) {
    Outcome const outcome = co_await class_.call(*link);
    sampler_.record(slot, outcome);
    for (Monotonic const scheduled : std::exchange(waiting_, {}))
      sampler_.record({.scheduled = scheduled, .started = scheduled, .waited = true}, outcome);
    --running_;
    idle_.push_back({.link = std::move(link), .since = std::chrono::steady_clock::now()});
  }

  // The one used last comes first, so that a server that answers in time sees one connection.
  std::unique_ptr<Link> take_link() {
    Monotonic const now = std::chrono::steady_clock::now();
    if (idle_.empty()) return class_.make_link();
    auto link = std::move(idle_.back().link);
    idle_.pop_back();
    std::erase_if(idle_, [now](Idle const& idle) { return now - idle.since > keep_idle; });
    return link;
  }

  CallClass class_;
  Sampler sampler_;
  std::vector<Idle> idle_;
  std::vector<Monotonic> waiting_;  ///< slots that fell due while no further call could be made
  Monotonic last_start_{};
  std::size_t running_ = 0;
};

}  // namespace

std::function<std::unique_ptr<Link>()> link_maker(engine::RunContext& context,
                                                  scenario::ProbeSpec const& spec, Duration lifetime) {
  return [&context, way = way_of(context, spec), lifetime] {
    return std::make_unique<Link>(context, way, lifetime);
  };
}

Task<> call_on_schedule(engine::RunContext& context, std::string probe, CallClass call_class) {
  Lanes lanes(context, std::move(probe), std::move(call_class));
  std::function<Task<>(Scope&)> body = [&lanes](Scope& scope) { return lanes.run(scope); };
  co_await with_scope(std::move(body));
}

}  // namespace pgdrill::probes
