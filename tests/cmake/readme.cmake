# SPDX-License-Identifier: MIT
#
#   cmake -D README=file -D "COMPILE=compiler;arguments" -D DIRECTORY=scratch -P readme.cmake
#
# Compiles the first ```cpp block of README.md, runs it, and passes if it prints the block that follows, to the letter.
# (README's other programs are in tests/listings.)
include(${CMAKE_CURRENT_LIST_DIR}/block.cmake)
file(READ ${README} text)

take(program "```cpp")
take(expected "```text")

file(MAKE_DIRECTORY ${DIRECTORY})
file(WRITE ${DIRECTORY}/readme.cpp "${program}")
execute_process(COMMAND ${COMPILE} ${DIRECTORY}/readme.cpp -o ${DIRECTORY}/readme COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${DIRECTORY}/readme WORKING_DIRECTORY ${DIRECTORY} OUTPUT_VARIABLE printed
                COMMAND_ERROR_IS_FATAL ANY)
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "README.md's first program printed\n${printed}\nbut README.md says\n${expected}")
endif()
