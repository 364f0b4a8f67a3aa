# SPDX-License-Identifier: Apache-2.0
# The runtime of AMD's FPGA cards (XRT 2.13 of Debian 12), for drivers/xrt and the emulated card behind it. Optional: the
# package's own xrt.pc names folders that it does not install, so they are looked for.
find_path(XRT_INCLUDE xrt/xrt_device.h PATH_SUFFIXES xrt)
find_library(XRT_LIBRARY xrt_coreutil)
if(XRT_INCLUDE AND XRT_LIBRARY)
  add_library(penstock_xrt_runtime INTERFACE)
  target_include_directories(penstock_xrt_runtime SYSTEM INTERFACE ${XRT_INCLUDE})
  target_link_libraries(penstock_xrt_runtime INTERFACE ${XRT_LIBRARY})
else()
  message(STATUS "No XRT: built without the driver for FPGA cards (packages: libxrt1 libxrt-dev)")
endif()
