# SPDX-License-Identifier: Apache-2.0
# PENSTOCK_MODULE_BUILD: what program and modules must have in common, since what they hand each other is C++: the
# version, and a digest of the headers between them. A module of another is refused when it is loaded.
file(GLOB_RECURSE module_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/host/base/*.h
  ${PROJECT_SOURCE_DIR}/host/memory/*.h ${PROJECT_SOURCE_DIR}/host/port/*.h ${PROJECT_SOURCE_DIR}/host/offload/*.h)
set(module_digests "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_CXX_FLAGS} ${CMAKE_BUILD_TYPE} ${PENSTOCK_SANITIZE}")
foreach(header IN LISTS module_headers)
  file(SHA256 ${header} digest)
  string(APPEND module_digests " " ${digest})
endforeach()
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${module_headers})
string(SHA256 module_digest "${module_digests}")
string(SUBSTRING ${module_digest} 0 12 module_digest)
set(PENSTOCK_MODULE_BUILD "${PROJECT_VERSION}+${module_digest}")
