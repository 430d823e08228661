// One file, one fuzz target. With PGDRILL_FUZZ each becomes a libFuzzer program; else all of them are in one
// program that feeds them their corpus, so that a fault once found stays found.
#pragma once
#include <string_view>

namespace pgdrill::fuzz {

using Target = void (*)(std::string_view input);

/// Remembers a target under its name for the program that feeds corpora.
struct RegisterTarget {
  RegisterTarget(char const* name, Target target);
};

/// Ends the program when what must hold for every input does not.
void require(bool holds, char const* what);

}  // namespace pgdrill::fuzz

#ifdef PGDRILL_FUZZ
#define FUZZ_TARGET(name)                                                              \
  static void fuzz_##name(std::string_view input);                                     \
  extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size);  \
  extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size) { \
    fuzz_##name(std::string_view(reinterpret_cast<char const*>(data), size));          \
    return 0;                                                                          \
  }                                                                                    \
  static void fuzz_##name(std::string_view input)
#else
#define FUZZ_TARGET(name)                                                             \
  static void fuzz_##name(std::string_view input);                                    \
  static ::pgdrill::fuzz::RegisterTarget const registered_##name{#name, fuzz_##name}; \
  static void fuzz_##name(std::string_view input)
#endif
