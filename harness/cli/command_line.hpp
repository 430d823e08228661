// The command line: finds the verb, parses what follows, runs it.
#pragma once

namespace pgdrill::cli {

/// Returns the exit code: the verb's own, 2 for a command line that is wrong (said on standard error), 0 for
/// --help.
int run_command_line(int argument_count, char const* const* arguments);

}  // namespace pgdrill::cli
