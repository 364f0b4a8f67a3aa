# SPDX-License-Identifier: Apache-2.0
# penstock_folder(NAME SOURCES a.cc ... LINKS penstock_base PkgConfig::ZSTD ...)
# One static library a folder. LINKS is the dependency law: tests/tidy holds the #includes against it.
function(penstock_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(penstock_${name} STATIC ${ARG_SOURCES})
  target_include_directories(penstock_${name} PUBLIC ${PROJECT_SOURCE_DIR}/host ${PROJECT_SOURCE_DIR})
  target_link_libraries(penstock_${name} PUBLIC ${ARG_LINKS})
  set_property(GLOBAL APPEND PROPERTY PENSTOCK_FOLDERS penstock_${name})
endfunction()

# penstock_test_seconds(VARIABLE SECONDS): a TIMEOUT for ctest; programs with sanitizers take their time.
function(penstock_test_seconds variable seconds)
  if(PENSTOCK_SANITIZE)
    math(EXPR seconds "3 * ${seconds}")
  endif()
  set(${variable} ${seconds} PARENT_SCOPE)
endfunction()

# penstock_test(NAME [HOT] SOURCES a_test.cc ... LINKS ... [LABELS ...] [TIMEOUT seconds] [ARGS ...]): one GoogleTest
# binary, one ctest entry. Its first label is the folder under tests/ that it stands in (unit, conformance, ...).
# HOT: its own code takes most of its time. Labels that ./test knows: slow (not in --quick), long (only in --long), threads (also run under tsan).
add_custom_target(threaded_tests)    # what ./test builds with the thread sanitizer
add_custom_target(sanitized_tests)  # ... and with the address and undefined-behaviour sanitizers
function(penstock_test name)
  cmake_parse_arguments(ARG "HOT" "TIMEOUT" "SOURCES;LINKS;LABELS;ARGS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  # Sooner compiled by 40 % than with -O2 -g; what is tested has those.
  if(NOT ARG_HOT)
    target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1 -g1>)
  endif()
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gmock GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} ${ARG_ARGS})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  penstock_test_seconds(ARG_TIMEOUT ${ARG_TIMEOUT})
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/tests OUTPUT_VARIABLE suite)
  string(REGEX REPLACE "/.*" "" suite "${suite}")
  if("threads" IN_LIST ARG_LABELS)
    add_dependencies(threaded_tests ${name})
  endif()
  if(suite MATCHES "^(unit|conformance)$")
    add_dependencies(sanitized_tests ${name})
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${suite};${ARG_LABELS}"
    ENVIRONMENT "PENSTOCK_SOURCE_DIR=${PROJECT_SOURCE_DIR};PENSTOCK_BINARY_DIR=${CMAKE_BINARY_DIR}")
endfunction()
