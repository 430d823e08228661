#include "harness/cnpg/database_access.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/cnpg/cluster_view.hpp"
#include "harness/postgres/sqlstate.hpp"

namespace pgdrill::cnpg {

namespace {

constexpr std::uint16_t postgres_port = 5432;

/// A value of a Secret, decoded; nothing when the key is missing.
Result<std::optional<std::string>> secret_value(json::value const& secret, std::string_view key) {
  auto const* const value = member(find(secret, "data"), key);
  if (value == nullptr || !value->is_string()) return std::optional<std::string>();
  TRY(auto decoded, base64_decode(value->as_string()));
  return std::optional<std::string>(std::move(decoded));
}

Result<std::string> needed_value(json::value const& secret, kube::ObjectRef const& ref,
                                 std::string_view key) {
  TRY(auto value, secret_value(secret, key));
  if (value) return std::move(*value);
  return fail({.kind = ErrorKind::invalid,
               .what = "cannot read database credentials",
               .where = ref.text(),
               .why = "the secret has no key '" + std::string(key) + "'",
               .todo = "name a secret of type kubernetes.io/basic-auth, as CloudNativePG makes it"});
}

Error psql_error(kube::ExecResult const& result, std::string where) {
  std::string const text = result.err.empty() ? result.out : result.err;
  if (auto refusal = postgres::parse_refusal(text)) {
    return {.kind = ErrorKind::postgres,
            .what = "PostgreSQL refused a statement",
            .where = std::move(where),
            .why = std::move(refusal->message),
            .code = std::move(refusal->code)};
  }
  // psql's exit code 2: it could not connect, or lost the connection.
  auto const kind = result.exit_code == 2 ? ErrorKind::unreachable : ErrorKind::io;
  return {.kind = kind, .what = "psql failed", .where = std::move(where), .why = std::string(trim(text))};
}

/// The port at which a Service publishes PostgreSQL: the usual one, or its only one.
Result<std::uint16_t> published_port(json::value const& service, kube::ObjectRef const& ref) {
  auto const* const ports = find(service, "spec.ports");
  json::array const all = ports != nullptr && ports->is_array() ? ports->as_array() : json::array();
  for (auto const& port : all) {
    auto const number = static_cast<std::uint16_t>(get_int(port, "port"));
    if (number == postgres_port || all.size() == 1) return number;
  }
  return fail({.kind = ErrorKind::invalid,
               .what = "cannot tell at which port the Service publishes PostgreSQL",
               .where = ref.text(),
               .why = "it has " + std::to_string(all.size()) + " ports, and none is 5432"});
}

}  // namespace

/// A file without a name, for libpq, which takes certificates from files alone: nothing is left on a disk.
class MemoryFile {
 public:
  static Result<std::unique_ptr<MemoryFile>> make(std::string_view text) {
    std::unique_ptr<MemoryFile> file(new MemoryFile(::memfd_create("pgdrill-authority", MFD_CLOEXEC)));
    bool const written = file->descriptor_ >= 0 && ::write(file->descriptor_, text.data(), text.size()) ==
                                                       static_cast<ssize_t>(text.size());
    if (written) return file;
    return fail({.kind = ErrorKind::io, .what = "cannot keep a certificate", .why = std::strerror(errno)});
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(MemoryFile const&) = delete;
  MemoryFile& operator=(MemoryFile const&) = delete;
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  explicit MemoryFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

std::string service_name_in_dns(std::string_view service, std::string_view ns) {
  return std::string(service).append(".").append(ns).append(".svc");
}

DatabaseAccess::DatabaseAccess(std::shared_ptr<kube::Client> kube, std::string ns)
    : kube_(std::move(kube)), ns_(std::move(ns)) {}

DatabaseAccess::~DatabaseAccess() = default;

Task<Result<postgres::ConnectionParameters>> DatabaseAccess::reach(std::string service, std::string secret,
                                                                   std::string database) {
  return reach(Way{.service = std::move(service), .secret = std::move(secret)}, std::move(database));
}

Task<Result<postgres::ConnectionParameters>> DatabaseAccess::reach(Way way, std::string database) {
  kube::ObjectRef const ref{kube::secret_type, ns_, way.secret};
  CO_TRY(json::value const object, co_await kube_->get(ref));
  postgres::ConnectionParameters result;
  CO_TRY(result.user, needed_value(object, ref, "username"));
  CO_TRY(result.password, needed_value(object, ref, "password"));
  result.database = std::move(database);
  if (result.database.empty()) {
    CO_TRY(result.database, needed_value(object, ref, "dbname"));
  }
  result.ssl_mode = way.tls;
  if (way.tls.starts_with("verify")) {
    CO_TRY_VOID(co_await trust(result, way.authority));
  }
  if (way.by_name) {
    CO_TRY_VOID(co_await lead_by_name(result, way.service));
  } else {
    CO_TRY_VOID(co_await lead_through_forward(result, way.service));
  }
  co_return result;
}

Task<Result<>> DatabaseAccess::lead_through_forward(postgres::ConnectionParameters& into,
                                                    std::string service) {
  if (!forwards_.contains(service)) {
    CO_TRY(auto forward, co_await kube::ServiceForward::open(kube_, ns_, service, postgres_port));
    // Another caller may have opened one while this one waited: then both use the first.
    forwards_.try_emplace(service, std::move(forward));
  }
  into.host = std::move(service);
  into.host_address = "127.0.0.1";
  into.port = forwards_.at(into.host)->local_port();
  co_return Result<>();
}

Task<Result<>> DatabaseAccess::lead_by_name(postgres::ConnectionParameters& into, std::string service) {
  kube::ObjectRef const ref{kube::service_type, ns_, service};
  CO_TRY(json::value const object, co_await kube_->get(ref));
  CO_TRY(into.port, published_port(object, ref));
  into.host = service_name_in_dns(service, ns_);
  co_return Result<>();
}

Task<Result<>> DatabaseAccess::trust(postgres::ConnectionParameters& into, std::string authority) {
  kube::ObjectRef const ref{kube::secret_type, ns_, authority};
  CO_TRY(json::value const object, co_await kube_->get(ref));
  CO_TRY(auto certificate, secret_value(object, "ca.crt"));
  if (!certificate) {
    co_return fail({.kind = ErrorKind::invalid,
                    .what = "cannot check the server's certificate",
                    .where = ref.text(),
                    .why = "the secret has no key 'ca.crt'",
                    .todo = "name a secret with the authority's certificate, as CloudNativePG's CLUSTER-ca"});
  }
  auto& file = certificates_[*certificate];
  if (!file) {
    CO_TRY(file, MemoryFile::make(*certificate));
  }
  into.root_certificate = file->path();
  co_return Result<>();
}

Task<Result<std::string>> DatabaseAccess::primary_pod(std::string cluster) {
  kube::ObjectRef const ref{kube::cluster_type, ns_, cluster};
  CO_TRY(json::value const object, co_await kube_->get(ref));
  std::string primary = get_string(object, "status.currentPrimary");
  if (!primary.empty()) co_return primary;
  co_return fail(
      {.kind = ErrorKind::unreachable,
       .what = "cannot reach the primary",
       .where = ref.text(),
       .why = "the cluster has no primary now; its phase is '" + view_cluster(object).phase + "'"});
}

Task<Result<std::string>> DatabaseAccess::superuser(std::string cluster, std::string database,
                                                    std::string sql, std::optional<Duration> limit) {
  CO_TRY(std::string const pod, co_await primary_pod(cluster));
  std::vector<std::string> command = {
      "psql", "-XAtq",    "-v", "ON_ERROR_STOP=1",   "-v", "VERBOSITY=verbose",
      "-U",   "postgres", "-d", std::move(database), "-c", std::move(sql)};
  kube::ExecResult result;
  if (limit) {
    CO_TRY(result, co_await kube::run_command(*kube_, {.ns = ns_,
                                                       .pod = pod,
                                                       .container = "postgres",
                                                       .command = std::move(command),
                                                       .limit = *limit}));
  } else {
    CO_TRY(result, co_await kube_->exec(ns_, pod, "postgres", std::move(command)));
  }
  if (result.exit_code != 0) co_return fail(psql_error(result, "Pod " + ns_ + "/" + pod));
  while (result.out.ends_with('\n')) result.out.pop_back();
  co_return std::move(result.out);
}

}  // namespace pgdrill::cnpg
