#include "harness/sandbox/flux/demo.hpp"

#include "harness/base/files.hpp"
#include "harness/sandbox/flux/git_process.hpp"
#include "harness/sandbox/flux/manifests.hpp"

namespace pgdrill::embedded {
std::string_view sandbox_flux(std::string_view name);
}

namespace pgdrill::sandbox {

namespace {

/// Where the embedded files lie in the repository.
struct RepositoryFile {
  char const* embedded;
  char const* path;
};
constexpr RepositoryFile repository_files[] = {
    {"kustomization.yaml", "deploy/kustomization.yaml"},
    {"job.yaml", "deploy/job.yaml"},
    {"run.sh", "deploy/migrations/run.sh"},
    {"000001_orders.up.sql", "deploy/migrations/000001_orders.up.sql"},
    {"000001_orders.down.sql", "deploy/migrations/000001_orders.down.sql"},
};

Result<> write_files(std::filesystem::path const& tree) {
  for (RepositoryFile const& file : repository_files) {
    std::filesystem::path const path = tree / file.path;
    std::error_code problem;
    std::filesystem::create_directories(path.parent_path(), problem);
    TRY_VOID(write_file_atomically(path, embedded::sandbox_flux(file.embedded)));
  }
  return {};
}

Task<Result<>> make_repository(std::filesystem::path directory) {
  std::filesystem::path const bare = directory / "git" / "app.git";
  std::filesystem::path const tree = directory / "work" / "app";
  std::error_code problem;
  std::filesystem::create_directories(bare, problem);
  CO_TRY_VOID(write_files(tree));
  CO_TRY_VOID(co_await run_git(bare, {"init", "--quiet", "--bare", "--initial-branch=main"}));
  CO_TRY_VOID(co_await run_git(tree, {"init", "--quiet", "--initial-branch=main"}));
  CO_TRY_VOID(co_await run_git(tree, {"add", "."}));
  CO_TRY_VOID(co_await run_git(tree, {"commit", "--quiet", "-m", "migrations: the orders schema"}));
  CO_TRY_VOID(co_await run_git(tree, {"push", "--quiet", bare.string(), "main"}));
  std::filesystem::remove_all(directory / "work", problem);
  co_return Result<>();
}

std::string demo_manifests(std::filesystem::path const& directory) {
  std::string text(embedded::sandbox_flux("demo.yaml"));
  constexpr std::string_view variable = "${git_url}";
  std::string const url = "file://" + (directory / "git" / "app.git").string();
  for (std::size_t at = text.find(variable); at != std::string::npos;
       at = text.find(variable, at + url.size())) {
    text.replace(at, variable.size(), url);
  }
  return text;
}

}  // namespace

Task<Result<>> make_demo(Store& store, Environment environment) {
  CO_TRY_VOID(co_await make_repository(environment.directory));
  CO_TRY(std::vector<json::value> const objects,
         parse_manifests(demo_manifests(environment.directory), "demo.yaml"));
  for (json::value const& object : objects) {
    CO_TRY(kube::ResourceType const type, type_of_manifest(object));
    CO_TRY_VOID(store.create(type, object.as_object()));
  }
  co_return Result<>();
}

}  // namespace pgdrill::sandbox
