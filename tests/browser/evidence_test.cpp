// evidence.html in a real browser: at the width of a desk and of a phone, light and dark, and printed; by
// keyboard and by axe-core, the checker of accessibility, which comes from npm. Pictures go to
// $PGDRILL_PICTURES when it is set, for people to look at. Skipped where there is no chromium.
#include <gmock/gmock.h>

#include <cstdlib>

#include "harness/base/files.hpp"
#include "harness/base/json.hpp"
#include "tests/support/command.hpp"

namespace pgdrill::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr int desk = 1280;
constexpr int phone = 390;
std::vector<std::string> const light{};
std::vector<std::string> const dark{"--blink-settings=preferredColorScheme=0"};

/// Chromium's headless windows are no narrower than 500 pixels; a frame in them may be.
std::string framed(int width, int height, std::string const& page) {
  return "<!doctype html><body style='margin:0'><iframe src='" + page +
         "' style='border:0;width:" + std::to_string(width) + "px;height:" + std::to_string(height) +
         "px'></iframe><pre id=told></pre><script>onmessage = e => "
         "document.getElementById('told').textContent = e.data;</script>";
}

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

  /// What a script finds in our page, shown at this width: it calls `tell(value)` once. The page's own policy
  /// forbids scripts, so it is told of a copy without that.
  json::value told(int width, std::string const& script, std::vector<std::string> more) const {
    std::string page = read_file(evidence() / "evidence.html").value();
    std::size_t const policy = page.find("<meta http-equiv=Content-Security-Policy");
    EXPECT_NE(policy, std::string::npos);
    page.erase(policy, page.find('\n', policy) - policy);
    page += "<script>const tell = value => parent.postMessage(JSON.stringify(value), '*');</script>" + script;
    EXPECT_TRUE(write_file_atomically(evidence() / "probe.html", page).has_value());
    EXPECT_TRUE(
        write_file_atomically(evidence() / "frame.html", framed(width, 900, "probe.html")).has_value());
    more.insert(more.end(), {"--window-size=1400,1000", "--virtual-time-budget=20000", "--dump-dom"});
    CommandResult const dom = chromium(more, evidence() / "frame.html");
    std::size_t const begin = dom.out.find("<pre id=\"told\">");
    std::size_t const end = dom.out.find("</pre>");
    Result<json::value> const value =
        begin == std::string::npos || end == std::string::npos
            ? parse_json("null")
            : parse_json(unescaped(dom.out.substr(begin + 15, end - begin - 15)));
    EXPECT_TRUE(value.has_value() && !value->is_null()) << dom.err;
    return value.value_or(nullptr);
  }

  static std::string unescaped(std::string text) {
    for (auto const& [from, to] :
         {std::pair<std::string, std::string>{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
      for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    }
    return text;
  }

  static std::filesystem::path pictures(std::filesystem::path const& otherwise) {
    char const* const wanted = std::getenv("PGDRILL_PICTURES");
    std::filesystem::path folder = wanted == nullptr ? otherwise : std::filesystem::path(wanted);
    std::filesystem::create_directories(folder);
    return folder;
  }

  void picture(std::string const& name, int width, std::vector<std::string> more) const {
    std::filesystem::path const file = pictures(directory_.path()) / (name + ".png");
    std::filesystem::path const frame = evidence() / "picture.html";
    ASSERT_TRUE(write_file_atomically(frame, framed(width, 6000, "evidence.html")).has_value());
    more.insert(more.end(), {"--window-size=" + std::to_string(std::max(width, 500)) + ",6000",
                             "--screenshot=" + file.string()});
    CommandResult const result = chromium(more, frame);
    ASSERT_TRUE(std::filesystem::exists(file)) << result.err;
    EXPECT_GT(std::filesystem::file_size(file), 20'000U) << "the picture is blank";
  }

  /// What reaches over the right edge and cannot be scrolled to on its own.
  void expect_fits(int width) const {
    json::value const found = told(width, R"(<script>
      const wide = [...document.querySelectorAll('body *')].filter(e => !e.closest('.table,.chart,pre') &&
        e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + '.' + e.className);
      tell({width: innerWidth, overflow: document.documentElement.scrollWidth - innerWidth, wide});
    </script>)",
                                   light);
    EXPECT_EQ(json::serialize(found), R"({"width":)" + std::to_string(width) + R"(,"overflow":0,"wide":[]})");
  }

  /// Rules that axe-core finds broken, with the first element of each.
  json::value axe(int width, std::vector<std::string> more) const {
    return told(width, R"(<script src=axe.min.js></script><script>
      axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(
        found => tell({dark: matchMedia('(prefers-color-scheme: dark)').matches, passes: found.passes.length,
          broken: found.violations.map(v => v.id + ': ' + v.nodes.length + ': ' + v.nodes[0].html)}),
        problem => tell({broken: ['axe: ' + problem]}));
    </script>)",
                std::move(more));
  }

  TemporaryDirectory directory_;
};

TEST_F(Browser, FitsADesk) {
  picture("desk-light", desk, light);
  expect_fits(desk);
}

TEST_F(Browser, FitsAPhone) {
  picture("phone-light", phone, light);
  picture("phone-dark", phone, dark);
  expect_fits(phone);
}

TEST_F(Browser, HasADarkForm) {
  picture("desk-dark", desk, dark);
  std::string const script = R"(<script>
    const light = colour => Math.max(...colour.match(/[0-9]+/g).slice(0, 3).map(Number));
    const style = getComputedStyle(document.body);
    tell({paper: light(style.backgroundColor) < 60, ink: light(style.color) < 60});
  </script>)";
  EXPECT_EQ(json::serialize(told(desk, script, dark)), R"({"paper":true,"ink":false})");
  EXPECT_EQ(json::serialize(told(desk, script, light)), R"({"paper":false,"ink":true})");
}

