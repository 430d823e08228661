// The Kubernetes API as coroutines. Every call has a deadline; every failure carries the API's Status:
// `status` = HTTP code, `code` = reason, `why` = message, `where` = the object.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/byte_stream.hpp"
#include "harness/kube/kubeconfig.hpp"
#include "harness/kube/resource.hpp"

namespace pgdrill::kube {

enum class PatchType { merge, json_patch, apply };

struct ListOptions {
  std::string label_selector;
  std::string field_selector;
  /// For a watch: a bookmark event tells that all objects that exist have been reported (after the first list
  /// and after each relist), so that "there is none" can be told apart from "not seen yet".
  bool bookmark_after_list = false;
};

struct ObjectList {
  std::vector<json::value> items;
  std::string resource_version;  ///< a watch from here misses nothing
};

struct PatchOptions {
  std::string subresource;  ///< "status", or empty
  std::string field_manager = "pgdrill";
  bool force = false;  ///< for apply: take fields over from other managers
};

struct DeleteOptions {
  std::optional<int> grace_period_seconds;
  std::string propagation = "Background";  ///< Background, Foreground or Orphan
  std::string uid;                         ///< delete only this incarnation; empty: any
};

struct WatchEvent {
  enum class Type { added, modified, deleted, bookmark } type = Type::added;
  json::value object;
};

/// A watch that never ends by itself: it goes on from the last resourceVersion after a lost connection or the
/// server's time-out, and after 410 Gone lists anew and reports the difference as events.
class Watch {
 public:
  virtual ~Watch() = default;
  /// The next event (bookmarks are consumed inside). The first ones report the objects that exist (added).
  /// Errors only when the API has been unreachable for the client's deadline, or refuses (401, 403, 404 for a
  /// kind that it does not serve); the next call tries anew. A cancelled call loses no event.
  [[nodiscard]] virtual Task<Result<WatchEvent>> next() = 0;
};

struct LogOptions {
  std::string container;
  bool follow = false;
  bool previous = false;
  std::optional<int> tail_lines;
};

/// Lines of a container's log as they are written. Unless it began at its tail it goes on after a lost
/// connection, with no line twice and none left out.
class LogStream {
 public:
  virtual ~LogStream() = default;
  [[nodiscard]] virtual Task<Result<std::optional<std::string>>> next_line() = 0;  ///< nothing at the end
};

struct ExecResult {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// A running exec, for large or interactive input; `exec` below suits most callers.
class ExecSession {
 public:
  virtual ~ExecSession() = default;
  struct Output {
    int channel = 0;  ///< 1 stdout, 2 stderr, 0 the end
    std::string bytes;
  };
  [[nodiscard]] virtual Task<Result<>> write(std::string bytes) = 0;
  [[nodiscard]] virtual Task<Result<>> close_input() = 0;  ///< v5 only; in v4 fails with `invalid`
  [[nodiscard]] virtual Task<Result<Output>> read() = 0;
  [[nodiscard]] virtual int exit_code() const = 0;  ///< after the end
};

class Client {
 public:
  /// Makes a client; connects at the first call. `deadline` bounds each call, and each wait for the head of a
  /// stream.
  [[nodiscard]] static std::shared_ptr<Client> create(asio::any_io_executor executor, Access access,
                                                      Duration deadline = std::chrono::seconds(15));
  virtual ~Client() = default;

  [[nodiscard]] virtual Access const& access() const = 0;

  [[nodiscard]] virtual Task<Result<json::value>> get(ObjectRef ref) = 0;
  [[nodiscard]] virtual Task<Result<ObjectList>> list(ResourceType type, std::string ns,
                                                      ListOptions options = ListOptions()) = 0;
  /// `object` needs metadata.name (or generateName); apiVersion and kind are filled in.
  [[nodiscard]] virtual Task<Result<json::value>> create(ResourceType type, std::string ns,
                                                         Object object) = 0;
  /// Replaces; metadata.resourceVersion in `object` makes it conditional (conflict).
  [[nodiscard]] virtual Task<Result<json::value>> update(ObjectRef ref, Object object,
                                                         std::string subresource = "") = 0;
  [[nodiscard]] virtual Task<Result<json::value>> patch(ObjectRef ref, PatchType type, json::value body,
                                                        PatchOptions options = PatchOptions()) = 0;
  /// Success when accepted; the object may live on while it ends. Use wait_gone to see its end.
  [[nodiscard]] virtual Task<Result<>> remove(ObjectRef ref, DeleteOptions options = DeleteOptions()) = 0;

