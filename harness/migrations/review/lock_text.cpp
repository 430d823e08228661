#include "harness/migrations/review/lock_text.hpp"

#include <fmt/format.h>

namespace pgdrill::review {

std::string lock_text(Effect const& effect) {
  std::string text;
  for (TableLock const& lock : effect.locks) {
    if (lock.lock != effect.strongest()) continue;
    text += fmt::format("{}{}", text.empty() ? fmt::format("holds {} on ", name_of(lock.lock)) : " and ",
                        lock.table.text());
  }
  if (text.empty()) return "holds no lock that counts";
  if (std::string_view const blocked = blocks(effect.strongest()); !blocked.empty())
    text += fmt::format(", which blocks {}", blocked);
  if (effect.cost >= Cost::scan)
    text +=
        fmt::format(", during {} {}", effect.cost == Cost::index_build ? "an" : "a", name_of(effect.cost));
  return text;
}

std::string size_text(Schema const& schema, Name const& table) {
  Table const* const known = schema.table(table);
  if (known == nullptr || !known->rows || !known->bytes) return {};
  constexpr double mebibyte = 1024.0 * 1024.0;
  return fmt::format(" (about {} rows, {:.1f} MiB)", *known->rows,
                     static_cast<double>(*known->bytes) / mebibyte);
}

}  // namespace pgdrill::review
