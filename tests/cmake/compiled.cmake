# SPDX-License-Identifier: MIT
#
#   cmake -D SOURCE=… -D DIRECTORY=… -D PREFIX=… -D GENERATOR=… -D COMPILER=… -D FLAGS=… -D EIGEN_DIR=… -P compiled.cmake
#
# Programs of elman::compiled, installed in PREFIX: they have no kernels and no loops over time of their own, and the same bits.
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${DIRECTORY} -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=${FLAGS}
    -D CMAKE_BUILD_TYPE=None -D CMAKE_PREFIX_PATH=${PREFIX} -D Eigen3_DIR=${EIGEN_DIR})
run(${CMAKE_COMMAND} --build ${DIRECTORY})

foreach(program headers_alone with_library precompiled)
  file(STRINGS ${DIRECTORY}/${program}.txt paths)
  list(POP_FRONT paths path)
  execute_process(COMMAND ${path} OUTPUT_VARIABLE said_by_${program} COMMAND_ERROR_IS_FATAL ANY)
  set(kernels_of_${program} "")
  foreach(object IN LISTS paths)
    file(STRINGS ${object} names REGEX "(Product|Softmax|Value|Slopes?)Kernel|HookedRun")  # which the loops have
    list(APPEND kernels_of_${program} ${names})
  endforeach()
endforeach()
if(NOT kernels_of_headers_alone OR kernels_of_with_library)
  message(FATAL_ERROR "kernels of the headers: ${kernels_of_headers_alone}\nof the program that has them from the library: ${kernels_of_with_library}")
endif()
if(NOT said_by_headers_alone STREQUAL said_by_with_library OR NOT said_by_with_library MATCHES "^([0-9a-f]+\n)+$")
  message(FATAL_ERROR "not the same bits:\n${said_by_headers_alone}\n${said_by_with_library}")
endif()
