#include "reports/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pugixml.hpp>
#include <sstream>

#include "harness/base/time.hpp"
#include "reports/escape.hpp"

namespace pgdrill::reports {

namespace {

using Outcome = JunitCase::Outcome;

constexpr std::size_t longest_body = 20'000;
constexpr std::size_t longest_output = 1'000;      // of a case that passed; Jenkins keeps no more
constexpr std::size_t longest_document = 900'000;  // bodies are dropped beyond it

std::string time_text(Nanoseconds duration) {
  return fmt::format("{:.3f}", static_cast<double>(std::max<Nanoseconds>(duration, 0)) / 1e9);
}

long count(std::vector<JunitCase> const& cases, Outcome outcome) {
  return std::count_if(cases.begin(), cases.end(),
                       [&](JunitCase const& entry) { return entry.outcome == outcome; });
}

/// Whole seconds in UTC with a Z: what Jenkins, Azure and Allure all read as the same moment.
std::string timestamp(std::string const& started) {
  Result<WallTime> const time = parse_time(started);
  return format_rfc3339_seconds(time ? *time : WallTime());
}

/// GitLab and others take [[ATTACHMENT|path]] and [[PROPERTY|name=value]] in a text for orders.
std::string without_orders(std::string text) {
  for (std::string_view const order : {"[[ATTACHMENT|", "[[PROPERTY|", "[[/PROPERTY]]"}) {
    for (std::size_t at = text.find(order); at != std::string::npos; at = text.find(order, at))
      text.insert(at + 1, " ");
  }
  return text;
}

void write_case(pugi::xml_node suite, std::string const& classname, JunitCase const& entry,
                std::size_t& budget) {
  pugi::xml_node node = suite.append_child("testcase");
  node.append_attribute("name") = one_line(entry.name).c_str();
  node.append_attribute("classname") = one_line(classname).c_str();
  node.append_attribute("time") = time_text(entry.duration).c_str();
  std::size_t const limit = entry.outcome == Outcome::passed ? longest_output : longest_body;
  std::string const body = without_orders(clean(entry.body, std::min(limit, budget)));
  budget -= std::min(budget, body.size());
  if (entry.outcome == Outcome::passed) {
    if (!body.empty()) node.append_child("system-out").text().set(body.c_str());
    return;
  }
  std::string const message = without_orders(one_line(entry.message));
  bool const skipped = entry.outcome == Outcome::skipped;
  char const* const element = skipped ? "skipped" : entry.outcome == Outcome::failed ? "failure" : "error";
  pugi::xml_node result = node.append_child(element);
  result.append_attribute("message") = message.c_str();
  if (skipped) return;
  result.append_attribute("type") = entry.outcome == Outcome::failed ? "disproved" : "undecided";
  // Some readers show the text only, others the attribute only.
  result.text().set((message + "\n" + body).c_str());
}

void write_property(pugi::xml_node properties, std::string const& name, std::string const& value) {
  pugi::xml_node property = properties.append_child("property");
  property.append_attribute("name") = one_line(name).c_str();
  property.append_attribute("value") = one_line(value).c_str();
}

void make_names_unique(std::vector<JunitCase>& cases) {
  std::map<std::string, int> seen;
  for (JunitCase& entry : cases) {
    if (int const number = ++seen[one_line(entry.name)]; number > 1)
      entry.name = one_line(entry.name) + fmt::format(" #{}", number);
  }
}

void write_counts(pugi::xml_node node, std::vector<JunitCase> const& cases, Nanoseconds duration) {
  node.append_attribute("tests") = static_cast<unsigned long>(cases.size());
  node.append_attribute("failures") = count(cases, Outcome::failed);
  node.append_attribute("errors") = count(cases, Outcome::error);
  node.append_attribute("time") = time_text(duration).c_str();
}

void write_suite(pugi::xml_node suites, JunitSuite const& suite, std::size_t index, std::size_t& budget) {
  pugi::xml_node node = suites.append_child("testsuite");
  node.append_attribute("name") = one_line(suite.name).c_str();
  write_counts(node, suite.cases, suite.duration);
  node.append_attribute("skipped") = count(suite.cases, Outcome::skipped);
  node.append_attribute("id") = std::to_string(index).c_str();
  node.append_attribute("timestamp") = timestamp(suite.started).c_str();
  pugi::xml_node properties = node.append_child("properties");
  for (auto const& [name, value] : suite.properties) write_property(properties, name, value);
  for (JunitCase const& entry : suite.cases) write_case(node, suite.classname, entry, budget);
}

}  // namespace

std::string junit_document(std::vector<JunitSuite> suites) {
  std::vector<JunitCase> all;
  Nanoseconds duration = 0;
  for (JunitSuite& suite : suites) {
    make_names_unique(suite.cases);
    all.insert(all.end(), suite.cases.begin(), suite.cases.end());
    duration += suite.duration;
  }
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node root = document.append_child("testsuites");
  root.append_attribute("name") = "pgdrill";
  write_counts(root, all, duration);
  std::size_t budget = longest_document;
  for (std::size_t i = 0; i < suites.size(); ++i) write_suite(root, suites[i], i, budget);
  std::ostringstream text;
  document.save(text, "  ");
  return std::move(text).str();
}

}  // namespace pgdrill::reports
