# Writes a .cpp that holds files as strings: std::string_view pgdrill::embedded::<room>(std::string_view name),
# empty for a name that is not there.
set(body "#include <string_view>\nnamespace pgdrill::embedded {\nstd::string_view ${ROOM}(std::string_view name);\n")
string(APPEND body "std::string_view ${ROOM}(std::string_view name) {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} content HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" content "${content}")
  # A string literal may hold some 65,000 characters: cut it into many.
  string(REGEX REPLACE "((\\\\x..)(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?(\\\\x..)?)" "\"\\1\"\n" content "${content}")
  file(SIZE ${file} size)
  string(APPEND body "  if (name == \"${name}\") return {\n${content}\"\", ${size}};\n")
endforeach()
string(APPEND body "  return {};\n}\n}  // namespace pgdrill::embedded\n")
file(WRITE ${OUTPUT} "${body}")
