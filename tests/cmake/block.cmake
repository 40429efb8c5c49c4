# SPDX-License-Identifier: MIT
#
# include()d with README.md in `text`.

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
