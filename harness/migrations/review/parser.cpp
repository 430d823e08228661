#include "harness/migrations/review/parser.hpp"

#include <pg_query.h>

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <string_view>

#include "harness/base/text.hpp"
#include "harness/migrations/review/lexer.hpp"
#include "harness/migrations/review/newer_syntax.hpp"

namespace pgdrill::review {

namespace {

/// Expressions nest deeply in generated SQL; PostgreSQL itself stops at its stack limit first.
constexpr std::size_t json_depth = 4000;

/// A tree is read once and dropped as a whole: one arena for all its nodes, which none of them owns, spares
/// an allocation and a destructor for each.
json::value read_tree(std::string_view all, json::monotonic_resource& arena) {
  json::parse_options options;
  options.max_depth = json_depth;
  boost::system::error_code failed;
  json::value tree = json::parse(all, failed, &arena, options);
  if (failed) return {};
  return tree;  // moved with its arena: any other form copies every node out of it
}

tl::expected<ParsedStatement, SyntaxError> parse_as_it_is(std::string const& text) {
  PgQueryParseResult const result = pg_query_parse(text.c_str());
  if (result.error != nullptr) {
    int const position = result.error->cursorpos;
    SyntaxError error{result.error->message, position > 0 ? static_cast<std::size_t>(position - 1) : 0};
    pg_query_free_parse_result(result);
    return tl::make_unexpected(std::move(error));
  }
  std::string_view const text_of_tree(result.parse_tree);
  auto arena = std::make_shared<json::monotonic_resource>(text_of_tree.size() / 2 + 256);
  json::value tree = read_tree(text_of_tree, *arena);
  pg_query_free_parse_result(result);
  json::value* const statements = tree.is_object() ? tree.as_object().if_contains("stmts") : nullptr;
  bool const one = statements != nullptr && statements->is_array() && statements->as_array().size() == 1 &&
                   statements->as_array().front().is_object();
  json::value* const statement =
      one ? statements->as_array().front().as_object().if_contains("stmt") : nullptr;
  if (statement == nullptr || !statement->is_object() || statement->as_object().empty())
    return tl::make_unexpected(SyntaxError{"not one statement", 0});
  auto& node = *statement->as_object().begin();
  return ParsedStatement{std::move(arena), std::string(node.key()), std::move(node.value()), {}};
}

/// Walks a PL/pgSQL tree and collects the SQL in it.
class PlpgsqlWalk {
 public:
  std::vector<EmbeddedSql> found;

  void walk(json::value const& value, bool in_loop, bool commits) {
    if (value.is_array()) {
      for (json::value const& element : value.as_array()) walk(element, in_loop, commits);
    }
    if (!value.is_object()) return;
    for (auto const& [key, child] : value.as_object()) {
      if (key == "PLpgSQL_stmt_execsql")
        found.push_back({query_of(child, "sqlstmt"), false, in_loop, commits});
      if (key == "PLpgSQL_stmt_dynexecute")
        found.push_back({literal(query_of(child, "query")), true, in_loop, commits});
      bool const loop = key == "PLpgSQL_stmt_loop" || key == "PLpgSQL_stmt_while" ||
                        key == "PLpgSQL_stmt_fori" || key == "PLpgSQL_stmt_fors" ||
                        key == "PLpgSQL_stmt_dynfors" || key == "PLpgSQL_stmt_forc" ||
                        key == "PLpgSQL_stmt_foreach_a";
      walk(child, in_loop || loop, commits || (loop && has_commit(child)));
    }
  }

 private:
  static std::string query_of(json::value const& statement, std::string const& member_name) {
    return get_string(statement, member_name + ".PLpgSQL_expr.query");
  }
  static bool has_commit(json::value const& value) {
    if (value.is_array()) {
      return std::any_of(value.as_array().begin(), value.as_array().end(), &PlpgsqlWalk::has_commit);
    }
    if (!value.is_object()) return false;
    return std::any_of(value.as_object().begin(), value.as_object().end(), [](auto const& member) {
      return member.key() == "PLpgSQL_stmt_commit" || has_commit(member.value());
    });
  }
  /// The text of an expression that is one literal; empty for any other.
  static std::string literal(std::string const& expression) {
    auto const parsed = parse_as_it_is("SELECT " + expression);
    if (!parsed) return {};
    json::value const* const targets = find(parsed->node, "targetList");
    if (targets == nullptr || targets->as_array().size() != 1) return {};
    return get_string(targets->as_array().front(), "ResTarget.val.A_Const.sval.sval",
                      get_string(targets->as_array().front(), "ResTarget.val.A_Const.sval"));
  }
};

/// Names get their placeholders back: a message says what stands in the file.
void restore(json::value& value, std::map<std::string, std::string> const& stand_for) {
  if (value.is_array()) {
    for (json::value& element : value.get_array()) restore(element, stand_for);
  } else if (value.is_object()) {
    for (auto& [key, child] : value.get_object()) restore(child, stand_for);
  } else if (value.is_string()) {
    std::string text(std::string_view(value.get_string()));
    for (auto const& [word, placeholder] : stand_for) {
      for (std::size_t at = text.find(word); at != std::string::npos;
           at = text.find(word, at + placeholder.size()))
        text.replace(at, word.size(), placeholder);
    }
    value.get_string().assign(text);
  }
}

}  // namespace

tl::expected<ParsedStatement, SyntaxError> parse_statement(std::string const& text) {
  auto first = parse_as_it_is(text);
  if (first) return first;
  OlderWords const older = in_older_words(text);
  if (!older.newer.empty()) {
    if (auto again = parse_as_it_is(older.text)) {
      again->newer = older.newer;
      return again;
    }
  }
  WithoutPlaceholders const plain = without_placeholders(text);
  if (plain.stand_for.empty()) return first;
  if (auto again = parse_as_it_is(plain.text)) {
    restore(again->node, plain.stand_for);
    return again;
  }
  return first;
}

std::vector<EmbeddedSql> embedded_statements(std::string const& statement) {
  PgQueryPlpgsqlParseResult const result = pg_query_parse_plpgsql(statement.c_str());
  PlpgsqlWalk walk;
  if (result.error == nullptr && result.plpgsql_funcs != nullptr) {
    json::monotonic_resource arena;
    walk.walk(read_tree(result.plpgsql_funcs, arena), false, false);
  }
  pg_query_free_plpgsql_parse_result(result);
  return walk.found;
}

std::string first_words(std::string_view text, std::size_t count) {
  std::vector<std::string> words;
  for (Token const& token : tokenize(text)) {
    if (token.kind == TokenKind::comment) continue;
    if (words.size() == count) break;
    words.emplace_back(text.substr(token.begin, std::min<std::size_t>(token.end - token.begin, 40)));
  }
  return join(words, " ");
}

}  // namespace pgdrill::review
