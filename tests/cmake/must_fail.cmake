# SPDX-License-Identifier: MIT
#
#   cmake -D "COMMAND=compiler;arguments" (-D EXPECT=text | -D SOURCE=file -D MISTAKE=k) -P must_fail.cmake
#
# Passes if the command fails and its messages hold the text. A source gives one for each mistake in it, in a line
# "// expect: text"; it must stand in the first ten lines, which is what somebody reads who made the mistake.
if(SOURCE)
  file(STRINGS ${SOURCE} sentences REGEX "^// expect: ")
  math(EXPR place "${MISTAKE} - 1")
  list(GET sentences ${place} EXPECT)
  string(REPLACE "// expect: " "" EXPECT "${EXPECT}")
endif()
if("${EXPECT}" STREQUAL "")
  message(FATAL_ERROR "${SOURCE} has no line \"// expect: text\"")
endif()

execute_process(COMMAND ${COMMAND} RESULT_VARIABLE result OUTPUT_VARIABLE messages ERROR_VARIABLE messages)
if(result EQUAL 0)
  message(FATAL_ERROR "compiled; expected an error with\n  ${EXPECT}")
endif()
set(searched "${messages}")
set(where "")
if(SOURCE)
  set(where " in the first ten lines")
  string(REGEX MATCH "^[^\n]*(\n[^\n]*)?(\n[^\n]*)?(\n[^\n]*)?(\n[^\n]*)?(\n[^\n]*)?(\n[^\n]*)?(\n[^\n]*)?(\n[^\n]*)?(\n[^\n]*)?"
         searched "${messages}")
endif()
string(FIND "${searched}" "${EXPECT}" position)
if(position EQUAL -1)
  message(FATAL_ERROR "failed, but not with\n  ${EXPECT}\n${where} but with\n${messages}")
endif()
