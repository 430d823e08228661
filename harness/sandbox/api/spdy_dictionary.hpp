// The dictionary that SPDY/3 header blocks are compressed with (draft 3.1, section 2.6.10.1).
#pragma once
#include <string>

namespace pgdrill::sandbox {

[[nodiscard]] std::string const& spdy_dictionary();

}  // namespace pgdrill::sandbox
