// Lines out of pieces that are cut anywhere.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace pgdrill::kube {

class Lines {
 public:
  void feed(std::string_view piece);
  /// The next whole line without its newline.
  [[nodiscard]] std::optional<std::string> take();
  /// What came after the last newline, at the end of the stream; empty when it ended in one.
  [[nodiscard]] std::string take_rest();

 private:
  std::deque<std::string> lines_;
  std::string rest_;
};

}  // namespace pgdrill::kube
