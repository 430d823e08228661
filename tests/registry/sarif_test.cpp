// SARIF by OASIS' own schema, as Microsoft publishes it with its tools.
#include <fmt/format.h>

#include "harness/base/files.hpp"
#include "tests/registry/registry.hpp"

namespace pgdrill::migrations {
namespace {

Installed validator() {
  return install(
      "sarif",
      "npm init -y > /dev/null && npm install --no-audit --no-fund @microsoft/jest-sarif@1.0.0-beta.0 "
      "ajv@6 && cat > validate.js <<'END'\n"
      "const Ajv = require('ajv');\n"
      "const read = (path) => JSON.parse(require('fs').readFileSync(path));\n"
      "const ajv = new Ajv({ schemaId: 'auto', validateSchema: false });\n"
      "ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));\n"
      "const schema = './node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';\n"
      "const validate = ajv.compile(require(schema));\n"
      "if (!validate(read(process.argv[2]))) { console.log(validate.errors); process.exit(1); }\n"
      "END\n");
}

TEST(Registry, SarifIsValidByItsSchema) {
  auto const tool = validator();
  SKIP_WITHOUT(tool);
  test::TemporaryDirectory const files;
  // Every rule's findings, and what no parser reads.
  auto const reviewed =
      test::run({PGDRILL_BINARY, "review", "--format", "sarif", PGDRILL_SOURCE_DIR "/tests/data/review"});
  ASSERT_THAT(reviewed.out, testing::HasSubstr("unparsed-statement"));
  ASSERT_TRUE(write_file_atomically(files.path() / "review.sarif", reviewed.out));
  std::string const validate = (tool.folder / "validate.js").string();
  auto const valid = test::run({"node", validate, (files.path() / "review.sarif").string()});
  EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
  // The validator does refuse.
  std::string wrong = reviewed.out;
  wrong.replace(wrong.find("\"startLine\""), 11, "\"startline\"");
  ASSERT_TRUE(write_file_atomically(files.path() / "wrong.sarif", wrong));
  EXPECT_EQ(test::run({"node", validate, (files.path() / "wrong.sarif").string()}).exit_code, 1);
}

}  // namespace
}  // namespace pgdrill::migrations
