// How a watch goes on, without I/O:
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
//
// The owner does what `wants` says (a list, or a watch from `resource_version`) and reports what came; events
// come out by `take`. Lost connections need no report: `wants` and `resource_version` stay right at every
// moment.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "harness/kube/client.hpp"

namespace pgdrill::kube {

class WatchState {
 public:
  enum class Wants { list, watch };

  explicit WatchState(bool bookmark_after_list) : bookmark_after_list_(bookmark_after_list) {}

  [[nodiscard]] Wants wants() const { return wants_; }
  [[nodiscard]] std::string const& resource_version() const { return version_; }

  /// A complete list: what differs from what was reported so far becomes events (deleted with the last known
  /// object, a replaced incarnation as deleted and added, then added and modified).
  void on_list(ObjectList list);
  /// One line of a watch. 410 (as event) and every ERROR event make it want a list. Errors: invalid for what
  /// is no event; refused when the Status in an ERROR event says 401 or 403.
  [[nodiscard]] Result<> on_line(std::string_view line);
  /// The request for a watch was answered by 410.
  void on_gone() { wants_ = Wants::list; }

  [[nodiscard]] std::optional<WatchEvent> take();

 private:
  void on_object(WatchEvent::Type type, json::value object);
  void emit(WatchEvent::Type type, json::value object);

  bool bookmark_after_list_;
  Wants wants_ = Wants::list;
  std::string version_;
  std::map<std::string, json::value> known_;  ///< by namespace/name, as last reported
  std::deque<WatchEvent> events_;
};

}  // namespace pgdrill::kube
