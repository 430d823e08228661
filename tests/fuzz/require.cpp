#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fuzz_target.hpp"

namespace pgdrill::fuzz {

void require(bool holds, char const* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace pgdrill::fuzz

#if __has_feature(address_sanitizer)
// libpg_query drops a copy of the (empty) messages of PL/pgSQL's compiler whenever it parses a DO block.
extern "C" char const* __lsan_default_suppressions();
extern "C" char const* __lsan_default_suppressions() { return "leak:libpg_query\n"; }
#endif
