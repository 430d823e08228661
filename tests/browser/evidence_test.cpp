// evidence.html in a real browser: at the width of a desk and of a phone, light and dark, and printed.
// Pictures go to $PGDRILL_PICTURES when it is set, for people to look at. Skipped where there is no chromium.
#include <gmock/gmock.h>

#include <cstdlib>

#include "harness/base/files.hpp"
#include "tests/support/command.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;

class Browser : public testing::Test {
 protected:
  void SetUp() override {
    if (run({"sh", "-c", "command -v chromium"}).exit_code != 0) GTEST_SKIP() << "there is no chromium here";
    CommandResult const report =
        run({PGDRILL_BINARY, "report", PGDRILL_SOURCE_DIR "/tests/data/journals/data-rollback.jsonl",
             "--evidence", evidence().string()});
    ASSERT_EQ(report.exit_code, 0) << report.err;
  }

  std::filesystem::path evidence() const { return directory_.path() / "evidence"; }

  CommandResult chromium(std::vector<std::string> more, std::filesystem::path const& page) const {
    std::vector<std::string> command{"chromium",
                                     "--headless",
                                     "--no-sandbox",
                                     "--disable-gpu",
                                     "--disable-quic",
                                     "--no-first-run",
                                     "--disable-background-networking",
                                     "--disable-component-update",
                                     "--disable-sync",
                                     "--hide-scrollbars",
                                     "--user-data-dir=" + (directory_.path() / "profile").string()};
    command.insert(command.end(), more.begin(), more.end());
    command.push_back("file://" + page.string());
    return run(std::move(command));
  }

  /// What a page that holds ours in a frame of this width measures of it.
  std::string measured(int width) const {
    std::filesystem::path const probe = evidence() / "probe.html";
    std::string const page = read_file(evidence() / "evidence.html").value();
    std::string with_script = page;
    // The page's own policy forbids scripts; the test measures a copy without it.
    std::size_t const policy = with_script.find("<meta http-equiv=Content-Security-Policy");
    EXPECT_NE(policy, std::string::npos);
    with_script.erase(policy, with_script.find('\n', policy) - policy);
    with_script += R"(<script>
      const wide = [...document.querySelectorAll('body *')].filter(e => !e.closest('.table,.chart,pre') &&
        e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + '.' + e.className);
      document.title = 'overflow ' + (document.documentElement.scrollWidth - innerWidth) + ' wide ' + wide.length +
        ' ' + wide.slice(0, 3).join(' ');
    </script>)";
    EXPECT_TRUE(write_file_atomically(probe, with_script).has_value());
    CommandResult const dom =
        chromium({"--window-size=" + std::to_string(width) + ",900", "--dump-dom"}, probe);
    std::size_t const title = dom.out.find("<title>");
    return title == std::string::npos ? dom.out
                                      : dom.out.substr(title + 7, dom.out.find("</title>") - title - 7);
  }

  void picture(std::string const& name, std::vector<std::string> more) const {
    char const* const wanted = std::getenv("PGDRILL_PICTURES");
    std::filesystem::path const folder =
        wanted == nullptr ? directory_.path() : std::filesystem::path(wanted);
    std::filesystem::create_directories(folder);
    std::filesystem::path const file = folder / (name + ".png");
    more.push_back("--screenshot=" + file.string());
    CommandResult const result = chromium(more, evidence() / "evidence.html");
    ASSERT_TRUE(std::filesystem::exists(file)) << result.err;
    EXPECT_GT(std::filesystem::file_size(file), 20'000U) << "the picture is blank";
  }

  TemporaryDirectory directory_;
};

TEST_F(Browser, FitsADesk) {
  picture("desk-light", {"--window-size=1280,3000"});
  EXPECT_THAT(measured(1280), HasSubstr("overflow 0 wide 0"));
}

TEST_F(Browser, FitsAPhone) {
  // Headless chromium makes no window narrower than 500 pixels.
  picture("phone", {"--window-size=500,3000"});
  EXPECT_THAT(measured(500), HasSubstr("overflow 0 wide 0"));
}

TEST_F(Browser, HasADarkForm) {
  picture("desk-dark", {"--window-size=1280,3000", "--blink-settings=preferredColorScheme=0"});
}

TEST_F(Browser, Prints) {
  std::filesystem::path const file = directory_.path() / "evidence.pdf";
  CommandResult const result = chromium({"--print-to-pdf=" + file.string()}, evidence() / "evidence.html");
  ASSERT_TRUE(std::filesystem::exists(file)) << result.err;
  EXPECT_GT(std::filesystem::file_size(file), 20'000U);
}

}  // namespace
}  // namespace pgdrill::test
