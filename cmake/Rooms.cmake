# A room is a folder of sources, compiled to objects so that no self-registration is lost in a static
# library (a linker drops an archive member that nobody names), with the unit tests of the same name.
#
#   pgdrill_room(<name> <folder> [DEPENDS <room>...])
#   pgdrill_executable(<target> ROOM <room>)

add_library(pgdrill_headers OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
target_link_libraries(pgdrill_headers PUBLIC pgdrill_dependencies)
target_precompile_headers(pgdrill_headers PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)

# Half of all units are tests, which run once: not optimised they compile in two thirds of the time. What they test is
# the same objects that the program consists of.
set(pgdrill_test_options $<$<CONFIG:Release>:-O0>)
add_library(pgdrill_test_headers OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
target_link_libraries(pgdrill_test_headers PUBLIC pgdrill_dependencies)
target_compile_options(pgdrill_test_headers PRIVATE ${pgdrill_test_options})
target_precompile_headers(pgdrill_test_headers PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)

function(pgdrill_room name folder)
  cmake_parse_arguments(ROOM "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")

  set(objects "")
  set(all_rooms ${name})
  foreach(dependency IN LISTS ROOM_DEPENDS)
    get_property(below GLOBAL PROPERTY PGDRILL_ROOM_${dependency})
    list(APPEND all_rooms ${below})
  endforeach()
  list(REMOVE_DUPLICATES all_rooms)
  set_property(GLOBAL PROPERTY PGDRILL_ROOM_${name} ${all_rooms})

  if(sources)
    add_library(room_${name} OBJECT ${sources})
    target_link_libraries(room_${name} PUBLIC pgdrill_dependencies)
    target_precompile_headers(room_${name} REUSE_FROM pgdrill_headers)
    file(GLOB embedded CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/embedded/*)
    if(embedded)
      pgdrill_embed(room_${name} ${name} ${embedded})
    endif()
  endif()

  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${name}/*.cpp)
  if(tests)
    pgdrill_test(unit_${name} ROOM ${name} SOURCES ${tests})
  endif()
endfunction()

# Adds the objects of a room and of all rooms below it to a target, whose own units are compiled with the named headers
# (pgdrill_headers unless said).
function(pgdrill_use_room target room)
  set(headers ${ARGN})
  if(NOT headers)
    set(headers pgdrill_headers)
  endif()
  get_property(rooms GLOBAL PROPERTY PGDRILL_ROOM_${room})
  foreach(used IN LISTS rooms)
    if(TARGET room_${used})
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:room_${used}>)
    endif()
  endforeach()
  target_link_libraries(${target} PRIVATE pgdrill_dependencies)
  target_precompile_headers(${target} REUSE_FROM ${headers})
endfunction()

function(pgdrill_executable target)
  cmake_parse_arguments(EXE "" "ROOM" "" ${ARGN})
  add_executable(${target} ${CMAKE_SOURCE_DIR}/harness/cli/main.cpp)
  pgdrill_use_room(${target} ${EXE_ROOM})
endfunction()

# A test program; every TEST in it becomes a test of ctest.
function(pgdrill_test target)
  cmake_parse_arguments(TEST "" "ROOM" "SOURCES;LABELS;PROPERTIES" ${ARGN})
  add_executable(${target} ${TEST_SOURCES} ${CMAKE_SOURCE_DIR}/tests/support/main.cpp)
  pgdrill_use_room(${target} ${TEST_ROOM} pgdrill_test_headers)
  target_compile_options(${target} PRIVATE ${pgdrill_test_options})
  target_link_libraries(${target} PRIVATE GTest::gtest GTest::gmock)
  # Rooms that speak to PostgreSQL are tested against a real server.
  get_property(rooms GLOBAL PROPERTY PGDRILL_ROOM_${TEST_ROOM})
  if("postgres" IN_LIST rooms)
    target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/postgres_server.cpp
                                             ${CMAKE_SOURCE_DIR}/tests/support/self_signed.cpp)
  endif()
  target_compile_definitions(${target} PRIVATE PGDRILL_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                               PGDRILL_BINARY="${CMAKE_BINARY_DIR}/pgdrill")
  include(GoogleTest)
  if(NOT TEST_LABELS)
    set(TEST_LABELS unit)
  endif()
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 DISCOVERY_MODE PRE_TEST
                       PROPERTIES LABELS "${TEST_LABELS}" ${TEST_PROPERTIES})
endfunction()

# Puts files into the binary: pgdrill::embedded::<room>("name") gives the content of a file.
function(pgdrill_embed target room)
  set(generated ${CMAKE_BINARY_DIR}/embedded_${room}.cpp)
  add_custom_command(OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${generated} -DROOM=${room} "-DFILES=${ARGN}"
            -P ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${generated})
  set_source_files_properties(${generated} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
