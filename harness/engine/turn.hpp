// One at a time: coroutines take turns at what must not overlap.
#pragma once
#include <optional>
#include <utility>

#include "harness/base/task.hpp"

namespace pgdrill::engine {

class Turns {
 public:
  /// Given back when it is destroyed.
  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    Turns* turns_;
  };

  /// Waits until all who came before have given their turn back.
  [[nodiscard]] Task<Turn> take();

 private:
  bool taken_ = false;
  std::optional<asio::steady_timer> given_back_;
};

}  // namespace pgdrill::engine