TEST_F(Browser, IsUsedByKeyboardFromTopToBottom) {
  json::value const found = told(desk, R"(<script>
    const stops = [...document.querySelectorAll('a[href], [tabindex]')];
    const name = e => (e.getAttribute('aria-label') || e.textContent).trim();
    const scrolls = e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX);
    stops[0].focus();
    tell({first: stops[0].textContent, shown: stops[0].getBoundingClientRect().left >= 0,
      nameless: stops.filter(e => !name(e)).length,
      outOfOrder: stops.filter(e => e.tabIndex > 0).length,
      unreachable: [...document.querySelectorAll('body *')].filter(e => scrolls(e) && e.tabIndex < 0)
        .map(e => e.tagName + '.' + e.className),
      lost: [...document.querySelectorAll('a[href^="#"]')].filter(e => !document.querySelector(e.hash)).length,
      scripts: document.querySelectorAll('script[src]').length});
  </script>)",
                                 light);
  EXPECT_EQ(
      json::serialize(found),
      R"({"first":"Skip to the evidence","shown":true,"nameless":0,"outOfOrder":0,"unreachable":[],"lost":0,)"
      R"("scripts":0})");
}

TEST_F(Browser, IsAccessibleByTheRulesOfAxe) {
  CommandResult const fetched = run({"sh", "-c",
                                     "cd '" + directory_.path().string() +
                                         "' && npm install --silent --no-audit --no-fund axe-core && "
                                         "cp node_modules/axe-core/axe.min.js evidence/"});
  if (fetched.exit_code != 0) GTEST_SKIP() << "axe-core cannot be fetched: " << fetched.err;
  for (auto const& [width, scheme] : {std::pair{desk, light}, {phone, dark}}) {
    json::value const found = axe(width, scheme);
    EXPECT_EQ(json::serialize(found.at("broken")), "[]") << width << (scheme.empty() ? " light" : " dark");
    EXPECT_EQ(get_bool(found, "dark"), !scheme.empty());
    EXPECT_GT(get_int(found, "passes"), 20);
  }
}

/// Printed by a browser that leaves the dark form away on paper, as chromium does, and by one that does not:
/// all of the page is there, black on white, without what only a screen can use.
class Print : public Browser, public testing::WithParamInterface<std::string> {
 protected:
  std::filesystem::path page() const {
    if (GetParam() == "light") return evidence() / "evidence.html";
    std::string text = read_file(evidence() / "evidence.html").value();
    std::string const condition = "@media (prefers-color-scheme: dark)";
    EXPECT_NE(text.find(condition), std::string::npos);
    text.replace(text.find(condition), condition.size(), "@media all");
    EXPECT_TRUE(write_file_atomically(evidence() / "dark.html", text).has_value());
    return evidence() / "dark.html";
  }

  /// The texts of the page's parts that must be on paper, as the script of the PDF's reader writes text.
  json::value parts() const {
    return told(desk, R"(<script>
      const bare = e => e.innerText.normalize('NFKC').replace(/[\s\p{So}]/gu, '');
      const all = tags => [...document.querySelectorAll(tags)].filter(e => !e.closest('nav')).map(bare);
      tell({navigation: bare(document.querySelector('nav')),
        parts: all('h1, h2, h3, caption, th, td, li, p, pre').filter(t => t),
        closed: document.querySelectorAll('details:not([open])').length});
    </script>)",
                light);
  }
};

TEST_P(Print, HoldsAllOfThePageBlackOnWhite) {
  std::filesystem::path const file = pictures(directory_.path()) / ("evidence-" + GetParam() + ".pdf");
  CommandResult const result =
      chromium({"--no-pdf-header-footer", "--print-to-pdf=" + file.string()}, page());
  ASSERT_TRUE(std::filesystem::exists(file)) << result.err;
  std::string const python = (directory_.path() / "venv/bin/python").string();
  CommandResult const fetched = run({"sh", "-c",
                                     "python3 -m venv '" + (directory_.path() / "venv").string() + "' && '" +
                                         python + "' -m pip install -q pypdf"});
  if (fetched.exit_code != 0) GTEST_SKIP() << "pypdf cannot be fetched: " << fetched.err;
  CommandResult const read = run({python, PGDRILL_SOURCE_DIR "/tests/browser/read_pdf.py", file.string()});
  ASSERT_EQ(read.exit_code, 0) << read.err;
  json::value const printed = parse_json(read.out).value();
  json::value const shown = parts();
  EXPECT_EQ(json::serialize(printed.at("sheet")), "[595,842]") << "A4";
  EXPECT_EQ(json::serialize(printed.at("faint")), "[]");
  EXPECT_EQ(json::serialize(printed.at("dark")), "[]");
  EXPECT_EQ(get_int(shown, "closed"), 0) << "what is closed is not printed";
  std::string const text = get_string(printed, "text");
  EXPECT_THAT(text, Not(HasSubstr("Skiptotheevidence")));
  EXPECT_THAT(text, Not(HasSubstr(get_string(shown, "navigation"))));
  EXPECT_GT(shown.at("parts").as_array().size(), 200U);
  for (json::value const& part : shown.at("parts").as_array())
    EXPECT_NE(text.find(std::string(part.as_string())), std::string::npos) << part << " is not on paper";
}

INSTANTIATE_TEST_SUITE_P(Forms, Print, testing::Values("light", "dark"),
                         [](auto const& test) { return test.param; });

}  // namespace
}  // namespace pgdrill::test
