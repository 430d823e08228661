// A condition variable for coroutines of one thread: whoever changes state notifies, whoever waits checks the
// state again. Nothing is lost as long as no await lies between the check and wait().
#pragma once
#include <list>

#include "harness/base/task.hpp"

namespace pgdrill::sandbox {

class Wake {
 public:
  /// Wakes all who wait now.
  void notify();
  /// Waits for a notification or until the time has come, whichever is first.
  [[nodiscard]] Task<> wait(Monotonic until = Monotonic::max());

 private:
  std::list<asio::steady_timer*> waiting_;
};

}  // namespace pgdrill::sandbox
