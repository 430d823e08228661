#include "harness/migrations/history/tool.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <pqxx/pqxx>

#include "harness/base/text.hpp"

namespace pgdrill::migrations {

namespace {

std::vector<Tool (*)()>& registrations() {
  static std::vector<Tool (*)()> all;
  return all;
}

std::vector<Tool> sorted_tools() {
  std::vector<Tool> all;
  for (auto* const describe : registrations()) all.push_back(describe());
  std::ranges::sort(all, {}, &Tool::name);
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].name != all[i - 1].name) continue;
    std::fprintf(stderr, "pgdrill: bug: migration tool '%s' is registered twice\n", all[i].name.c_str());
    std::abort();
  }
  return all;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// -1, 0 or 1. Texts that are no numbers come after all numbers, byte by byte.
int compare_numbers(std::string_view a, std::string_view b) {
  if (!all_digits(a) || !all_digits(b)) {
    if (all_digits(a) != all_digits(b)) return all_digits(a) ? -1 : 1;
    return a < b ? -1 : (b < a ? 1 : 0);
  }
  std::string const left = without_leading_zeros(a);
  std::string const right = without_leading_zeros(b);
  if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  return left < right ? -1 : (right < left ? 1 : 0);
}

/// Flyway's rule: part by part as numbers, missing parts are zero.
int compare_dotted(std::string_view a, std::string_view b) {
  auto const left = split(a, '.');
  auto const right = split(b, '.');
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    int const order = compare_numbers(i < left.size() ? left[i] : "0", i < right.size() ? right[i] : "0");
    if (order != 0) return order;
  }
  return 0;
}

int compare_versions(Order order, std::string_view a, std::string_view b) {
  switch (order) {
    case Order::number:
      return compare_numbers(a, b);
    case Order::dotted:
      return compare_dotted(a, b);
    case Order::text:
      return a < b ? -1 : (b < a ? 1 : 0);
    case Order::graph:
      break;
  }
  return 0;
}

}  // namespace

RegisterTool::RegisterTool(Tool (*describe)()) { registrations().push_back(describe); }

std::vector<Tool> const& tools() {
  static std::vector<Tool> const all = sorted_tools();
  return all;
}

Tool const* find_tool(std::string_view name) {
  auto const found = std::ranges::find(tools(), name, &Tool::name);
  return found == tools().end() ? nullptr : &*found;
}

bool belongs_to(Tool const& tool, Table const& main, Table const& table) {
  if (table.schema != main.schema) return false;
  return table.name == main.name || std::ranges::any_of(tool.beside, [&](Signature const& signature) {
           return signature.matches(table);
         });
}

bool comes_before(Order order, std::string_view a, std::string_view b) {
  return compare_versions(order, a, b) < 0;
}

bool same_version(Order order, std::string_view a, std::string_view b) {
  if (order == Order::number || order == Order::dotted) return compare_versions(order, a, b) == 0;
  return a == b;
}

std::string_view name_of(RunState state) {
  switch (state) {
    case RunState::applied:
      return "applied";
    case RunState::failed:
      return "failed";
    case RunState::unfinished:
      return "unfinished";
    case RunState::skipped:
      return "skipped";
    case RunState::reverted:
      break;
  }
  return "reverted";
}

Run const* History::last(RunState state) const {
  auto const found = std::ranges::find(runs.rbegin(), runs.rend(), state, &Run::state);
  return found == runs.rend() ? nullptr : &*found;
}

Run const* History::last_failure() const {
  auto const found = std::ranges::find_if(runs.rbegin(), runs.rend(), [](Run const& run) {
    return run.state == RunState::failed || run.state == RunState::unfinished;
  });
  return found == runs.rend() ? nullptr : &*found;
}

bool History::has(std::string_view version) const {
  // The last word about a version counts; a failed attempt says nothing about an earlier success.
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (run->version != version) continue;
    if (run->state == RunState::applied || run->state == RunState::skipped) return true;
    if (run->state == RunState::reverted) return false;
  }
  return false;
}

std::uint32_t crc32(std::string_view bytes) {
  auto const* const data = reinterpret_cast<Bytef const*>(bytes.data());
  return static_cast<std::uint32_t>(::crc32(::crc32(0, nullptr, 0), data, static_cast<uInt>(bytes.size())));
}

std::string digest_bytes(char const* algorithm, std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  auto const* const method = EVP_get_digestbyname(algorithm);
  if (method == nullptr || EVP_Digest(bytes.data(), bytes.size(), digest, &size, method, nullptr) != 1)
    return {};
  return {reinterpret_cast<char const*>(digest), size};
}

std::string digest_hex(char const* algorithm, std::string_view bytes) {
  std::string hex;
  for (char const c : digest_bytes(algorithm, bytes))
    hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

std::string advisory_key(std::int64_t key) {
  auto const bits = static_cast<std::uint64_t>(key);
  return fmt::format("{}/{}/1", bits >> 32U, bits & 0xffffffffU);
}

std::vector<Run> read_applied(pqxx::transaction_base& transaction, std::string const& query) {
  std::vector<Run> runs;
  for (auto const& row : transaction.exec(query)) {
    // c_str() of a NULL field is an empty text.
    runs.push_back({.version = row[0].c_str(),
                    .name = row[1].c_str(),
                    .at = row[2].c_str(),
                    .checksum = row[3].c_str()});
  }
  return runs;
}

std::vector<MigrationFile> numbered_files(std::vector<SourceFile> const& sources,
                                          std::vector<std::string> const& extensions) {
  std::vector<MigrationFile> files;
  for (SourceFile const& source : sources) {
    auto const name = parse_numbered_name(source.file_name());
    if (!name || name->direction == "down") continue;
    if (std::ranges::find(extensions, name->extension) == extensions.end()) continue;
    files.push_back(
        {.version = without_leading_zeros(name->digits), .name = name->title, .path = source.path});
  }
  return files;
}

void complete_up_to_version(History& history, std::vector<MigrationFile> const& files) {
  if (history.runs.empty()) return;
  Run const current = history.runs.back();
  std::vector<MigrationFile> earlier;
  for (MigrationFile const& file : files) {
    if (comes_before(Order::number, file.version, current.version)) earlier.push_back(file);
  }
  std::ranges::sort(earlier, [](MigrationFile const& a, MigrationFile const& b) {
    return comes_before(Order::number, a.version, b.version);
  });
  std::vector<Run> runs;
  for (MigrationFile const& file : earlier)
    runs.push_back({.version = file.version, .name = file.name, .implied = true});
  runs.push_back(current);
  history.runs = std::move(runs);
}

bool is_baseline(Run const& run) { return run.detail == "baseline"; }

void complete_up_to_baseline(History& history, std::vector<MigrationFile> const& files, Order order) {
  auto const baseline = std::ranges::find_if(history.runs.rbegin(), history.runs.rend(), is_baseline);
  if (baseline == history.runs.rend()) return;
  std::vector<Run> below;
  for (MigrationFile const& file : files) {
    bool const is_below =
        file.kind == MigrationFile::Kind::versioned && !comes_before(order, baseline->version, file.version);
    if (is_below && !history.has(file.version))
      below.push_back(
          {.version = file.version, .name = file.name, .state = RunState::skipped, .implied = true});
  }
  history.runs.insert(history.runs.begin(), below.begin(), below.end());
}

}  // namespace pgdrill::migrations