  [[nodiscard]] virtual std::unique_ptr<Watch> watch(ResourceType type, std::string ns,
                                                     ListOptions options = ListOptions()) = 0;

  [[nodiscard]] virtual Task<Result<std::string>> logs(std::string ns, std::string pod,
                                                       LogOptions options = LogOptions()) = 0;
  [[nodiscard]] virtual Task<Result<std::unique_ptr<LogStream>>> follow_logs(std::string ns, std::string pod,
                                                                             LogOptions options) = 0;

  /// Runs a command in a container to its end, within the client's deadline: run_command takes longer ones. A
  /// non-zero exit code is no error here.
  [[nodiscard]] virtual Task<Result<ExecResult>> exec(std::string ns, std::string pod, std::string container,
                                                      std::vector<std::string> command,
                                                      std::string input = "") = 0;
  [[nodiscard]] virtual Task<Result<std::unique_ptr<ExecSession>>> start_exec(
      std::string ns, std::string pod, std::string container, std::vector<std::string> command,
      bool with_input) = 0;
  /// One TCP connection to a port of a pod, through the API server.
  [[nodiscard]] virtual Task<Result<std::unique_ptr<ByteStream>>> port_forward(std::string ns,
                                                                               std::string pod,
                                                                               std::uint16_t port) = 0;
  /// Any other request, e.g. "/version".
  [[nodiscard]] virtual Task<Result<json::value>> raw_get(std::string path) = 0;
};

struct Command {
  std::string ns;
  std::string pod;
  std::string container;
  std::vector<std::string> command;
  std::string input = {};
  Duration limit = std::chrono::minutes(10);  ///< for the command itself, once it has been started
};

/// Runs a command in a container to its end, however much it reads and writes. A non-zero exit code is no
/// error. Input that it does not read must be small: a kubelet holds back the end of a command while more
/// than about 200 KiB of its input are left (seen with containerd, with kubectl as well). Errors: timeout
/// past the limit, unreachable when the connection is lost (whether it ran to its end is unknown).
[[nodiscard]] Task<Result<ExecResult>> run_command(Client& client, Command command);

/// Waits until the predicate holds for the object (null while it does not exist). Error timeout says `what`.
[[nodiscard]] Task<Result<json::value>> wait_for(Client& client, ObjectRef ref,
                                                 std::function<bool(json::value const*)> holds,
                                                 Duration limit, std::string what);
[[nodiscard]] Task<Result<>> wait_gone(Client& client, ObjectRef ref, Duration limit);

/// A port on loopback behind which each new connection is forwarded to the pod that a service selects at that
/// moment (so that it follows a failover, which a plain port-forward does not).
class ServiceForward {
 public:
  [[nodiscard]] static Task<Result<std::unique_ptr<ServiceForward>>> open(std::shared_ptr<Client> client,
                                                                          std::string ns, std::string service,
                                                                          std::uint16_t port);
  virtual ~ServiceForward() = default;  ///< closes listener and connections
  [[nodiscard]] virtual std::uint16_t local_port() const = 0;
  /// Why the newest connection was not forwarded (a client only sees it closed); nothing when it was. See
  /// select_pod.
  [[nodiscard]] virtual std::optional<Error> last_error() const = 0;
};

/// Where a service leads at this moment.
struct PodTarget {
  std::string pod;
  std::uint16_t port = 0;  ///< the service's targetPort, resolved to a number
};

/// The pod that a service selects now: ready and not ending. Errors: not_found for a service or a port of it
/// that does not exist; unreachable with code "NoPodReady" when the service selects no ready pod.
[[nodiscard]] Task<Result<PodTarget>> select_pod(Client& client, std::string ns, std::string service,
                                                 std::uint16_t port);

}  // namespace pgdrill::kube
