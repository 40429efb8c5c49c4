# SPDX-License-Identifier: MIT
#
#   cmake -D "COMMAND=compiler;arguments" -D "HEADERS=header;header;…" -D EXPECT=text -D DIRECTORY=scratch -P one_error.cmake
#
# Passes if each header alone, in front of code that uses elman, ends the compilation with one error that holds the text.
foreach(header IN LISTS HEADERS)
  string(MAKE_C_IDENTIFIER ${header} name)
  set(source ${DIRECTORY}/${name}.cpp)
  file(WRITE ${source} "#include \"${header}\"\nelman::Index size;\n")
  execute_process(COMMAND ${COMMAND} ${source} OUTPUT_VARIABLE messages ERROR_VARIABLE messages)
  string(REGEX MATCHALL "error: [^\n]*" errors "${messages}")
  list(LENGTH errors count)
  string(FIND "${errors}" "${EXPECT}" position)
  if(NOT count EQUAL 1 OR position EQUAL -1)
    message(FATAL_ERROR "${header}: ${count} errors; expected one, with\n  ${EXPECT}\nbut got\n${messages}")
  endif()
endforeach()
