// A journal in a file, line by line.
#include <fstream>

#include "reports/run.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::size_t longest_line = std::size_t{16} << 20U;

/// std::getline with a bound: what is longer is cut, and then is no JSON.
bool read_line(std::istream& stream, std::string& line) {
  line.clear();
  std::streambuf& buffer = *stream.rdbuf();
  int c = buffer.sbumpc();
  if (c == std::char_traits<char>::eof()) return false;
  for (; c != std::char_traits<char>::eof() && c != '\n'; c = buffer.sbumpc()) {
    if (line.size() < longest_line) line += static_cast<char>(c);
  }
  return true;
}

}  // namespace

Result<Run> read_run(std::filesystem::path const& journal) {
  std::ifstream stream(journal, std::ios::binary);
  if (!stream) {
    return fail({.kind = ErrorKind::io,
                 .what = "cannot read the journal",
                 .where = journal.string(),
                 .why = "it does not exist or may not be read"});
  }
  Run run;
  std::string line;
  while (read_line(stream, line)) {
    if (line.empty()) continue;
    Result<json::value> const event = parse_json(line, journal.string());
    if (event && event->is_object()) {
      add_event(run, event->get_object());
    } else {
      ++run.unreadable_lines;
    }
  }
  if (run.id.empty()) {
    return fail({.kind = ErrorKind::invalid,
                 .what = "this is no journal of a run",
                 .where = journal.string(),
                 .why = "no line of it has a run id"});
  }
  sort_samples(run);
  return run;
}

}  // namespace pgdrill::reports
