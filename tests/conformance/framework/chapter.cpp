#include "tests/conformance/framework/chapter.hpp"

#include <algorithm>
#include <tuple>

namespace pgdrill::conformance {

std::vector<Chapter>& chapters() {
  static std::vector<Chapter> all;
  return all;
}

bool add_chapter(Chapter chapter) {
  auto const later = [](Chapter const& one, Chapter const& other) {
    return std::tie(one.group, one.place) < std::tie(other.group, other.place);
  };
  auto& all = chapters();
  all.insert(std::upper_bound(all.begin(), all.end(), chapter, later), std::move(chapter));
  return true;
}

}  // namespace pgdrill::conformance
