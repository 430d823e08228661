#include "harness/cli/complete.hpp"

#include <algorithm>
#include <optional>

#include "harness/base/text.hpp"
#include "harness/cli/verb.hpp"

namespace pgdrill::cli {

namespace {

/// Verbs, or the second words of a group such as "sandbox".
std::vector<Candidate> verb_words(std::vector<std::string> const& before) {
  std::string const prefix = before.empty() ? "" : before.front() + " ";
  std::vector<Candidate> all;
  for (Verb const& verb : verbs()) {
    if (verb.hidden || !verb.name.starts_with(prefix)) continue;
    std::string const rest = verb.name.substr(prefix.size());
    std::size_t const blank = rest.find(' ');
    Candidate next{rest.substr(0, blank), blank == std::string::npos ? verb.summary : ""};
    if (all.empty() || all.back().word != next.word) all.push_back(std::move(next));
  }
  return all;
}

/// The verb that the words name, and how many of them do.
std::optional<std::pair<Verb, std::size_t>> find_verb(std::vector<std::string> const& before) {
  std::optional<std::pair<Verb, std::size_t>> best;
  for (Verb const& verb : verbs()) {
    std::vector<std::string> const name = split(verb.name, ' ');
    bool const longer = !best || name.size() > best->second;
    if (longer && name.size() <= before.size() && std::equal(name.begin(), name.end(), before.begin()))
      best.emplace(verb, name.size());
  }
  return best;
}

std::vector<Candidate> of_words(std::vector<std::string> const& words) {
  std::vector<Candidate> all;
  for (std::string const& word : words) all.push_back({word});
  return all;
}

Option const* find_option(Verb const& verb, std::string const& word) {
  for (Option const& option : verb.options) {
    std::vector<std::string> const names = split(option.name, ',');
    if (std::find(names.begin(), names.end(), word) != names.end()) return &option;
  }
  return nullptr;
}

std::vector<Candidate> values_of(Option const& option) {
  if (!option.values.empty()) return {{"@" + option.values}};
  return of_words(option.choices);
}

std::vector<Candidate> options_of(Verb const& verb) {
  std::vector<Candidate> all;
  for (Option const& option : verb.options)
    for (std::string const& name : split(option.name, ',')) {
      if (name.starts_with("--")) all.push_back({name, option.help});
    }
  all.push_back({"--help", "explains the verb"});
  return all;
}

std::vector<Candidate> positional(Verb const& verb, std::vector<std::string> const& given) {
  if (verb.positionals.empty()) return {};
  bool const past = given.size() >= verb.positionals.size();
  Positional const& next = past ? verb.positionals.back() : verb.positionals[given.size()];
  if (past && !next.repeated) return {};
  if (next.candidates != nullptr) return of_words(next.candidates(given));
  if (!next.values.empty()) return {{"@" + next.values}};
  return {};
}

}  // namespace

std::vector<Candidate> complete(std::vector<std::string> const& words) {
  if (words.empty()) return verb_words({});
  std::vector<std::string> const before(words.begin(), words.end() - 1);
  auto const found = find_verb(before);
  if (!found) return before.size() <= 1 ? verb_words(before) : std::vector<Candidate>();
  auto const& [verb, length] = *found;
  std::vector<std::string> given;
  for (std::size_t i = length; i < before.size(); ++i) {
    Option const* const option = find_option(verb, before[i]);
    if (option == nullptr) {
      if (!before[i].starts_with("-")) given.push_back(before[i]);
    } else if (!option->flag && i + 1 == before.size()) {
      return values_of(*option);
    } else if (!option->flag) {
      ++i;
    }
  }
  if (words.back().starts_with("-")) return options_of(verb);
  return positional(verb, given);
}

}  // namespace pgdrill::cli
