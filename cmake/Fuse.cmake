# SPDX-License-Identifier: Apache-2.0
# libfuse, where it is installed (packages.txt, section fuse): PkgConfig::FUSE3.
# PENSTOCK_HAVE_FUSE: whether stores can be mounted.
pkg_check_modules(FUSE3 IMPORTED_TARGET fuse3>=3.12)
if(FUSE3_FOUND)
  set(PENSTOCK_HAVE_FUSE ON)
else()
  message(STATUS "libfuse was not found: no mounting of stores (Debian: libfuse3-dev)")
endif()
