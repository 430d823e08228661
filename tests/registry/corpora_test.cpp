// Migrations that nobody here wrote, as well-known projects publish them: every statement of them is parsed,
// and one history of them is run by its own tool and audited.
#include <fmt/format.h>

#include "harness/base/json.hpp"
#include "tests/registry/registry.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;

struct Corpus {
  char const* name;
  char const* fetch;  ///< bash: prints the folder that holds the migrations
  char const* skip;   ///< names of other databases' files: grep -E
};

/// Prints the folder of a Go module.
#define MODULE(module, folder)                                                                            \
  "GOFLAGS=-modcacherw go mod download -json " module " | sed -n 's#.*\"Dir\": \"\\(.*\\)\",*#\\1" folder \
  "#p'"

Corpus const corpora[] = {
    {"coder", MODULE("github.com/coder/coder/v2@v2.18.0", "/coderd/database/migrations"), "^$"},
    {"hydra", MODULE("github.com/ory/hydra/v2@v2.3.0", "/persistence/sql/migrations"),
     "mysql|sqlite|cockroach"},
    {"kratos", MODULE("github.com/ory/kratos@v1.3.1", "/persistence/sql/migrations/sql"),
     "mysql|sqlite|cockroach"},
    {"openfga", MODULE("github.com/openfga/openfga@v1.8.0", "/assets/migrations/postgres"), "^$"},
    {"river", MODULE("github.com/riverqueue/river/riverdriver/riverpgxv5@v0.13.0", "/migration/main"), "^$"},
    {"litellm",
     "pip -q download --no-deps -d wheel litellm-proxy-extras==0.4.110 && python3 -m zipfile -e wheel/*.whl "
     "wheel && "
     "echo \"$PWD/wheel/litellm_proxy_extras/migrations\"",
     "^$"},
};

Installed fetched(Corpus const& corpus) {
  return install(
      std::string("corpus-") + corpus.name,
      fmt::format("from=\"$({})\" && mkdir -p sql && cd \"$from\" && find . -name '*.sql' | grep -Ev '{}' | "
                  "xargs -d '\\n' cp --parents -t \"$OLDPWD/sql\" && cd \"$OLDPWD\" && chmod -R u+w sql",
                  corpus.fetch, corpus.skip));
}

class Corpora : public testing::TestWithParam<Corpus> {};

TEST_P(Corpora, EveryStatementIsParsed) {
  auto const corpus = fetched(GetParam());
  SKIP_WITHOUT(corpus);
  auto const reviewed =
      test::run({PGDRILL_BINARY, "review", "--format", "json", (corpus.folder / "sql").string()});
  EXPECT_LE(reviewed.exit_code, 1) << reviewed.err;
  json::value const report = parse_json(reviewed.out).value_or(nullptr);
  std::size_t const files = find(report, "files")->as_array().size();
  EXPECT_GT(files, 0U);
  EXPECT_GE(get_int(report, "statements"), static_cast<std::int64_t>(files));
  EXPECT_EQ(get_int(report, "unparsed"), 0);
  std::printf("%s: %zu files, %lld statements\n", GetParam().name, files,
              static_cast<long long>(get_int(report, "statements")));
}

INSTANTIATE_TEST_SUITE_P(Registry, Corpora, testing::ValuesIn(corpora),
                         [](auto const& info) { return std::string(info.param.name); });

// All of Coder's migrations, run by golang-migrate: what the replay makes of them is what the server holds.
TEST(Registry, CodersHistoryIsRunAndAudited) {
  auto const tool = install("golang-migrate",
                            "GOBIN=\"$PWD\" go install -tags postgres "
                            "github.com/golang-migrate/migrate/v4/cmd/migrate@v4.18.3");
  SKIP_WITHOUT(tool);
  auto const corpus = fetched(corpora[0]);
  SKIP_WITHOUT(corpus);
  Stage const stage;
  stage.run(
      fmt::format("mkdir m && cp '{}'/sql/*.sql m && '{}/migrate' -path m -database \"$DATABASE_URL\" up",
                  corpus.folder.string(), tool.folder.string()));
  Audit const audit = stage.audited();
  EXPECT_GT(the_history(audit, "golang-migrate").files, 250U);
  EXPECT_EQ(audit.pending(), 0U);
  EXPECT_EQ(audit.count(Severity::problem), 0U) << audit_text(audit);
  EXPECT_THAT(audit_text(audit), testing::Not(HasSubstr("unexplained"))) << audit_text(audit);
  stage.run("psql -q \"$DATABASE_URL\" -c 'ALTER TABLE users ADD COLUMN by_hand text'");
  EXPECT_THAT(audit_text(stage.audited()), HasSubstr("column public.users.by_hand"));
}

}  // namespace
}  // namespace pgdrill::migrations
