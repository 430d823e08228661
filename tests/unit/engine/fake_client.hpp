// A Kubernetes API in memory for tests of the engine: objects, resourceVersions, merge patches, watches;
// answers can be scripted to fail.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/kube/client.hpp"

namespace pgdrill::engine {

class FakeClient final : public kube::Client {
 public:
  /// Puts an object there as if somebody else had made it.
  void put(kube::ObjectRef const& ref, kube::Object object);
  [[nodiscard]] json::value const* object(kube::ObjectRef const& ref) const;
  [[nodiscard]] bool exists(kube::ObjectRef const& ref) const { return object(ref) != nullptr; }
  /// Asked before each call with "create Lease develop/pgdrill"; an error it gives is the call's answer.
  std::function<std::optional<Error>(std::string const& call)> intercept;
  /// Answers SelfSubjectAccessReviews by their resourceAttributes.
  std::function<bool(json::value const& attributes)> may = [](json::value const&) { return true; };
  std::vector<std::string> calls;  ///< writing ones, in order
  /// What the log of a pod's container says, to its end; without it logs cannot be followed.
  std::function<std::vector<std::string>(std::string const& pod, std::string const& container)> log_lines;

  /// Runs what is to be run in a container; without it nothing can be.
  std::function<kube::ExecResult(std::vector<std::string> const& command)> run_command;

  kube::Access const& access() const override { return access_; }
  Task<Result<json::value>> get(kube::ObjectRef ref) override;
  Task<Result<kube::ObjectList>> list(kube::ResourceType type, std::string ns,
                                      kube::ListOptions options) override;
  Task<Result<json::value>> create(kube::ResourceType type, std::string ns, kube::Object object) override;
  Task<Result<json::value>> update(kube::ObjectRef ref, kube::Object object,
                                   std::string subresource) override;
  Task<Result<json::value>> patch(kube::ObjectRef ref, kube::PatchType type, json::value body,
                                  kube::PatchOptions options) override;
  Task<Result<>> remove(kube::ObjectRef ref, kube::DeleteOptions options) override;
  std::unique_ptr<kube::Watch> watch(kube::ResourceType type, std::string ns,
                                     kube::ListOptions options) override;
  Task<Result<std::string>> logs(std::string, std::string, kube::LogOptions) override;
  Task<Result<std::unique_ptr<kube::LogStream>>> follow_logs(std::string, std::string,
                                                             kube::LogOptions) override;
  Task<Result<kube::ExecResult>> exec(std::string, std::string, std::string, std::vector<std::string>,
                                      std::string) override;
  Task<Result<std::unique_ptr<kube::ExecSession>>> start_exec(std::string, std::string, std::string,
                                                              std::vector<std::string>, bool) override;
  Task<Result<std::unique_ptr<ByteStream>>> port_forward(std::string, std::string, std::uint16_t) override;
  Task<Result<json::value>> raw_get(std::string) override;

 private:
  [[nodiscard]] std::optional<Error> refusal(std::string const& verb, kube::ObjectRef const& ref,
                                             bool writes);
  json::value store(kube::ObjectRef const& ref, kube::Object object);
  kube::Access access_;
  std::map<std::string, json::value> objects_;  ///< by ObjectRef::text()
  int version_ = 0;
};

/// A namespace "develop" that may be broken.
void allow_faults(FakeClient& client);

}  // namespace pgdrill::engine
