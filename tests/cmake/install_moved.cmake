# SPDX-License-Identifier: MIT
#
#   cmake -D ELMAN_SOURCE=… -D DIRECTORY=… -D PREFIX=… -D GENERATOR=… -D COMPILER=… -D FLAGS=… -D EIGEN_DIR=… -P install_moved.cmake
#
# elman with its library of kernels, installed as packagers do, into a DESTDIR, and moved from there to PREFIX.
function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()
file(REMOVE_RECURSE ${DIRECTORY} ${PREFIX})
run(${CMAKE_COMMAND} -S ${ELMAN_SOURCE} -B ${DIRECTORY} -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER}
    -D CMAKE_CXX_FLAGS=${FLAGS} -D CMAKE_BUILD_TYPE=None -D CMAKE_INSTALL_PREFIX=/opt/of_nobody -D Eigen3_DIR=${EIGEN_DIR}
    -D ELMAN_COMPILED=ON -D ELMAN_BUILD_TESTS=OFF -D ELMAN_BUILD_EXAMPLES=OFF)
run(${CMAKE_COMMAND} --build ${DIRECTORY})
run(${CMAKE_COMMAND} -E env DESTDIR=${DIRECTORY}/root ${CMAKE_COMMAND} --install ${DIRECTORY})
file(RENAME ${DIRECTORY}/root/opt/of_nobody ${PREFIX})
