#include "harness/kube/retry.hpp"

#include <algorithm>
#include <charconv>

namespace pgdrill::kube {

namespace {
/// An answer of "Retry-After: 0" must not become a busy loop.
constexpr Duration shortest_pause = std::chrono::milliseconds(20);
constexpr Duration pause_without_header = std::chrono::seconds(1);
}  // namespace

std::optional<Duration> retry_pause(net::HttpResponse const& response) {
  if (response.status != 429 && response.status != 503) return std::nullopt;
  std::string_view const text = net::header(response.headers, "Retry-After");
  if (text.empty()) {
    if (response.status == 503) return std::nullopt;
    return pause_without_header;
  }
  unsigned seconds = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (problem != std::errc() || end != text.data() + text.size()) return pause_without_header;
  return std::max<Duration>(std::chrono::seconds(seconds), shortest_pause);
}

}  // namespace pgdrill::kube
