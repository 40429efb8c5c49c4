# SPDX-License-Identifier: MIT
#
#   cmake -D ELMAN_SOURCE=… -D DIRECTORY=… -D GENERATOR=… -D COMPILER=… [-D FLAGS=…] -D EIGEN_HEADERS=… -D EIGEN_DIR=…
#         [-D EIGEN_SOURCE=…] [-D PREFIX=…] -P ways.cmake
#
# Every way of tests/compile/consumer/ways, with one Eigen; elman installed below PREFIX, or the ways that need it
# are left out. What is learned of the compiler is learned once.
cmake_minimum_required(VERSION 3.22)
set(consumer ${ELMAN_SOURCE}/tests/compile/consumer/ways)
if(NOT EIGEN_SOURCE)
  set(EIGEN_SOURCE ${consumer}/eigen)
endif()
set(macros "")
foreach(file Version src/Core/util/Macros.h)
  if(EXISTS ${EIGEN_HEADERS}/Eigen/${file})
    file(STRINGS ${EIGEN_HEADERS}/Eigen/${file} lines REGEX "define EIGEN_(WORLD|MAJOR)_VERSION +[0-9]")
    list(APPEND macros ${lines})
  endif()
endforeach()
set(major 3)
if(macros MATCHES "EIGEN_MAJOR_VERSION +5")
  set(major 5)
endif()

set(ways subdirectory subdirectory_after_eigen subdirectory_of_prefix nested twice vendored_eigen fetched fetched_twice
         plain_target imported_target modules bare_modules exported_by_its_user)
if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.24)
  list(APPEND ways fetched_in_place_of_packages)
else()
  message(NOTICE "fetched_in_place_of_packages: left out, CMake ${CMAKE_VERSION} has no OVERRIDE_FIND_PACKAGE")
endif()
if(PREFIX)
  list(APPEND ways installed installed_for_a_target installed_and_vendored vendored_and_installed other_versions)
endif()
set(no_eigen "CMake finds none: install it")
set(old_eigen "elman needs Eigen 3.4 or newer[;] found 3.3.9")

file(REMOVE_RECURSE ${DIRECTORY})
set(learned "")
set(failed "")
foreach(way IN LISTS ways ITEMS no_eigen old_eigen)
  set(build ${DIRECTORY}/${way})
  if(learned)
    file(COPY ${learned} DESTINATION ${build}/CMakeFiles)
    file(TOUCH ${build}/CMakeCache.txt)
  endif()
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${consumer} -B ${build} -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER}
                          -D WAY=${way} -D ELMAN_SOURCE=${ELMAN_SOURCE} -D ELMAN_PREFIX=${PREFIX}
                          -D EIGEN_HEADERS=${EIGEN_HEADERS} -D EIGEN_DIR=${EIGEN_DIR} -D EIGEN_SOURCE=${EIGEN_SOURCE}
                          -D EIGEN_MAJOR=${major} -D "CMAKE_CXX_FLAGS=${FLAGS}"
                  RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  set(learned ${DIRECTORY}/subdirectory/CMakeFiles/${CMAKE_VERSION})
  if(DEFINED ${way})
    string(REGEX REPLACE "[ \n]+" " " said "${said}")
    if(status EQUAL 0 OR NOT said MATCHES "${${way}}")
      list(APPEND failed ${way})
      message(NOTICE "${way}: expected an error, ${${way}}; got\n${said}")
    endif()
    continue()
  endif()
  if(status EQUAL 0)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${build} --target consumer
                    RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  endif()
  if(NOT status EQUAL 0)
    list(APPEND failed ${way})
    message(NOTICE "${way}: ${said}")
  endif()
endforeach()
list(LENGTH ways count)
if(failed)
  message(FATAL_ERROR "ways that failed with Eigen ${major}: ${failed}")
endif()
message(NOTICE "${count} ways with Eigen ${major}")
