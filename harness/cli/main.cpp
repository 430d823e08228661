#include <cstdio>
#include <exception>

#include "harness/cli/command_line.hpp"

int main(int argument_count, char** arguments) {
  try {
    return pgdrill::cli::run_command_line(argument_count, arguments);
  } catch (std::exception const& problem) {
    std::fprintf(stderr, "pgdrill: this is a bug of ours: %s\n", problem.what());
    return 70;
  }
}
