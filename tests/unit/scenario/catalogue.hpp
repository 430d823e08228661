// A catalogue of its own for the parser's tests, so that they do not change with the steps that exist.
#pragma once
#include "harness/scenario/scenario.hpp"

namespace pgdrill::scenario {

inline Catalogue test_catalogue() {
  Declaration wait{.name = "wait", .summary = "Waits"};
  wait.parameters = {{"for", ParameterType::duration, true, "", "how long"},
                     {"times", ParameterType::integer, false, "3", "how often"},
                     {"factor", ParameterType::number, false, "1.5", "by what"},
                     {"loud", ParameterType::boolean, false, "false", "says so"},
                     {"mode", ParameterType::text, false, "slow", "in what way", {"slow", "fast"}},
                     {"names", ParameterType::text_list, false, "[a, b]", "for whom"},
                     {"note", ParameterType::text, false, "", "anything"}};
  Declaration restore{.name = "restore", .summary = "Restores", .marks = {"replay-started"}};
  Declaration capture{.name = "capture", .summary = "Captures"};
  capture.parameters = {{.name = "target", .introduces = Named::target}};
  Declaration note{.name = "note", .summary = "Notes"};
  note.parameters = {{.name = "mark", .introduces = Named::mark},
                     {.name = "at-most", .type = ParameterType::duration, .default_value = "5s"}};
  note.contradiction = [](Parameters const& given) -> std::string {
    return given.text("mark") == "slow" && given.text("at-most") == "1s" ? "slow takes longer than 1s" : "";
  };
  Declaration compare{.name = "compare", .summary = "Compares"};
  compare.parameters = {{.name = "target", .refers_to = Named::target},
                        {.name = "probes", .type = ParameterType::text_list, .refers_to = Named::probe},
                        {.name = "word", .complaint = [](std::string const& word) -> std::string {
                           return word == "no" ? "nobody says it" : "";
                         }}};
  Declaration heartbeat{.name = "heartbeat", .summary = "Beats"};
  heartbeat.parameters = {{"every", ParameterType::duration, false, "100ms", "how often"}};
  return {.steps = {capture, compare, note, restore, wait}, .faults = {}, .probes = {heartbeat}};
}

/// The parts that every scenario needs, 5 lines long; `rest` begins in line 6.
inline std::string scenario_text(std::string const& rest) {
  return "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: test}\nvariables: {cluster: orders}\n"
         "target: {namespace: develop, cluster: \"${cluster}\"}\n" +
         rest;
}

}  // namespace pgdrill::scenario
