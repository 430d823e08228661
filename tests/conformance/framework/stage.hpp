// What a chapter acts with: the API as any client has it, and the notes of what came back.
#pragma once
#include <stdexcept>

#include "harness/kube/client.hpp"
#include "harness/kube/transport.hpp"
#include "tests/conformance/framework/recorder.hpp"

namespace pgdrill::conformance {

/// How the API under test wants its objects; nothing else may depend on which one it is.
struct Setting {
  std::string image;           ///< of PostgreSQL
  std::string storage_class;   ///< empty: the default one
  std::string store_endpoint;  ///< of the object store
  std::string store_id = "store";
  std::string store_key = "storesecret";
  Duration quiet;  ///< how long nothing must change until a chapter is over
};

/// Ends a chapter that cannot go on; its message is the report.
struct ChapterFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Stage {
 public:
  Stage(std::shared_ptr<kube::Client> client, std::string ns, Setting setting, Recorder& recorder);

  [[nodiscard]] kube::Client& client() { return *client_; }
  [[nodiscard]] std::string const& ns() const { return ns_; }
  [[nodiscard]] Setting const& setting() const { return setting_; }
  [[nodiscard]] Recorder& recorder() { return recorder_; }

  [[nodiscard]] Task<> create(kube::ResourceType type, kube::Object object);
  [[nodiscard]] Task<> merge(kube::ResourceType type, std::string name, json::value change,
                             std::string subresource = "");
  [[nodiscard]] Task<> remove(kube::ResourceType type, std::string name, int grace_seconds = -1);
  /// Waits for the condition; ChapterFailed says `what` and what there was instead.
  using Condition = std::function<bool(json::value const*)>;
  [[nodiscard]] Task<json::value> until(kube::ResourceType type, std::string name, std::string what,
                                        Condition holds);
  /// The first pod with this label selector for which the condition holds.
  [[nodiscard]] Task<json::value> until_pod(std::string selector, std::string what, Condition holds);
  [[nodiscard]] Task<> until_phase(kube::ResourceType type, std::string name, std::string phase);
  [[nodiscard]] Task<> until_healthy(std::string cluster);
  [[nodiscard]] Task<> until_gone(kube::ResourceType type, std::string name);

  /// Removed, with its pods, when the chapter has been noted.
  void remove_afterwards(std::string cluster) { leftovers_.push_back(std::move(cluster)); }
  [[nodiscard]] Task<> remove_leftovers();

  [[nodiscard]] Task<std::string> primary_of(std::string cluster);
  /// The trimmed output of a statement in database app, by psql in the pod.
  [[nodiscard]] Task<std::string> sql(std::string pod, std::string statement);

  /// Sends a request as it stands and notes the answer: "404 NotFound: ..." or, when it is a success,
  /// `summary` of its body.
  using Summary = std::function<std::string(json::value const&)>;
  [[nodiscard]] Task<> request(std::string track, net::HttpRequest request, Summary summary);
  void note(std::string const& track, std::string_view value) { recorder_.note(track, value); }

  /// /api/v1/namespaces/NS/... of a kind of this namespace.
  [[nodiscard]] std::string path(kube::ResourceType const& type, std::string_view name = "",
                                 std::string_view subresource = "") const {
    return kube::path_to(type, ns_, name, subresource);
  }
  [[nodiscard]] kube::Transport& transport() { return transport_; }

 private:
  std::shared_ptr<kube::Client> client_;
  kube::Transport transport_;
  std::string ns_;
  Setting setting_;
  Recorder& recorder_;
  std::vector<std::string> leftovers_;
};

}  // namespace pgdrill::conformance
