// PostgreSQL's parameters that CloudNativePG keeps for itself
// (https://cloudnative-pg.io/documentation/1.28/postgresql_conf/#fixed-parameters).
#pragma once
#include <string_view>

namespace pgdrill::sandbox::cnpg {

[[nodiscard]] bool is_fixed_parameter(std::string_view name);

}  // namespace pgdrill::sandbox::cnpg
