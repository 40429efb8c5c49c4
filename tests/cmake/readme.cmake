# SPDX-License-Identifier: MIT
#
#   cmake -D README=file -D "COMPILE=compiler;arguments" -D DIRECTORY=scratch -P readme.cmake
#
# Compiles the first ```cpp block of README.md, runs it, and passes if it prints the block that follows, to the letter.
file(READ ${README} text)

# take(RESULT fence): the next block that starts with this line; text becomes what follows the block.
macro(take result fence)
  string(FIND "\n${text}" "\n${fence}\n" begin)
  if(begin EQUAL -1)
    message(FATAL_ERROR "README.md has no ${fence} block where one is expected")
  endif()
  string(LENGTH "${fence}\n" length)
  math(EXPR begin "${begin} + ${length}")
  string(SUBSTRING "${text}" ${begin} -1 text)
  string(FIND "${text}" "```" end)
  string(SUBSTRING "${text}" 0 ${end} ${result})
  math(EXPR end "${end} + 4")
  string(SUBSTRING "${text}" ${end} -1 text)
endmacro()
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
