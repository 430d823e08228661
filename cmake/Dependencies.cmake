# Everything that pgdrill is built from; on Debian 12 the names in ./drill give it.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(tl-expected REQUIRED)
find_package(fmt REQUIRED)
find_package(GTest REQUIRED)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
find_package(CLI11 REQUIRED)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)

# PostgreSQL's own parser; Debian's package has no pkg-config file.
find_path(PG_QUERY_INCLUDE pg_query.h REQUIRED)
find_library(PG_QUERY pg_query REQUIRED)

add_library(pgdrill_dependencies INTERFACE)
target_link_libraries(pgdrill_dependencies INTERFACE
  Boost::json Boost::url OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB yaml-cpp prometheus-cpp::core
  tl::expected fmt::fmt PkgConfig::PQXX PkgConfig::PQ PkgConfig::PUGIXML PkgConfig::SQLITE ${PG_QUERY}
  Threads::Threads)
target_include_directories(pgdrill_dependencies INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(pgdrill_dependencies INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  PGDRILL_VERSION="${PROJECT_VERSION}")
