# SPDX-License-Identifier: Apache-2.0
# cmake -DSOURCE=... -DBUILD=... -DTOOL=... -DPENSTOCK=... -P run_compare.cmake
# Installs the locked packages into BUILD, once for each state of the lock file, and runs compare.mjs there.
find_program(NODE NAMES node nodejs REQUIRED)
find_program(NPM npm REQUIRED)
file(MAKE_DIRECTORY ${BUILD})
foreach(file package.json package-lock.json inputs.mjs compare.mjs)
  file(COPY ${SOURCE}/${file} DESTINATION ${BUILD})
endforeach()

file(SHA256 ${SOURCE}/package-lock.json lock)
set(installed "")
if(EXISTS ${BUILD}/installed)
  file(READ ${BUILD}/installed installed)
endif()
if(NOT installed STREQUAL lock)
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund WORKING_DIRECTORY ${BUILD}
    COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${BUILD}/installed ${lock})
endif()
execute_process(COMMAND ${NODE} compare.mjs ${TOOL} ${BUILD}/work ${PENSTOCK} WORKING_DIRECTORY ${BUILD}
  COMMAND_ERROR_IS_FATAL ANY)
