# SPDX-License-Identifier: Apache-2.0
# DPDK, where it is installed (packages.txt, section dpdk). Targets:
#   dpdk::ethdev    EAL, mbufs and Ethernet ports: drivers/eal, drivers/nic
#   dpdk::net_ring  ports made of rings: tests
# PENSTOCK_HAVE_DPDK: whether what needs it is built.
pkg_check_modules(DPDK libdpdk>=22.11)

# libdpdk.pc names all of DPDK's libraries, and -march=corei7 for whoever uses it: neither is wanted here.
if(DPDK_FOUND)
  find_library(DPDK_EAL rte_eal HINTS ${DPDK_LIBRARY_DIRS})
endif()
if(DPDK_FOUND AND DPDK_EAL)
  add_library(dpdk::ethdev INTERFACE IMPORTED)
  target_include_directories(dpdk::ethdev SYSTEM INTERFACE ${DPDK_INCLUDE_DIRS})
  target_compile_options(dpdk::ethdev INTERFACE "SHELL:-include rte_config.h" -mssse3)
  target_link_directories(dpdk::ethdev INTERFACE ${DPDK_LIBRARY_DIRS})
  target_link_libraries(dpdk::ethdev INTERFACE rte_eal rte_ethdev rte_mbuf rte_mempool rte_ring Threads::Threads)
  add_library(dpdk::net_ring INTERFACE IMPORTED)
  target_link_libraries(dpdk::net_ring INTERFACE dpdk::ethdev rte_net_ring rte_bus_vdev)
  set(PENSTOCK_HAVE_DPDK ON)
else()
  message(STATUS "DPDK was not found: no ports that bypass the kernel (Debian: libdpdk-dev)")
endif()
