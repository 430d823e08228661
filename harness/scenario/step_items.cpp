#include "harness/scenario/step_items.hpp"

#include <algorithm>

#include "harness/scenario/phases.hpp"

namespace pgdrill::scenario {

namespace {

using Sort = StepSpec::Sort;

/// Keys that hold items.
constexpr std::string_view item_lists[] = {"sequence", "parallel", "during"};

YamlNode const* block_of(YamlNode const& node, Sort& sort) {
  if (YamlNode const* const items = node.value("sequence")) {
    sort = Sort::sequence;
    return items;
  }
  sort = Sort::parallel;
  return node.value("parallel");
}

StepSpec read_block(StepReading& reading, YamlNode const& node, YamlNode const& items, Sort sort,
                    bool beside_a_step) {
  Reader& reader = reading.reader;
  std::string const kind = sort == Sort::sequence ? "sequence" : "parallel";
  reader.reject_unknown_keys(node, {kind});
  StepSpec block{.id = kind,
                 .kind = kind,
                 .title = kind,
                 .timeout = {},
                 .parameters = {},
                 .location = node.location,
                 .sort = sort};
  if (!reader.expect_list(items, "'" + kind + "'")) return block;
  if (items.items.empty()) reader.complain(items.location, "'" + kind + "' must not be empty");
  block.children = read_step_items(reading, items.items, beside_a_step);
  return block;
}

Duration read_timeout(Reader& reader, YamlNode const& node, Duration otherwise) {
  YamlNode const* const given = node.value("timeout");
  if (given == nullptr) return otherwise;
  Duration const timeout = reader.duration(*given, "'timeout'").value_or(otherwise);
  if (timeout == Duration::zero()) reader.complain(given->location, "'timeout' must be more than 0s");
  return timeout;
}

/// Keys that only a fault may have.
void read_fault_keys(StepReading& reading, YamlNode const& node, Declaration const& declaration,
                     StepSpec& spec) {
  Reader& reader = reading.reader;
  YamlNode const* const held = node.value("for");
  YamlNode const* const overlap = node.value("overlap");
  if (spec.sort != Sort::fault) {
    for (YamlNode const* const key : {held, overlap}) {
      if (key == nullptr) continue;
      reader.complain(key->location, "'" + std::string(key == held ? "for" : "overlap") +
                                         "' is only for faults, and '" + declaration.name + "' is a step");
    }
    return;
  }
  if (held != nullptr && !declaration.lasting) {
    reader.complain(held->location, "'" + declaration.name + "' is one blow: it cannot be held for a time");
  } else if (held != nullptr) {
    spec.held = reader.duration(*held, "'for'");
  }
  spec.overlap = declaration.phase;
  if (overlap == nullptr) return;
  std::optional<std::string> const phase = reader.text(*overlap, "'overlap'");
  std::vector<std::string> known;
  for (Phase const& one : phases()) known.push_back(one.name);
  if (phase && find_phase(*phase) == nullptr) {
    reader.complain(overlap->location, "there is no phase '" + *phase + "'" + suggestion(*phase, known));
  }
  spec.overlap = phase.value_or("");
}

std::vector<StepSpec> read_during(StepReading& reading, YamlNode const& node, bool beside_a_step) {
  YamlNode const* const during = node.value("during");
  if (during == nullptr) return {};
  if (beside_a_step) {
    reading.reader.complain(during->location, "'during' cannot be inside 'during'");
    return {};
  }
  if (!reading.reader.expect_list(*during, "'during'")) return {};
  return read_step_items(reading, during->items, true);
}

std::optional<StepSpec> read_leaf(StepReading& reading, YamlNode const& node, bool beside_a_step) {
  Reader& reader = reading.reader;
  std::vector<Declaration> all = reading.catalogue.steps;
  all.insert(all.end(), reading.catalogue.faults.begin(), reading.catalogue.faults.end());
  ItemLanguage const language{.what = "step",
                              .declarations = all,
                              .keys = {"id", "title", "timeout", "when", "for", "overlap", "during"}};
  Item const item = read_item(reader, language, node);
  StepSpec spec{.id = reader.text_of(node, "id", "", false),
                .kind = {},
                .title = reader.text_of(node, "title", "", false,
                                        item.declaration != nullptr ? item.declaration->summary : ""),
                .timeout = read_timeout(
                    reader, node, item.declaration != nullptr ? item.declaration->longest : Duration(1)),
                .parameters = {},
                .location = item.location};
  if (YamlNode const* const when = node.value("when")) {
    spec.when = read_trigger(reader, *when, reading.catalogue, "'when'");
  }
  spec.during = read_during(reading, node, beside_a_step);
  if (item.declaration == nullptr) return std::nullopt;
  spec.kind = item.declaration->name;
  if (find_declaration(reading.catalogue.steps, spec.kind) == nullptr) spec.sort = Sort::fault;
  read_fault_keys(reading, node, *item.declaration, spec);
  if (spec.id.empty()) spec.id = reading.names.free_one(spec.kind, item.location);
  spec.parameters = reader.parameters(item.parameters, *item.declaration, item.location);
  for (std::string const& mark : item.declaration->marks) reader.introduce(Named::mark, mark);
  if (spec.when) spec.when->owner = spec.id;
  return spec;
}

}  // namespace

void claim_ids(StepReading& reading, std::vector<YamlNode> const& items) {
  for (YamlNode const& node : items) {
    if (YamlNode const* const id = node.value("id"); id != nullptr && id->kind == YamlNode::Kind::scalar) {
      reading.names.claim(id->scalar, id->location);
    }
    for (std::string_view const key : item_lists) {
      if (YamlNode const* const nested = node.value(key)) claim_ids(reading, nested->items);
    }
  }
}

std::vector<StepSpec> read_step_items(StepReading& reading, std::vector<YamlNode> const& items,
                                      bool beside_a_step) {
  std::vector<StepSpec> specs;
  for (YamlNode const& node : items) {
    Sort sort = Sort::step;
    if (node.value("include") != nullptr) {
      std::vector<StepSpec> included = read_include(reading, node, beside_a_step);
      std::move(included.begin(), included.end(), std::back_inserter(specs));
    } else if (YamlNode const* const block = block_of(node, sort)) {
      specs.push_back(read_block(reading, node, *block, sort, beside_a_step));
    } else if (std::optional<StepSpec> leaf = read_leaf(reading, node, beside_a_step)) {
      specs.push_back(std::move(*leaf));
    }
  }
  return specs;
}

void read_steps(Reader& reader, YamlNode const& document, Catalogue const& catalogue,
                ParseOptions const& options, ParseOutcome& into) {
  YamlNode const* const list = list_section(reader, document, "steps", true);
  if (list == nullptr) return;
  Names names(reader, "step id");
  StepReading reading{.reader = reader,
                      .catalogue = catalogue,
                      .options = options,
                      .names = names,
                      .sources = into.sources,
                      .files = {into.scenario.file}};
  claim_ids(reading, list->items);
  into.scenario.steps = read_step_items(reading, list->items, false);
}

}  // namespace pgdrill::scenario
