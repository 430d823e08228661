// Pieces of the JSON Schema. Each stands where it is used instead of behind a "$ref", beside which draft-07
// ignores the description that an editor would show.
#pragma once
#include <string>
#include <vector>

#include "harness/base/json.hpp"
#include "harness/scenario/catalogue.hpp"

namespace pgdrill::scenario::schema {

/// Any scalar: the parser takes numbers and booleans as text.
[[nodiscard]] json::object text(std::string const& description);
/// A name of a Kubernetes object, or text with variables.
[[nodiscard]] json::object name(std::string const& description);
[[nodiscard]] json::object duration(std::string const& description);
[[nodiscard]] json::object integer(std::string const& description);
[[nodiscard]] json::object boolean(std::string const& description);
[[nodiscard]] json::object one_of(std::vector<std::string> const& values, std::string const& description);
[[nodiscard]] json::object list(json::value items, std::string const& description);
/// A map with exactly these keys.
[[nodiscard]] json::object map(json::object properties, std::vector<std::string> const& required,
                               std::string const& description);
/// A map from names of the user's choice.
[[nodiscard]] json::object free_map(json::value values, std::string const& description);
/// Another part of the document.
[[nodiscard]] json::object reference(std::string const& definition);

/// The parameters of a step, fault, probe or trigger.
[[nodiscard]] json::object parameters(Declaration const& declaration);
/// A single parameter's value.
[[nodiscard]] json::object parameter(ParameterDeclaration const& declaration);

}  // namespace pgdrill::scenario::schema
