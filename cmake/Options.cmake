# SPDX-License-Identifier: Apache-2.0
# The language, warnings and sanitizers that every target shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

set(PENSTOCK_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, such as address,undefined")
option(PENSTOCK_FUZZ "Build the fuzz targets with libFuzzer (needs clang)" OFF)

find_program(CCACHE ccache)
if(CCACHE)
  # Paths count from the checkout's root, so that a second checkout or a moved one hits too.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror)
add_compile_options($<$<CONFIG:RelWithDebInfo>:-O2>)
add_link_options(-Wl,--as-needed)
if(PENSTOCK_SANITIZE)
  # Half the time to compile of -O2 -g, which is most of what these tests take.
  add_compile_options(-O1 -g1 -fsanitize=${PENSTOCK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PENSTOCK_SANITIZE})
endif()
if(PENSTOCK_FUZZ)
  # g++ is who judges warnings.
  add_compile_options(-fsanitize=fuzzer-no-link -Wno-error)
endif()
