#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "harness/base/text.hpp"
#include "harness/migrations/audit/drift.hpp"

namespace pgdrill::migrations {

namespace {

using Words = std::set<std::string, std::less<>>;

/// Lower-case words of letters, digits and underscores; "customerId" also as "customer_id".
void add_words(std::string_view text, Words& into) {
  std::string word;
  std::string snake;
  auto const end_word = [&] {
    if (!word.empty()) into.insert(word);
    if (snake != word && !snake.empty()) into.insert(snake);
    word.clear();
    snake.clear();
  };
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) == 0 && c != '_') {
      end_word();
      continue;
    }
    char const lower = static_cast<char>(std::tolower(byte));
    if (std::isupper(byte) != 0 && !snake.empty() && snake.back() != '_') snake += '_';
    word += lower;
    snake += lower;
  }
  end_word();
}

/// Frameworks make these themselves, or make the column of a reference out of its name.
bool made_by_convention(std::string const& column, Words const& words) {
  static Words const usual = {"id", "created_at", "updated_at", "createdat", "updatedat"};
  if (usual.contains(column)) return true;
  for (std::string_view const ending : {"_id", "_type", "_ptr_id", "id"}) {
    if (column.ends_with(ending) && words.contains(column.substr(0, column.size() - ending.size())))
      return true;
  }
  return false;
}

/// Django names tables "app_model": known when both parts are words.
bool table_is_known(std::string const& table, Words const& words) {
  if (words.contains(table)) return true;
  for (auto at = table.find('_'); at != std::string::npos; at = table.find('_', at + 1)) {
    if (words.contains(table.substr(0, at)) && words.contains(table.substr(at + 1))) return true;
  }
  return false;
}

Finding unexplained(Table const& table, Column const& column) {
  return {.severity = Severity::warning,
          .kind = "unexplained-column",
          .object = fmt::format("column {}.{}", table.text(), column.name),
          .message = fmt::format(
              "({}) is named in no migration file: it was made by hand, or by a migration whose file is "
              "gone",
              column.type),
          .finish = {{}, "write the migration that makes it"},
          .undo = {{fmt::format("ALTER TABLE {} DROP COLUMN {}", table.quoted(),
                                postgres::quote_identifier(column.name))},
                   "if nothing uses it; its data are lost"}};
}

}  // namespace

std::vector<Finding> drift_by_words(RunFiles const& files, std::vector<Table> const& tables) {
  Words words;
  for (SourceFile const& file : files.applied) {
    add_words(file.content, words);
    add_words(file.path, words);
  }
  for (SourceFile const& file : files.pending) add_words(file.content, words);
  std::vector<Finding> findings;
  for (Table const& table : tables) {
    if (!table_is_known(lower_case(table.name), words)) continue;  // another program's, perhaps
    for (Column const& column : table.columns) {
      std::string const name = lower_case(column.name);
      if (!words.contains(name) && !made_by_convention(name, words))
        findings.push_back(unexplained(table, column));
    }
  }
  return findings;
}

}  // namespace pgdrill::migrations
