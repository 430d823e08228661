// Whatever a journal holds, it is read, judged and rendered: never a crash, never broken XML or JSON.
#include <pugixml.hpp>

#include "harness/base/text.hpp"
#include "reports/report.hpp"
#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(journal) {
  using namespace pgdrill;
  reports::Run run;
  for (std::string const& line : split(input, '\n')) {
    auto const event = parse_json(line);
    if (event && event->is_object()) reports::add_event(run, event->as_object());
  }
  reports::Verdict const verdict = reports::judge(run);
  fuzz::require(verdict.decision == "go" || verdict.decision == "no-go" || verdict.decision == "inconclusive",
                "every journal has a decision");
  for (reports::Report const& report : reports::reports()) {
    std::string const text = report.render(run, verdict);
    if (report.file.ends_with(".json")) fuzz::require(parse_json(text).has_value(), "JSON is JSON");
    if (report.file.ends_with(".xml"))
      fuzz::require(bool(pugi::xml_document().load_string(text.c_str())), "XML is well-formed");
    if (report.file.ends_with(".html"))
      fuzz::require(text.find("<script") == std::string::npos, "no script gets into the page");
  }
}
