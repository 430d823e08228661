// The part of the terminal that is painted again and again while a run goes on.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "reports/live_state.hpp"

namespace pgdrill::reports {

/// Colours of the terminal, or none.
class Paint {
 public:
  explicit Paint(bool colour) : colour_(colour) {}
  [[nodiscard]] std::string operator()(std::string const& text, std::string_view code) const;

 private:
  bool colour_;
};
inline constexpr std::string_view green = "32";
inline constexpr std::string_view red = "31";
inline constexpr std::string_view yellow = "33";
inline constexpr std::string_view grey = "90";

/// Lines of at most `width` columns: what runs and what it waits for, the RTO, the probes, the worst case.
/// Empty when there is nothing to show.
[[nodiscard]] std::vector<std::string> live_screen(LiveState const& state, Nanoseconds now, std::size_t width,
                                                   Paint const& paint);

/// Text cut to so many columns, the cut shown by an ellipsis; escape sequences take no column and are kept
/// whole.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t width);
/// "1m 12s", "45s", "12.3s": for people, coarser as it grows.
[[nodiscard]] std::string short_duration(Nanoseconds duration);

}  // namespace pgdrill::reports
