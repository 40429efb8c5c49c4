# SPDX-License-Identifier: MIT
#
#   cmake -D "COMMAND=compiler;arguments" (-D EXPECT=text | -D SOURCE=file) -P must_fail.cmake
#
# Passes if the command fails and its messages hold the text, which a source gives in a line "// expect: text".
if(SOURCE)
  file(READ ${SOURCE} text)
  string(REGEX MATCH "// expect: ([^\n]+)" line "${text}")
  set(EXPECT "${CMAKE_MATCH_1}")
endif()
if("${EXPECT}" STREQUAL "")
  message(FATAL_ERROR "${SOURCE} has no line \"// expect: text\"")
endif()

execute_process(COMMAND ${COMMAND} RESULT_VARIABLE result OUTPUT_VARIABLE messages ERROR_VARIABLE messages)
if(result EQUAL 0)
  message(FATAL_ERROR "compiled; expected an error with\n  ${EXPECT}")
endif()
string(FIND "${messages}" "${EXPECT}" position)
if(position EQUAL -1)
  message(FATAL_ERROR "failed, but not with\n  ${EXPECT}\nbut with\n${messages}")
endif()
