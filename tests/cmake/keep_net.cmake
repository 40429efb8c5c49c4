# SPDX-License-Identifier: MIT
#
#   [INPUT_FILE=path] cmake -D "TRAIN=program;arguments" -D "USE=program;arguments" -D LINES=regex -D FOLDER=path
#                           -P keep_net.cmake
#
# Trains a net of at least three epochs at once, and again with two interruptions: what LINES finds in the output and
# the saved files are the same. Then uses the saved net, without training: LINES finds the same again.
set(input "$ENV{INPUT_FILE}")
if("${input}" STREQUAL "")
  set(input /dev/null)
endif()
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})

# run(lines, command): what LINES finds in the output of a command, which must not fail.
function(run lines)
  execute_process(COMMAND ${ARGN} INPUT_FILE ${input} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE messages)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "expected exit code 0, got ${result} of ${ARGN} and\n${messages}\nprinted:\n${output}")
  endif()
  string(REGEX MATCH "${LINES}" found "${output}")
  if("${found}" STREQUAL "")
    message(FATAL_ERROR "expected output with ${LINES}, got\n${output}")
  endif()
  set(${lines} "${found}" PARENT_SCOPE)
endfunction()
# expect_same(what, one, other)
function(expect_same what one other)
  if(NOT "${one}" STREQUAL "${other}")
    message(FATAL_ERROR "${what}: expected\n${one}\ngot\n${other}")
  endif()
endfunction()

set(kept --checkpoint ${FOLDER}/kept)
run(at_once ${TRAIN} --save ${FOLDER}/at_once)
run(stopped ${TRAIN} ${kept} --stop-after 1)
run(stopped ${TRAIN} ${kept} --stop-after 2 --resume)
run(resumed ${TRAIN} ${kept} --resume --save ${FOLDER}/resumed)
expect_same("a run that was interrupted" "${at_once}" "${resumed}")
file(SHA256 ${FOLDER}/at_once one)
file(SHA256 ${FOLDER}/resumed other)
expect_same("the file of a run that was interrupted" ${one} ${other})
run(loaded ${USE} --load ${FOLDER}/at_once --save ${FOLDER}/again)
expect_same("a net that was loaded" "${at_once}" "${loaded}")
file(SHA256 ${FOLDER}/again other)
expect_same("the file of a net that was loaded" ${one} ${other})
