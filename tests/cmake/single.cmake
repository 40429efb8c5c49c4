# SPDX-License-Identifier: MIT
#
#   cmake -D ELMAN_SOURCE=… -D "COMPILE=compiler;arguments" -D DIRECTORY=scratch -P single.cmake
#
# All of elman in one header (docs/packaging/single.cmake): README's first program with it in place of its include is one
# file that needs no folder of elman's and prints what README.md says; and a file with the headers, one with the single
# header and one that compiles the kernels from it, included before, are one program. `COMPILE` knows no include folder of
# elman's.
cmake_minimum_required(VERSION 3.22)
set(consumer ${ELMAN_SOURCE}/tests/compile/consumer)
set(single ${DIRECTORY}/elman_single.hpp)
file(REMOVE_RECURSE ${DIRECTORY})
file(MAKE_DIRECTORY ${DIRECTORY})
execute_process(COMMAND ${CMAKE_COMMAND} -D INCLUDE=${ELMAN_SOURCE}/include -D LICENSE=${ELMAN_SOURCE}/LICENSE -D TO=${single}
                        -P ${ELMAN_SOURCE}/docs/packaging/single.cmake COMMAND_ERROR_IS_FATAL ANY)

include(${CMAKE_CURRENT_LIST_DIR}/block.cmake)
file(READ ${ELMAN_SOURCE}/README.md text)
take(program "```cpp")
take(expected "```text")

# compile(arguments)
function(compile)
  execute_process(COMMAND ${COMPILE} -DELMAN_NO_DISPATCH ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(READ ${single} text)
string(FIND "${program}" "#include <elman/elman.hpp>\n" place)
if(NOT place EQUAL 0)
  message(FATAL_ERROR "README.md's first program does not begin with #include <elman/elman.hpp>")
endif()
string(REPLACE "#include <elman/elman.hpp>\n" "" program "${program}")
file(WRITE ${DIRECTORY}/pasted.cpp "${text}" "${program}")
compile(-O1 ${DIRECTORY}/pasted.cpp -o ${DIRECTORY}/pasted)
execute_process(COMMAND ${DIRECTORY}/pasted OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "with the single header README.md's first program printed\n${printed}\nbut README.md says\n${expected}")
endif()

file(WRITE ${DIRECTORY}/in_place/elman/elman.hpp "#include \"../../elman_single.hpp\"\n")
file(WRITE ${DIRECTORY}/kernels.cpp
     "#include \"elman_single.hpp\"\n#define ELMAN_COMPILE_KERNELS\n#include \"elman_single.hpp\"\n")
set(extern -DELMAN_EXTERN_KERNELS -c)
compile(${extern} -I ${ELMAN_SOURCE}/include ${consumer}/main.cpp -o ${DIRECTORY}/main.o)
compile(${extern} -I ${DIRECTORY}/in_place ${consumer}/train.cpp -o ${DIRECTORY}/train.o)
compile(${extern} -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow ${DIRECTORY}/kernels.cpp -o ${DIRECTORY}/kernels.o)
compile(${DIRECTORY}/main.o ${DIRECTORY}/train.o ${DIRECTORY}/kernels.o -o ${DIRECTORY}/together)
execute_process(COMMAND ${DIRECTORY}/together COMMAND_ERROR_IS_FATAL ANY)
