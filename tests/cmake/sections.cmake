# SPDX-License-Identifier: MIT
#
#   cmake -D "COMMAND=compiler;arguments" -D OBJECT=file -D MOST=count -P sections.cmake
#
# Passes if the object that the command and "-o OBJECT" make has at most so many sections: an ELF object of 64 bits, lowest
# byte first, or a COFF object, which can have no more than 65,279.
execute_process(COMMAND ${COMMAND} -o ${OBJECT} COMMAND_ERROR_IS_FATAL ANY)
file(READ ${OBJECT} magic LIMIT 6 HEX)
if(magic STREQUAL "7f454c460201")
  set(place 60)  # e_shnum, which is 0 where the sections are more than it can say
elseif(magic MATCHES "^6486")
  set(place 2)  # NumberOfSections
else()
  message(FATAL_ERROR "${OBJECT} begins with ${magic}; expected an object of ELF or COFF")
endif()
file(READ ${OBJECT} bytes OFFSET ${place} LIMIT 2 HEX)
string(REGEX REPLACE "(..)(..)" "0x\\2\\1" count ${bytes})
math(EXPR count "${count}")
if(count EQUAL 0 OR count GREATER MOST)
  message(FATAL_ERROR "${OBJECT} has ${count} sections; expected 1 to ${MOST}")
endif()
message("${count} sections")
