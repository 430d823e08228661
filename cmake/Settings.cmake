# Language, warnings, sanitizers and the speed of the build.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(PGDRILL_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread; empty for none")

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  # Options are designated initializers that leave the rest at its default.
  -Wno-missing-designated-field-initializers)
add_link_options(-fuse-ld=lld)

if(PGDRILL_SANITIZE)
  add_compile_options(-fsanitize=${PGDRILL_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PGDRILL_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # A precompiled header may come from the cache only if its own time stamp is left out of it.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()

# A unit with TLS in it takes ten times the memory of an ordinary one: one at a time.
set_property(GLOBAL PROPERTY JOB_POOLS heavy=1)
