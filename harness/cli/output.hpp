// What verbs have in common on standard output.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/verb.hpp"

namespace pgdrill::cli {

/// Writes text as it is.
void print(std::string_view text);

/// -o/--output with its values; the first is the default.
[[nodiscard]] Option output_option(std::vector<std::string> const& formats, std::string const& help);
/// The format that was asked for; nothing, said on standard error, when it is none of them (exit code 2).
[[nodiscard]] std::optional<std::string> output_format(Arguments const& arguments,
                                                       std::vector<std::string> const& formats);

/// "; did you mean 'restore'?", or with no near one "; there are: a, b".
[[nodiscard]] std::string suggest(std::string_view word, std::vector<std::string> const& candidates);

/// Text in lines of at most `width` characters, each after the first indented.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 100);

}  // namespace pgdrill::cli
