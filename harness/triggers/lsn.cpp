// lsn: the primary writes WAL up to a place: an LSN, a segment, or so many bytes from where it was.
#include <charconv>

#include "harness/cnpg/wal.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/triggers/feeds.hpp"

namespace pgdrill::triggers {

namespace {

using scenario::ParameterType;

/// "0/3000060" as a number (PostgreSQL 15, 8.20); nothing when it is none.
std::optional<std::uint64_t> parse_lsn(std::string_view text) {
  std::size_t const slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  auto const hex = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    auto const [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (problem != std::errc() || end != digits.data() + digits.size()) return {};
    return value;
  };
  std::optional<std::uint64_t> const high = hex(text.substr(0, slash));
  std::optional<std::uint64_t> const low = hex(text.substr(slash + 1));
  if (!high || !low) return {};
  return (*high << 32U) | *low;
}

std::string why_no_lsn(std::string const& text) {
  return parse_lsn(text) ? "" : "an LSN is two hexadecimal numbers: 0/5000060";
}

std::string why_no_segment(std::string const& text) {
  return cnpg::parse_wal(text) ? "" : "a segment has 24 hexadecimal digits: 000000010000000000000005";
}

std::string why_no_place(scenario::Parameters const& parameters) {
  std::int64_t const ahead = parameters.integer("ahead");
  if (ahead < 0) return "'ahead' must not be negative";
  int const given =
      (parameters.given("at") ? 1 : 0) + (parameters.given("segment") ? 1 : 0) + (ahead > 0 ? 1 : 0);
  return given == 1 ? "" : "one of 'at', 'segment' and 'ahead' says how far";
}

class Lsn final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {.name = "lsn",
            .summary = "The primary has written WAL up to a place",
            .parameters = {{.name = "at", .help = "An LSN: 0/5000060.", .complaint = &why_no_lsn},
                           {.name = "segment",
                            .help = "A WAL segment: 000000010000000000000005.",
                            .complaint = &why_no_segment},
                           {"ahead",
                            ParameterType::integer,
                            false,
                            "0",
                            "So much further than when the item was reached.",
                            {},
                            "bytes"}},
            .permissions = engine::database_permissions(),
            .contradiction = &why_no_place};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& observation) override {
    std::string const value = get_string(observation, "value");
    std::size_t const space = value.find(' ');
    std::optional<std::uint64_t> const now = parse_lsn(value.substr(0, space));
    if (!now) return false;
    if (!first_) first_ = now;
    std::string const segment = spec.parameters.text("segment");
    // Names of segments of one timeline sort as their places do; another timeline's say nothing.
    if (!segment.empty() && space != std::string::npos) {
      std::string const current = value.substr(space + 1);
      return current.substr(0, 8) == segment.substr(0, 8) && current >= segment;
    }
    if (std::optional<std::uint64_t> const wanted = parse_lsn(spec.parameters.text("at")))
      return *now >= *wanted;
    // After a cut-over another server may answer that was restored to a place before the first one.
    return *now >= *first_ && *now - *first_ >= static_cast<std::uint64_t>(spec.parameters.integer("ahead"));
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    std::string const at = spec.parameters.text("at");
    if (!at.empty() && !parse_lsn(at)) {
      co_return fail({.kind = ErrorKind::usage,
                      .what = "'" + at + "' is no LSN",
                      .where = spec.location.text(),
                      .todo = "write it as pg_current_wal_lsn() does: 0/5000060"});
    }
    co_return co_await feed_query(
        context, "SELECT pg_current_wal_insert_lsn() || ' ' || pg_walfile_name(pg_current_wal_insert_lsn())",
        std::move(look));
  }

 private:
  std::optional<std::uint64_t> first_;
};

engine::RegisterTrigger<Lsn> const registered;

}  // namespace

}  // namespace pgdrill::triggers
