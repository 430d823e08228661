#include "harness/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "harness/base/text.hpp"
#include "harness/cli/verb.hpp"

namespace pgdrill::cli {

namespace {

constexpr int exit_usage = 2;

/// What CLI11 writes to while it parses one verb's arguments.
struct Parsed {
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, bool> flags;
};

void add_option(CLI::App& app, Option const& option, Parsed& parsed) {
  std::string const name = long_name(option.name);
  if (option.flag) {
    app.add_flag(option.name, parsed.flags[name], option.help);
    return;
  }
  std::vector<std::string>& into = parsed.values[name];
  CLI::Option* const added = app.add_option(option.name, into, option.help);
  added->allow_extra_args(false);
  if (!option.repeated) {
    added->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  if (!option.default_value.empty()) added->default_str(option.default_value);
}

void add_positional(CLI::App& app, Positional const& positional, Parsed& parsed) {
  CLI::Option* const added = app.add_option(positional.name, parsed.values[positional.name], positional.help);
  added->expected(positional.repeated ? -1 : 1);
  if (!positional.repeated) added->allow_extra_args(false);  // the next one is for the next positional
  if (positional.required) added->required();
}

Arguments to_arguments(Verb const& verb, Parsed const& parsed) {
  Arguments arguments;
  for (auto const& [name, values] : parsed.values) arguments.set(name, values);
  for (auto const& [name, value] : parsed.flags) arguments.set(name, {value ? "true" : ""});
  for (Option const& option : verb.options) {
    std::string const name = long_name(option.name);
    if (!option.flag && !option.default_value.empty() && !arguments.given(name))
      arguments.set(name, {option.default_value});
  }
  return arguments;
}

int run_verb(Verb const& verb, std::vector<std::string> rest) {
  if (verb.raw) {
    Arguments arguments;
    arguments.set("ARGUMENTS", std::move(rest));
    return verb.run(arguments);
  }
  CLI::App app(verb.summary, "pgdrill " + verb.name);
  Parsed parsed;
  for (Positional const& positional : verb.positionals) add_positional(app, positional, parsed);
  for (Option const& option : verb.options) add_option(app, option, parsed);
  std::reverse(rest.begin(), rest.end());  // CLI11 takes a vector from its back
  try {
    app.parse(std::move(rest));
  } catch (CLI::ParseError const& problem) {
    return app.exit(problem) == 0 ? 0 : exit_usage;
  }
  return verb.run(to_arguments(verb, parsed));
}

void print_help(std::FILE* out) {
  std::fputs("pgdrill proves that a PostgreSQL change can be rolled back.\n\nusage: pgdrill VERB [...]\n\n",
             out);
  for (Verb const& verb : verbs()) {
    if (!verb.hidden) std::fprintf(out, "  %-16s %s\n", verb.name.c_str(), verb.summary.c_str());
  }
  std::fputs("\npgdrill VERB --help explains a verb.\n", out);
}

int unknown_verb(std::string const& given) {
  std::vector<std::string> names;
  for (Verb const& verb : verbs()) {
    if (!verb.hidden) names.push_back(verb.name);
  }
  auto const near = nearest(given, names);
  std::fprintf(stderr, "pgdrill: '%s' is no verb%s; pgdrill --help lists them\n", given.c_str(),
               near ? ("; did you mean '" + *near + "'?").c_str() : "");
  return exit_usage;
}

}  // namespace

int run_command_line(int argument_count, char const* const* arguments) {
  std::vector<std::string> words(arguments + 1, arguments + argument_count);
  if (words.empty()) {
    print_help(stderr);
    return exit_usage;
  }
  if (words.front() == "--help" || words.front() == "-h" || words.front() == "help") {
    print_help(stdout);
    return 0;
  }
  if (words.front() == "--version") words.front() = "version";
  std::vector<Verb> const all = verbs();
  // The longest name first: "sandbox up" before a verb "sandbox".
  for (std::size_t length = std::min<std::size_t>(2, words.size()); length > 0; --length) {
    std::vector<std::string> const name(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(length));
    for (Verb const& verb : all) {
      if (verb.name != join(name, " ")) continue;
      return run_verb(verb, {words.begin() + static_cast<std::ptrdiff_t>(length), words.end()});
    }
  }
  bool const group = std::any_of(
      all.begin(), all.end(), [&](Verb const& verb) { return verb.name.starts_with(words.front() + " "); });
  return unknown_verb(group && words.size() > 1 ? words[0] + " " + words[1] : words[0]);
}

}  // namespace pgdrill::cli
