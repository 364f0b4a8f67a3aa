# SPDX-License-Identifier: Apache-2.0
# XRT and what its software emulation needs, where they are installed (packages.txt, section xrt). Targets:
#   xrt::coreutil   the host's side of XRT: drivers/xrt
#   protobuf::libprotobuf-lite and protoc: emulation/xrt_card
# PENSTOCK_HAVE_XRT, PENSTOCK_HAVE_XRT_CARD: whether what needs them is built.
find_path(XRT_INCLUDE xrt/xrt_device.h PATHS /usr/include/xrt /opt/xilinx/xrt/include NO_DEFAULT_PATH)
find_library(XRT_COREUTIL xrt_coreutil PATHS /opt/xilinx/xrt/lib)
find_library(UUID_LIBRARY uuid)
find_path(UUID_INCLUDE uuid/uuid.h)
find_package(Protobuf QUIET)

# xrt.pc names folders that Debian's package does not have.
if(XRT_INCLUDE AND XRT_COREUTIL AND UUID_LIBRARY AND UUID_INCLUDE)
  add_library(xrt::coreutil INTERFACE IMPORTED)
  target_include_directories(xrt::coreutil SYSTEM INTERFACE ${XRT_INCLUDE})
  target_link_libraries(xrt::coreutil INTERFACE ${XRT_COREUTIL} ${UUID_LIBRARY} Threads::Threads)
  set(PENSTOCK_HAVE_XRT ON)
else()
  message(STATUS "XRT was not found: no driver for its cards (Debian: libxrt-dev uuid-dev)")
endif()
if(PENSTOCK_HAVE_XRT AND TARGET protobuf::libprotobuf-lite AND TARGET protobuf::protoc)
  set(PENSTOCK_HAVE_XRT_CARD ON)
elseif(PENSTOCK_HAVE_XRT)
  message(STATUS "protobuf was not found: no emulated card behind XRT (Debian: libprotobuf-dev protobuf-compiler)")
endif()
