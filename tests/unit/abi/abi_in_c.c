/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/abi/abi_in_c.h"

#include <stddef.h>

#include "kernels/abi/penstock_abi.h"

#define PLACE(type, field) \
  { #type "." #field, offsetof(struct type, field), sizeof(((struct type*)0)->field) }

const struct abi_place abi_places[] = {
    PLACE(penstock_request_header, magic),
    PLACE(penstock_request_header, abi_version),
    PLACE(penstock_request_header, operation),
    PLACE(penstock_request_header, generation),
    PLACE(penstock_request_header, submissions),
    PLACE(penstock_request_header, chunks),
    PLACE(penstock_request_header, chunks_offset),
    PLACE(penstock_request_header, digests_offset),
    PLACE(penstock_request_header, codec),
    PLACE(penstock_request_header, hash),
    PLACE(penstock_request_header, input_bytes),
    PLACE(penstock_request_header, arena_bytes),
    PLACE(penstock_submission, cookie),
    PLACE(penstock_submission, input_offset),
    PLACE(penstock_submission, input_bytes),
    PLACE(penstock_submission, first_chunk),
    PLACE(penstock_submission, chunks),
    PLACE(penstock_submission, output_bytes_max),
    PLACE(penstock_chunk, offset),
    PLACE(penstock_chunk, bytes),
    PLACE(penstock_completion, cookie),
    PLACE(penstock_completion, output_offset),
    PLACE(penstock_completion, generation),
    PLACE(penstock_completion, status),
    PLACE(penstock_completion, output_bytes),
    PLACE(penstock_completion, chunks),
    PLACE(penstock_capabilities, magic),
    PLACE(penstock_capabilities, abi_version),
    PLACE(penstock_capabilities, kernel_version),
    PLACE(penstock_capabilities, operations),
    PLACE(penstock_capabilities, codecs),
    PLACE(penstock_capabilities, hashes),
    PLACE(penstock_capabilities, submissions_max),
    PLACE(penstock_capabilities, extent_bytes_max),
    PLACE(penstock_capabilities, extent_chunks_max),
    PLACE(penstock_capabilities, digest_slots),
    PLACE(penstock_capabilities, encode_engines),
    PLACE(penstock_capabilities, decode_engines),
    PLACE(penstock_capabilities, clock_khz),
    PLACE(penstock_capabilities, name),
};
const size_t abi_place_count = sizeof abi_places / sizeof abi_places[0];
