// JSON patch (RFC 6902) over JSON pointers (RFC 6901).
#include <fmt/format.h>

#include <charconv>

#include "harness/base/text.hpp"
#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/patch.hpp"

namespace pgdrill::sandbox {
namespace {

std::string unescape(std::string_view token) {
  std::string text;
  for (std::size_t index = 0; index < token.size(); ++index) {
    if (token[index] == '~' && index + 1 < token.size()) {
      text += token[++index] == '1' ? '/' : '~';
    } else {
      text += token[index];
    }
  }
  return text;
}

std::vector<std::string> tokens_of(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (pointer.empty()) return tokens;
  for (auto const& token : split(pointer.substr(1), '/')) tokens.push_back(unescape(token));
  return tokens;
}

std::optional<std::size_t> index_of(std::string const& token) {
  std::size_t index = 0;
  auto const [end, problem] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (problem != std::errc() || end != token.data() + token.size()) return std::nullopt;
  return index;
}

json::value* child(json::value& parent, std::string const& token) {
  if (parent.is_object()) return parent.get_object().if_contains(token);
  auto const index = index_of(token);
  if (!parent.is_array() || !index) return nullptr;
  return parent.get_array().if_contains(*index);
}

json::value* walk(json::value& root, std::vector<std::string> const& tokens, std::size_t count) {
  json::value* at = &root;
  for (std::size_t index = 0; index < count && at != nullptr; ++index) at = child(*at, tokens[index]);
  return at;
}

bool add(json::value& root, std::vector<std::string> const& tokens, json::value value) {
  if (tokens.empty()) {
    root = std::move(value);
    return true;
  }
  json::value* parent = walk(root, tokens, tokens.size() - 1);
  if (parent == nullptr) return false;
  std::string const& last = tokens.back();
  if (parent->is_object()) {
    parent->get_object()[last] = std::move(value);
    return true;
  }
  if (!parent->is_array()) return false;
  json::array& list = parent->get_array();
  auto const index = last == "-" ? std::optional(list.size()) : index_of(last);
  if (!index || *index > list.size()) return false;
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  return true;
}

bool remove(json::value& root, std::vector<std::string> const& tokens) {
  if (tokens.empty() || walk(root, tokens, tokens.size()) == nullptr) return false;
  json::value* parent = walk(root, tokens, tokens.size() - 1);
  if (parent->is_object()) {
    parent->get_object().erase(tokens.back());
  } else {
    parent->get_array().erase(parent->get_array().begin() +
                              static_cast<std::ptrdiff_t>(*index_of(tokens.back())));
  }
  return true;
}

bool perform(json::value& target, json::value const& operation) {
  std::string const op = get_string(operation, "op");
  auto const path = tokens_of(get_string(operation, "path"));
  auto const* value = find(operation, "value");
  if (op == "add") return value != nullptr && add(target, path, *value);
  if (op == "remove") return remove(target, path);
  json::value* at = walk(target, path, path.size());
  if (op == "replace") {
    if (at == nullptr || value == nullptr) return false;
    *at = *value;
    return true;
  }
  if (op == "test") return at != nullptr && value != nullptr && *at == *value;
  auto const from = tokens_of(get_string(operation, "from"));
  json::value const* source = walk(target, from, from.size());
  if ((op != "move" && op != "copy") || source == nullptr) return false;
  json::value const moved = *source;
  if (op == "move" && !remove(target, from)) return false;
  return add(target, path, moved);
}

}  // namespace

Result<> json_patch(json::value& target, json::value const& operations) {
  if (!operations.is_array()) {
    return fail(bad_request_error(
        "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"));
  }
  for (auto const& operation : operations.get_array()) {
    if (!operation.is_object()) return fail(bad_request_error("an operation of a JSON patch is an object"));
    if (!perform(target, operation)) {
      return fail(
          api_error(422, "Invalid", "the server rejected our request due to an error in our request"));
    }
  }
  return {};
}

}  // namespace pgdrill::sandbox
