#include "harness/kube/lines.hpp"

#include <utility>

namespace pgdrill::kube {

void Lines::feed(std::string_view piece) {
  for (std::size_t end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
    rest_ += piece.substr(0, end);
    lines_.push_back(std::exchange(rest_, {}));
    piece.remove_prefix(end + 1);
  }
  rest_ += piece;
}

std::optional<std::string> Lines::take() {
  if (lines_.empty()) return std::nullopt;
  std::string line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

std::string Lines::take_rest() { return std::exchange(rest_, {}); }

}  // namespace pgdrill::kube
