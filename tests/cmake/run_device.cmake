# SPDX-License-Identifier: MIT
#
#   cmake -D "COMMAND=emulator;arguments" -D HOST=program -P run_device.cmake
#
# Passes if both commands exit with 0 and print the same line "decisions: digits". Prints what the first printed.
foreach(run HOST COMMAND)
  execute_process(COMMAND ${${run}} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE messages)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${${run}}: expected exit code 0, got ${result} and\n${messages}\nprinted:\n${output}")
  endif()
  if(NOT output MATCHES "decisions: ([0-9]+)\n")
    message(FATAL_ERROR "${${run}}: expected \"decisions: \" and digits, got\n${output}")
  endif()
  set(decisions_${run} ${CMAKE_MATCH_1})
endforeach()
message("${output}")
if(NOT decisions_COMMAND STREQUAL decisions_HOST)
  message(FATAL_ERROR "expected the decisions of ${HOST}\n  ${decisions_HOST}\ngot\n  ${decisions_COMMAND}")
endif()
