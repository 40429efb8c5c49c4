# SPDX-License-Identifier: MIT
#
#   [INPUT=text | INPUT_FILE=path] cmake -D "COMMAND=program;arguments"
#                      (-D EXPECT=regex | -D MESSAGES=regex | -D ACCURACY=least | -D "AT_LEAST=text: least" |
#                       -D "AT_MOST=text: most" | -D ERROR=text) -P run_program.cmake
#
# Runs a program with INPUT, or what is in a file, as its standard input. Passes if it exits with 0 and prints what
# matches the regular expression (MESSAGES: on standard error), or "text: " (with ACCURACY "test accuracy: ") and a
# number within the bound; or, with ERROR, if it exits with 1, prints nothing and its messages hold the text.
set(input "$ENV{INPUT_FILE}")
if("${input}" STREQUAL "")
  string(MD5 name "${COMMAND}$ENV{INPUT}")
  set(input ${CMAKE_CURRENT_BINARY_DIR}/${name}.txt)
  file(WRITE ${input} "$ENV{INPUT}")
endif()
execute_process(COMMAND ${COMMAND} INPUT_FILE ${input} RESULT_VARIABLE result OUTPUT_VARIABLE output
                ERROR_VARIABLE messages)
if("$ENV{INPUT_FILE}" STREQUAL "")
  file(REMOVE ${input})
endif()

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
if(NOT "${MESSAGES}" STREQUAL "" AND NOT "${messages}" MATCHES "${MESSAGES}")
  message(FATAL_ERROR "expected messages with ${MESSAGES}, got\n${messages}")
endif()
if(NOT "${ACCURACY}" STREQUAL "")
  set(AT_LEAST "test accuracy: ${ACCURACY}")
endif()
foreach(bound AT_LEAST AT_MOST)
  if("${${bound}}" STREQUAL "")
    continue()
  endif()
  string(REGEX MATCH "^(.*: )([0-9.]+)$" matched "${${bound}}")
  if(matched STREQUAL "")
    message(FATAL_ERROR "${bound} is ${${bound}}; expected a text, a colon, a blank and a number")
  endif()
  set(text ${CMAKE_MATCH_1})
  set(limit ${CMAKE_MATCH_2})
  if(NOT "${output}" MATCHES "${text}([0-9.]+)")
    message(FATAL_ERROR "expected \"${text}\" and a number, got\n${output}")
  endif()
  set(number ${CMAKE_MATCH_1})
  # AT_LEAST and AT_MOST are variables too, for which if() would take their names on the right of STREQUAL.
  if((bound MATCHES "LEAST" AND number LESS limit) OR (bound MATCHES "MOST" AND number GREATER limit))
    message(FATAL_ERROR "expected ${bound} ${limit}, got ${text}${number}\n${output}")
  endif()
endforeach()
if("${EXPECT}${MESSAGES}${AT_LEAST}${AT_MOST}" STREQUAL "")
  message(FATAL_ERROR "nothing is expected: give EXPECT, MESSAGES, ACCURACY, AT_LEAST, AT_MOST or ERROR")
endif()
