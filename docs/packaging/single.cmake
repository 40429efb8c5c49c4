# SPDX-License-Identifier: MIT
#
#   cmake -D INCLUDE=include -D LICENSE=LICENSE -D TO=elman_single.hpp -P single.cmake
#
# Writes one header of all that elman/elman.hpp includes: each header once, behind those that it includes, without the
# lines that include them. What a header includes on a condition stands in front of it without one, as all headers
# compile alone.
cmake_minimum_required(VERSION 3.22)

# add(header): to `single`, behind what it includes; to `last`, what is read at every inclusion.
set(single "")
set(last "")
set(added "")
function(add header)
  if(header IN_LIST added)
    return()
  endif()
  list(APPEND added ${header})
  file(READ ${INCLUDE}/${header} text)
  string(PREPEND text "\n")
  string(REGEX MATCHALL "\n#include \"elman/[^\"\n]+\"" includes "${text}")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE ".*\"(.+)\"" "\\1" include "${include}")
    # It only asks for the kernels, which `last` has.
    if(NOT include STREQUAL "elman/kernels/compile.hpp")
      add(${include})
    endif()
  endforeach()
  if(NOT header STREQUAL "elman/elman.hpp")  # which has no code of its own
    string(REGEX REPLACE "\n#include \"elman/[^\"\n]+\"" "" text "${text}")
    if(header STREQUAL "elman/kernels/product.hpp")
      set(guard "\n#endif  // ELMAN_KERNELS\n")
      string(FIND "${text}" "${guard}" end)
      if(end EQUAL -1)
        message(FATAL_ERROR "single.cmake: ${header} has no line${guard}")
      endif()
      string(SUBSTRING "${text}" ${end} -1 behind)
      string(SUBSTRING "${text}" 0 ${end} text)
      string(APPEND text "${guard}")
      string(REPLACE "${guard}" "\n" behind "${behind}")
      string(APPEND last "${behind}")
    elseif(NOT text MATCHES "\n#pragma once\n")
      message(FATAL_ERROR "single.cmake: ${header} has no #pragma once, and may be meant to be read more than once")
    endif()
    string(REPLACE "\n#pragma once\n" "\n" text "${text}")
    string(REPLACE "\n// SPDX-License-Identifier: MIT\n//\n" "\n" text "${text}")
    string(APPEND single "\n// === ${header} ===\n${text}")
  endif()
  set(single "${single}" PARENT_SCOPE)
  set(last "${last}" PARENT_SCOPE)
  set(added "${added}" PARENT_SCOPE)
endfunction()
add(elman/elman.hpp)

string(REGEX MATCHALL "define ELMAN_VERSION_(MAJOR|MINOR|PATCH) [0-9]+" version "${single}")
list(TRANSFORM version REPLACE ".* " "")
list(JOIN version "." version)
file(READ ${LICENSE} license)
string(STRIP "\n${license}" license)
string(REPLACE "\n" "\n// " license "${license}")
string(REPLACE "// \n" "//\n" license "${license}")
set(single "// SPDX-License-Identifier: MIT
//
// elman ${version} in one header: all that elman/elman.hpp includes. It needs C++20 and Eigen 3.4 or newer, and is made from
// the headers, where changes belong. A file includes it or headers of elman, not both.
//
// ${license}

#if !defined(ELMAN_SINGLE)
#if defined(ELMAN_VERSION_MAJOR)
#include \"headers of elman are included, which elman_single.hpp has too: include that or headers of elman, not both\"
#endif
${single}
#define ELMAN_SINGLE
#endif  // ELMAN_SINGLE
${last}")
string(REGEX REPLACE "\n\n\n+" "\n\n" single "${single}")
file(WRITE ${TO}.new "${single}")
file(COPY_FILE ${TO}.new ${TO} ONLY_IF_DIFFERENT)
file(REMOVE ${TO}.new)
