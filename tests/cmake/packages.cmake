# SPDX-License-Identifier: MIT
#
#   cmake -D ELMAN_SOURCE=… -D DIRECTORY=scratch -D GENERATOR=… -D COMPILER=… -D FLAGS=… -D EIGEN_DIR=…
#         -D WITH_JSON=whether nlohmann-json is there -P packages.cmake
#
# The recipes of docs/packaging, as far as they go without vcpkg and Conan: vcpkg.json is JSON, portfile.cmake runs on what its
# functions are documented to do, and leaves what is expected of a port; what usage says configures, and Conan's
# test_package builds and runs with it; Conan's recipes are Python.
cmake_minimum_required(VERSION 3.22)
set(port ${ELMAN_SOURCE}/docs/packaging/vcpkg/elman)
set(conan ${ELMAN_SOURCE}/docs/packaging/conan)
file(REMOVE_RECURSE ${DIRECTORY})

function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# vcpkg.json, each of whose features the programs below know.
file(READ ${port}/vcpkg.json manifest)
string(JSON PORT GET "${manifest}" name)
string(JSON VERSION GET "${manifest}" version)
string(JSON feature MEMBER "${manifest}" features 0)
string(JSON count LENGTH "${manifest}" features)
if(NOT PORT STREQUAL "elman" OR NOT feature STREQUAL "io" OR NOT count EQUAL 1)
  message(FATAL_ERROR "vcpkg.json: port ${PORT} with ${count} features, ${feature} the first; expected elman with io alone")
endif()
set(depends "")
string(JSON count LENGTH "${manifest}" dependencies)
math(EXPR last "${count} - 1")
foreach(k RANGE ${last})
  string(JSON kind TYPE "${manifest}" dependencies ${k})
  if(kind STREQUAL "OBJECT")
    string(JSON name GET "${manifest}" dependencies ${k} name)
  else()
    string(JSON name GET "${manifest}" dependencies ${k})
  endif()
  list(APPEND depends ${name})
endforeach()

# vcpkg's functions. needs(port): that which has them is a dependency.
function(needs port)
  if(NOT port IN_LIST depends)
    message(FATAL_ERROR "portfile.cmake needs ${port}, which vcpkg.json does not depend on")
  endif()
endfunction()
function(parse_all options values lists)
  cmake_parse_arguments(arg "${options}" "${values}" "${lists}" ${ARGN})
  foreach(name IN LISTS values lists ITEMS UNPARSED_ARGUMENTS)
    set(arg_${name} "${arg_${name}}" PARENT_SCOPE)
  endforeach()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "portfile.cmake: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
endfunction()
function(vcpkg_from_git)
  parse_all("" "OUT_SOURCE_PATH;URL;REF" "" ${ARGN})
  if(NOT arg_URL OR NOT arg_REF MATCHES "version ${VERSION},")
    message(FATAL_ERROR "portfile.cmake: the source is ${arg_URL} at ${arg_REF}; expected both, and version ${VERSION}")
  endif()
  set(${arg_OUT_SOURCE_PATH} ${ELMAN_SOURCE} PARENT_SCOPE)
endfunction()
function(vcpkg_cmake_configure)
  needs(vcpkg-cmake)
  parse_all("" "SOURCE_PATH" "OPTIONS" ${ARGN})
  run(${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${DIRECTORY}/build -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER}
      -D CMAKE_CXX_FLAGS=${FLAGS} -D CMAKE_BUILD_TYPE=Release -D CMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}
      -D CMAKE_INSTALL_LIBDIR=lib -D Eigen3_DIR=${EIGEN_DIR} --no-warn-unused-cli ${arg_OPTIONS})
endfunction()
function(vcpkg_cmake_install)
  needs(vcpkg-cmake)
  run(${CMAKE_COMMAND} --build ${DIRECTORY}/build --target install)
