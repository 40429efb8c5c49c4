# SPDX-License-Identifier: MIT
#
#   cmake -D "COMMAND=compiler;arguments" -D HEADERS=include -D SOURCES=folder -D DIRECTORY=folder -P abi.cmake
#
# What files of a program must agree about (docs/embedding.md, include/elman/version.hpp): told.cpp does not link with
# tells.cpp if it was compiled with one thing changed, and the error names elman's type. Compiled alike, they link and run.
file(MAKE_DIRECTORY ${DIRECTORY})

# compile(source, object, arguments): stops at an error.
function(compile source object)
  execute_process(COMMAND ${COMMAND} ${ARGN} -c ${SOURCES}/${source} -o ${DIRECTORY}/${object}
                  RESULT_VARIABLE result ERROR_VARIABLE messages)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${source} does not compile with ${ARGN}:\n${messages}")
  endif()
endfunction()

# link(objects): two of them, to a program.
macro(link tells told)
  execute_process(COMMAND ${COMMAND} ${DIRECTORY}/${tells} ${DIRECTORY}/${told} -o ${DIRECTORY}/program
                  RESULT_VARIABLE result OUTPUT_VARIABLE messages ERROR_VARIABLE messages)
endmacro()

compile(tells.cpp tells.o)
compile(told.cpp told.o)
link(tells.o told.o)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "files compiled alike do not link:\n${messages}")
endif()
execute_process(COMMAND ${DIRECTORY}/program RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "files compiled alike: ${result}")
endif()

# differ(what, arguments): told.cpp compiled with these does not link with ${tells}.
set(tells tells.o)
function(differ what)
  compile(told.cpp other.o ${ARGN})
  link(${tells} other.o)
  if(result EQUAL 0)
    message(SEND_ERROR "${what}: with ${ARGN} it links with ${tells}")
  elseif(NOT messages MATCHES "told\\(elman::v[0-9]+_")
    message(SEND_ERROR "${what}: does not link, and no name of elman's says why:\n${messages}")
  endif()
endfunction()

# Another version of elman, and of Eigen: the header that says so, in front of the others.
file(READ ${HEADERS}/elman/version.hpp version)
string(REGEX REPLACE "(define ELMAN_VERSION_PATCH) ([0-9]+)" "\\1 1\\2" version "${version}")
file(WRITE ${DIRECTORY}/elman_of_another/elman/version.hpp "${version}")
differ("elman's version" -iquote ${DIRECTORY}/elman_of_another)
set(number "EIGEN_MINOR_VERSION")
file(WRITE ${DIRECTORY}/eigen_of_another/Eigen/Core "#include_next <Eigen/Core>\n#undef ${number}\n#define ${number} 77\n")
differ("Eigen's version" -I ${DIRECTORY}/eigen_of_another)

differ("Eigen's index" -DEIGEN_DEFAULT_DENSE_INDEX_TYPE=int)
differ("alignment" -DEIGEN_MAX_STATIC_ALIGN_BYTES=0)
differ("alignment on the heap" -DEIGEN_MAX_ALIGN_BYTES=128)
differ("Eigen's vectors" -DEIGEN_DONT_VECTORIZE)
differ("kernels" -DELMAN_NO_KERNELS)
differ("levels" -DELMAN_NO_DISPATCH)
differ("exceptions" -fno-exceptions)
differ("nlohmann-json's objects" -DJSON_DIAGNOSTICS=1)
execute_process(COMMAND ${COMMAND} -dM -E ${SOURCES}/told.cpp OUTPUT_VARIABLE macros)
if(macros MATCHES "define __GLIBCXX__ ")
  differ("containers" -D_GLIBCXX_DEBUG)
  differ("strings" -D_GLIBCXX_USE_CXX11_ABI=0)
endif()
if(macros MATCHES "define EIGEN_GLIBC_MALLOC_ALREADY_ALIGNED 1")
  differ("the heap" -DEIGEN_MALLOC_ALREADY_ALIGNED=0)
endif()
if(macros MATCHES "define __x86_64__ " AND NOT macros MATCHES "define __(SSE3|AVX)__ ")
  differ("AVX-512" -mavx512f -mfma)
  if(NOT macros MATCHES "define __clang__ ")
    differ("long double" -mlong-double-64)
  endif()
  set(tells tells_avx2.o)
  compile(tells.cpp ${tells} -mavx2)
  differ("AVX" -mavx)
  differ("fused multiply-adds" -mavx2 -mfma)
endif()
