# Writes a .cpp that holds files as strings: std::string_view pgdrill::embedded::<room>(std::string_view name),
# empty for a name that is not there.
set(body "#include <string_view>\nnamespace pgdrill::embedded {\nstd::string_view ${ROOM}(std::string_view name);\n")
string(APPEND body "std::string_view ${ROOM}(std::string_view name) {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} content HEX)
  file(SIZE ${file} size)
  string(REGEX REPLACE "(..)" "\\\\x\\1" content "${content}")
  # Sixteen bytes a line: compilers dislike longer ones.
  string(REPEAT "." 64 line)
  string(REGEX REPLACE "(${line})" "\\1\"\n\"" content "${content}")
  string(APPEND body "  if (name == \"${name}\") return {\n\"${content}\", ${size}};\n")
endforeach()
string(APPEND body "  return {};\n}\n}  // namespace pgdrill::embedded\n")
file(WRITE ${OUTPUT} "${body}")
