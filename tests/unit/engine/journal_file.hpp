// A journal in a directory of its own, and what stands in it.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/engine/journal.hpp"

namespace pgdrill::engine {

class JournalFile {
 public:
  JournalFile() : directory_(make_temporary_directory("pgdrill-test").value()) {
    journal_ = Journal::create(path(), "r1").value();
  }
  ~JournalFile() {
    journal_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  JournalFile(JournalFile const&) = delete;
  JournalFile& operator=(JournalFile const&) = delete;

  Journal& operator*() { return *journal_; }
  Journal* operator->() { return journal_.get(); }
  [[nodiscard]] std::filesystem::path path() const { return directory_ / "journal.jsonl"; }
  [[nodiscard]] std::filesystem::path const& directory() const { return directory_; }

  [[nodiscard]] std::vector<json::value> events() const {
    std::vector<json::value> all;
    std::string const text = read_file(path()).value();
    for (std::string const& line : split(text, '\n')) {
      if (!line.empty()) all.push_back(parse_json(line).value());
    }
    return all;
  }
  /// "step-finished a ok" for each event: its name, what it speaks of, and how it ended.
  [[nodiscard]] std::vector<std::string> story() const {
    std::vector<std::string> all;
    for (json::value const& event : events()) {
      std::string text = get_string(event, "event");
      for (char const* const field : {"step", "probe", "id", "status"}) {
        std::string const value = get_string(event, field);
        if (!value.empty()) text += " " + value;
      }
      all.push_back(std::move(text));
    }
    return all;
  }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace pgdrill::engine
