/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a C compiler puts each field of the batch contract. */
struct abi_place {
  const char* field;
  size_t offset;
  size_t bytes;
};
extern const struct abi_place abi_places[];
extern const size_t abi_place_count;

#ifdef __cplusplus
}
#endif
