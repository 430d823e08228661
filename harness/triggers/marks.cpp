#include "harness/triggers/marks.hpp"

namespace pgdrill::triggers {

Task<Result<>> feed_marks(engine::RunContext& context, engine::Look look) {
  for (auto const& [name, times] : context.mark_times) {
    if (look(json::object{{"name", name}, {"marked_ns", times.front()}})) co_return Result<>();
  }
  engine::Look look_at_name = [look](json::value event) {
    json::object seen{{"name", get_string(event, "name")}, {"marked_ns", get_int(event, "t")}};
    if (std::string const at = get_string(event, "at"); !at.empty()) seen["at"] = at;
    return look(std::move(seen));
  };
  co_return co_await feed_events(context, "mark", std::move(look_at_name));
}

}  // namespace pgdrill::triggers
