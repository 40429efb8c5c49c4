# SPDX-License-Identifier: MIT
#
#   cmake -D README=file -D FEATURES=file -D LINES=file -D "COMPILE=compiler;arguments" -D DIRECTORY=scratch -P readme.cmake
#
# Compiles the first ```cpp block of README.md, runs it, and passes if it prints the block that follows, to the letter;
# and if every indented line of code in docs/features.md, from "Shapes" to "What it does", stands in LINES, a test that is
# compiled and run. (README's other programs are in tests/listings.)
include(${CMAKE_CURRENT_LIST_DIR}/block.cmake)
file(READ ${README} text)
file(READ ${FEATURES} features)

# check_lines(lines file): each stands in the file, but for blanks and what is behind //; ; is written @ in the list.
function(check_lines code file)
  file(READ ${file} lines)
  string(REGEX REPLACE "[ \n]+" "" lines "${lines}")
  foreach(line IN LISTS code)
    string(REGEX REPLACE " *//.*" "" line "${line}")
    string(REPLACE "@" ";" line "${line}")
    string(REGEX REPLACE "[ \n]+|; *$" "" line "${line}")
    string(FIND "${lines}" "${line}" found)
    if(found EQUAL -1)
      message(FATAL_ERROR "docs/features.md: this line is not in ${file}:\n${line}")
    endif()
  endforeach()
endfunction()

string(FIND "${features}" "\n## Shapes" begin)
string(FIND "${features}" "\n## What it does" end)
math(EXPR length "${end} - ${begin}")
string(SUBSTRING "${features}" ${begin} ${length} sections)
string(REPLACE ";" "@" sections "${sections}")
string(REGEX MATCHALL "\n    [^\n]+" code "${sections}")
list(LENGTH code count)
if(count LESS 10)
  message(FATAL_ERROR "docs/features.md has ${count} lines of code; expected at least 10")
endif()
check_lines("${code}" ${LINES})

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
