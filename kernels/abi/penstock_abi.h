/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The batch contract between host and card, version 1: what lies in the memory that both read (abi.md). C11
 * and C++; all integers little-endian, all records of fixed size, reserved bytes zero. */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PENSTOCK_ABI_VERSION 1u
#define PENSTOCK_REQUEST_MAGIC 0x31514e50u      /* "PNQ1" */
#define PENSTOCK_CAPABILITIES_MAGIC 0x31434e50u /* "PNC1" */

/* Every address in a batch is a multiple of this, and so is where a payload begins in the arena: a memory
 * word. */
#define PENSTOCK_WORD_BYTES 64u

/* Limits of one batch, whatever a card's capabilities are. */
#define PENSTOCK_SUBMISSIONS_MAX 256u
#define PENSTOCK_EXTENT_BYTES_MAX 2097152u /* input of one submission, and raw bytes of one frame: 2 MiB */
#define PENSTOCK_EXTENT_CHUNKS_MAX 4096u   /* chunks of one submission */

/* What a batch asks for: all of its submissions the same. */
enum penstock_operation {
  PENSTOCK_DIGEST = 1,        /* a digest of each chunk */
  PENSTOCK_ENCODE = 2,        /* one payload of the whole extent */
  PENSTOCK_DIGEST_ENCODE = 3, /* both, of one transfer of the input */
  PENSTOCK_DECODE = 4         /* the input is a payload */
};

/* Numbers of host/base/ids.h, as the store keeps them. */
enum penstock_codec { PENSTOCK_CODEC_NONE = 0, PENSTOCK_CODEC_LZ4 = 1 };
enum penstock_hash { PENSTOCK_HASH_NONE = 0, PENSTOCK_HASH_SHA2_256 = 0x12 };

/* Of one submission. The host writes PENSTOCK_PENDING before the launch, the card something else. */
enum penstock_status {
  PENSTOCK_PENDING = 0,
  PENSTOCK_DONE = 1,
  PENSTOCK_STORED = 2,      /* encode: no smaller, or not within output_bytes_max: no payload */
  PENSTOCK_CORRUPT = 3,     /* decode: not a payload of that codec and raw length */
  PENSTOCK_UNSUPPORTED = 4, /* codec or hash that the capabilities do not list */
  PENSTOCK_MALFORMED = 5,   /* a submission that contradicts itself or the header */
  PENSTOCK_FAILED = 6       /* the card could not do it */
};

/* First in the request buffer. The submissions stand behind it, then, from chunks_offset on, the chunks. */
struct penstock_request_header {
  uint32_t magic;          /* PENSTOCK_REQUEST_MAGIC */
  uint16_t abi_version;    /* PENSTOCK_ABI_VERSION */
  uint16_t operation;      /* enum penstock_operation */
  uint32_t generation;     /* of the batch and all of its submissions */
  uint32_t submissions;    /* 1 to PENSTOCK_SUBMISSIONS_MAX */
  uint32_t chunks;         /* of all submissions */
  uint32_t chunks_offset;  /* bytes from the request's begin to the first struct penstock_chunk */
  uint32_t digests_offset; /* bytes from the answer's begin to the first digest */
  uint16_t codec;          /* enum penstock_codec */
  uint16_t hash;           /* enum penstock_hash */
  uint64_t input_bytes;    /* of the input buffer; its last word is read to its end, nothing behind it */
  uint64_t arena_bytes;    /* of the output arena; no word that passes its end is written */
  uint8_t reserved[16];
};

/* One extent of work. */
struct penstock_submission {
  uint64_t cookie;           /* echoed */
  uint64_t input_offset;     /* bytes from the input's begin to the extent's */
  uint32_t input_bytes;      /* of the extent, or of the payload to decode */
  uint32_t first_chunk;      /* its first entry in the chunk list */
  uint32_t chunks;           /* 0 where no digest is asked for */
  uint32_t output_bytes_max; /* encode: of the payload; decode: the raw length, which it must have exactly */
  uint8_t reserved[32];
};

/* A chunk's place in its extent; ascending, without overlap, inside the extent. */
struct penstock_chunk {
  uint32_t offset; /* bytes from the extent's begin */
  uint32_t bytes;
};

/* The answer to the submission of the same place. They stand first in the answer buffer; digests, 32 bytes
 * each in the order of the chunk list, from digests_offset on. */
struct penstock_completion {
  uint64_t cookie;        /* of the submission */
  uint64_t output_offset; /* bytes from the arena's begin to the payload's */
  uint32_t generation;    /* of the batch */
  uint32_t status;        /* enum penstock_status */
  uint32_t output_bytes;  /* of the payload; 0 where there is none */
  uint32_t chunks;        /* digests that were written */
  uint8_t reserved[32];
};

/* Bits of capabilities. */
#define PENSTOCK_OPERATION_BIT(operation) (1u << (operation))
#define PENSTOCK_CODEC_BIT(codec) (1u << (codec))
#define PENSTOCK_HASH_BIT_SHA2_256 1u

/* What the card says of itself: the kernel `describe` writes it. */
struct penstock_capabilities {
  uint32_t magic; /* PENSTOCK_CAPABILITIES_MAGIC */
  uint16_t abi_version;
  uint16_t kernel_version;   /* of the kernels; grows with each change of them */
  uint32_t operations;       /* PENSTOCK_OPERATION_BIT */
  uint32_t codecs;           /* PENSTOCK_CODEC_BIT; encode and decode */
  uint32_t hashes;           /* PENSTOCK_HASH_BIT_… */
  uint32_t submissions_max;  /* of a batch */
  uint32_t extent_bytes_max; /* of a submission */
  uint32_t extent_chunks_max;
  uint32_t digest_slots;   /* chunks that are digested at the same time */
  uint32_t encode_engines; /* extents that are encoded at the same time */
  uint32_t decode_engines;
  uint32_t clock_khz; /* that the kernels were built for */
  uint8_t name[64];   /* UTF-8, padded with zeros */
  uint8_t reserved[16];
};

#ifdef __cplusplus
}
#define PENSTOCK_ABI_SIZE(type, bytes) static_assert(sizeof(struct type) == (bytes), #type)
#else
#define PENSTOCK_ABI_SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
#endif

PENSTOCK_ABI_SIZE(penstock_request_header, 64);
PENSTOCK_ABI_SIZE(penstock_submission, 64);
PENSTOCK_ABI_SIZE(penstock_chunk, 8);
PENSTOCK_ABI_SIZE(penstock_completion, 64);
PENSTOCK_ABI_SIZE(penstock_capabilities, 128);