endfunction()
function(vcpkg_cmake_config_fixup)  # moves the package to share/<port>, two folders below the prefix
  needs(vcpkg-cmake-config)
  parse_all("" "CONFIG_PATH" "" ${ARGN})
  file(GLOB files ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/*.cmake)
  foreach(file IN LISTS files)
    file(READ ${file} text)
    set(up "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
    string(REPLACE "${up}${up}${up}" "${up}${up}" text "${text}")
    get_filename_component(name ${file} NAME)
    file(WRITE ${CURRENT_PACKAGES_DIR}/share/${PORT}/${name} "${text}")
  endforeach()
  get_filename_component(parent ${arg_CONFIG_PATH} DIRECTORY)
  file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/${parent})
endfunction()
function(vcpkg_fixup_pkgconfig)  # demands that files of pkg-config stand in one of these folders
  file(GLOB_RECURSE files RELATIVE ${CURRENT_PACKAGES_DIR} ${CURRENT_PACKAGES_DIR}/*.pc)
  if(NOT files MATCHES "^(lib|share)/pkgconfig/elman[.]pc$")
    message(FATAL_ERROR "files of pkg-config: ${files}; expected elman.pc")
  endif()
endfunction()
function(vcpkg_install_copyright)
  parse_all("" "" "FILE_LIST" ${ARGN})
  file(READ ${arg_FILE_LIST} text)
  file(WRITE ${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright "${text}")
endfunction()

set(CURRENT_PACKAGES_DIR ${DIRECTORY}/packages)
include(${port}/portfile.cmake)

# What a port of headers is: nothing but these files.
file(GLOB_RECURSE files LIST_DIRECTORIES OFF RELATIVE ${CURRENT_PACKAGES_DIR} ${CURRENT_PACKAGES_DIR}/*)
list(FILTER files EXCLUDE REGEX "^include/elman/.*[.]hpp$")
list(SORT files)
set(expected share/elman/copyright share/elman/elmanConfig.cmake share/elman/elmanConfigVersion.cmake
             share/elman/elmanIoTargets.cmake share/elman/elmanTargets.cmake share/elman/usage share/pkgconfig/elman.pc)
if(NOT files STREQUAL expected)
  message(FATAL_ERROR "the port has, beside headers,\n  ${files}\nexpected\n  ${expected}")
endif()

# configure(project, options)
function(configure project)
  get_filename_component(name ${project} NAME)
  run(${CMAKE_COMMAND} -S ${project} -B ${DIRECTORY}/${name}.build -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER}
      -D CMAKE_CXX_FLAGS=${FLAGS} -D CMAKE_BUILD_TYPE=Debug -D CMAKE_PREFIX_PATH=${CURRENT_PACKAGES_DIR} -D Eigen3_DIR=${EIGEN_DIR}
      ${ARGN})
  file(STRINGS ${DIRECTORY}/${name}.build/CMakeCache.txt found REGEX "^elman_DIR:")
  if(NOT found STREQUAL "elman_DIR:PATH=${CURRENT_PACKAGES_DIR}/share/elman")
    message(FATAL_ERROR "${name} found another elman: ${found}")
  endif()
endfunction()

# The lines of usage, as they stand there, behind a program that they link.
file(READ ${port}/usage usage)
string(REGEX MATCHALL "\n  [a-z_]+[(][^\n]*" lines "${usage}")
list(LENGTH lines count)
if(NOT count EQUAL 4)
  message(FATAL_ERROR "usage has ${count} lines of CMake; expected 4")
endif()
if(NOT WITH_JSON)
  list(FILTER lines EXCLUDE REGEX "io[)]$")
endif()
list(JOIN lines "" lines)
file(WRITE ${DIRECTORY}/usage/main.cpp "int main() {}\n")
file(WRITE ${DIRECTORY}/usage/CMakeLists.txt
     "cmake_minimum_required(VERSION 3.22)\nproject(usage LANGUAGES CXX)\nadd_executable(main main.cpp)${lines}\n")
configure(${DIRECTORY}/usage)

configure(${conan}/test_package)
run(${CMAKE_COMMAND} --build ${DIRECTORY}/test_package.build)
execute_process(COMMAND ${DIRECTORY}/test_package.build/test_package OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
if(NOT said MATCHES "^elman ${VERSION}: ")
  message(FATAL_ERROR "test_package says ${said}; expected elman ${VERSION}")
endif()

find_program(python python3)
if(python)
  run(${CMAKE_COMMAND} -E env PYTHONPYCACHEPREFIX=${DIRECTORY} ${python} -m py_compile ${conan}/conanfile.py
      ${conan}/test_package/conanfile.py)
else()
  message(NOTICE "no python3: Conan's recipes are not compiled")
endif()
