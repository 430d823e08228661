// The client's one class, for the units that implement it.
#pragma once
#include "harness/kube/client.hpp"
#include "harness/kube/transport.hpp"

namespace pgdrill::kube {

class ClientImpl final : public Client, public std::enable_shared_from_this<ClientImpl> {
 public:
  ClientImpl(Access access, Duration deadline) : transport_(std::move(access), deadline) {}

  Access const& access() const override { return transport_.access(); }
  Transport& transport() { return transport_; }

  // client_requests.cpp
  Task<Result<json::value>> get(ObjectRef ref) override;
  Task<Result<ObjectList>> list(ResourceType type, std::string ns, ListOptions options) override;
  Task<Result<json::value>> create(ResourceType type, std::string ns, Object object) override;
  Task<Result<json::value>> update(ObjectRef ref, Object object, std::string subresource) override;
  Task<Result<json::value>> patch(ObjectRef ref, PatchType type, json::value body,
                                  PatchOptions options) override;
  Task<Result<>> remove(ObjectRef ref, DeleteOptions options) override;
  Task<Result<json::value>> raw_get(std::string path) override;
  // client_watch.cpp
  std::unique_ptr<Watch> watch(ResourceType type, std::string ns, ListOptions options) override;
  // client_logs.cpp
  Task<Result<std::string>> logs(std::string ns, std::string pod, LogOptions options) override;
  Task<Result<std::unique_ptr<LogStream>>> follow_logs(std::string ns, std::string pod,
                                                       LogOptions options) override;
  // client_exec.cpp
  Task<Result<ExecResult>> exec(std::string ns, std::string pod, std::string container,
                                std::vector<std::string> command, std::string input) override;
  Task<Result<std::unique_ptr<ExecSession>>> start_exec(std::string ns, std::string pod,
                                                        std::string container,
                                                        std::vector<std::string> command,
                                                        bool with_input) override;
  // client_port_forward.cpp
  Task<Result<std::unique_ptr<ByteStream>>> port_forward(std::string ns, std::string pod,
                                                         std::uint16_t port) override;

 private:
  Task<Result<json::value>> json_call(Call call);
  Task<Result<ObjectList>> list_pages(ResourceType type, std::string ns, ListOptions options,
                                      std::size_t limit);

  Transport transport_;
};

/// "?a=1&b=2" from parameters, percent-encoded; those with an empty value are left out.
[[nodiscard]] std::string query_of(net::Headers const& parameters);

}  // namespace pgdrill::kube
