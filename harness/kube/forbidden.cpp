#include "harness/kube/forbidden.hpp"

namespace pgdrill::kube {

namespace {

/// Takes what stands between two words of the message; nothing when they are not there in this order.
class Sentence {
 public:
  explicit Sentence(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool skip_to(std::string_view mark) {
    std::size_t const at = rest_.find(mark);
    if (at == std::string_view::npos) return false;
    rest_.remove_prefix(at + mark.size());
    return true;
  }
  [[nodiscard]] std::optional<std::string> up_to(std::string_view mark) {
    std::size_t const at = rest_.find(mark);
    if (at == std::string_view::npos) return std::nullopt;
    std::string taken(rest_.substr(0, at));
    rest_.remove_prefix(at + mark.size());
    return taken;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::optional<Forbidden> parse_forbidden(std::string_view message) {
  Sentence sentence(message);
  if (!sentence.skip_to("User \"")) return std::nullopt;
  std::optional<std::string> user = sentence.up_to("\" cannot ");
  std::optional<std::string> verb = sentence.up_to(" resource \"");
  std::optional<std::string> resource = sentence.up_to("\" in API group \"");
  std::optional<std::string> group = sentence.up_to("\"");
  if (!user || !verb || !resource || !group) return std::nullopt;
  Forbidden forbidden{.user = std::move(*user),
                      .verb = std::move(*verb),
                      .resource = std::move(*resource),
                      .group = std::move(*group),
                      .ns = {}};
  if (sentence.skip_to("in the namespace \"")) forbidden.ns = sentence.up_to("\"").value_or("");
  return forbidden;
}

std::string advice_for_forbidden(std::string_view message) {
  std::optional<Forbidden> const forbidden = parse_forbidden(message);
  if (!forbidden) return "an admission rule, a quota or a webhook of the cluster refuses it: see its message";
  std::string const place = forbidden->ns.empty() ? "a ClusterRole" : "a Role in namespace " + forbidden->ns;
  return "give " + forbidden->user + " this rule, by " + place + ": {apiGroups: [\"" + forbidden->group +
         "\"], resources: [" + forbidden->resource + "], verbs: [" + forbidden->verb + "]}";
}

}  // namespace pgdrill::kube
