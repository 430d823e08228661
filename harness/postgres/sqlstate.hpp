// SQLSTATEs inside texts, where no field holds them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace pgdrill::postgres {

/// What a server said when it refused: "FATAL:  28P01: password authentication failed ...".
struct Refusal {
  std::string code;     ///< SQLSTATE
  std::string message;  ///< the text after it, one line
};

/// Finds the first error in a text that libpq or psql wrote with verbosity "verbose"; nothing when the text
/// holds no SQLSTATE (a transport failure). Does not depend on the language of the server's messages.
[[nodiscard]] std::optional<Refusal> parse_refusal(std::string_view text);

}  // namespace pgdrill::postgres
