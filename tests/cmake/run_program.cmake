# SPDX-License-Identifier: MIT
#
#   [INPUT=text] cmake -D "COMMAND=program;arguments" (-D EXPECT=regex | -D ACCURACY=least | -D ERROR=text)
#                      -P run_program.cmake
#
# Runs a program with INPUT as its standard input. Passes if it exits with 0 and prints what matches the regular
# expression, or "test accuracy: " and a number of at least `least`; or, with ERROR, if it exits with 1, prints nothing
# and its messages hold the text.
string(MD5 name "${COMMAND}$ENV{INPUT}")
set(input ${CMAKE_CURRENT_BINARY_DIR}/${name}.txt)
file(WRITE ${input} "$ENV{INPUT}")
execute_process(COMMAND ${COMMAND} INPUT_FILE ${input} RESULT_VARIABLE result OUTPUT_VARIABLE output
                ERROR_VARIABLE messages)
file(REMOVE ${input})

if(NOT "${ERROR}" STREQUAL "")
  string(FIND "${messages}" "${ERROR}" position)
  if(NOT result EQUAL 1 OR position EQUAL -1 OR NOT "${output}" STREQUAL "")
    message(FATAL_ERROR "expected exit code 1 and\n  ${ERROR}\ngot ${result} and\n${messages}\nprinted:\n${output}")
  endif()
  return()
endif()

if(NOT result EQUAL 0)
  message(FATAL_ERROR "expected exit code 0, got ${result} and\n${messages}\nprinted:\n${output}")
endif()
if(NOT "${EXPECT}" STREQUAL "" AND NOT "${output}" MATCHES "${EXPECT}")
  message(FATAL_ERROR "expected output with ${EXPECT}, got\n${output}")
endif()
if(NOT "${ACCURACY}" STREQUAL "")
  if(NOT "${output}" MATCHES "test accuracy: ([0-9.]+)")
    message(FATAL_ERROR "expected a test accuracy, got\n${output}")
  elseif(CMAKE_MATCH_1 LESS ACCURACY)
    message(FATAL_ERROR "expected test accuracy of at least ${ACCURACY}, got ${CMAKE_MATCH_1}\n${output}")
  endif()
endif()
if("${EXPECT}${ACCURACY}" STREQUAL "")
  message(FATAL_ERROR "nothing is expected: give EXPECT, ACCURACY or ERROR")
endif()
