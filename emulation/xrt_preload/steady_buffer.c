/* SPDX-License-Identifier: Apache-2.0 */
/* LD_PRELOAD for processes that use XRT's software emulation with Debian 12's libxrt1 (202210.2.13.466).
 *
 * The defect: that build's CpuemShim::alloc_void, which makes room for each message to the card, calls
 * realloc and drops the pointer that comes back. The first message takes 8 bytes and the next is written
 * through freed memory: the process dies.
 *
 * The remedy: a buffer that never moves. What this one function allocates is a mapping of 4 GiB, of which
 * only what is touched takes memory, and to grow it is to return it. Every other caller gets the C library's
 * malloc, realloc and free. Where no buffer can be had the process ends with a line: the C library's block
 * would be written through after it moved.
 *
 * Callers are told apart by their return address, which is compared with the function's place in
 * libxrt_swemu. That is known once the library has been opened, so dlopen is watched until then. Where
 * the library lacks the symbol, as other versions of XRT may, nothing is replaced; where it is not opened, as
 * with a real card, neither. A version whose function keeps realloc's pointer works with the mapping too. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))
#define LIBRARY "libxrt_swemu.so"
#define FUNCTION "_ZN12xclcpuemhal29CpuemShim10alloc_voidEm"
#define BUFFER_BYTES ((size_t)4 << 30)
#define BUFFERS_MAX 64 /* one a card */

/* The C library's own, under names that it exports for interposers. */
void* __libc_malloc(size_t bytes);
void* __libc_realloc(void* block, size_t bytes);
void __libc_free(void* block);

static uintptr_t function_begin;
static size_t function_bytes;      /* 0: not known */
static void* buffers[BUFFERS_MAX]; /* NULL until first taken, in any order; never unmapped */
static char taken[BUFFERS_MAX];

static int called_from_function(const void* return_address) {
  return (uintptr_t)return_address - function_begin < __atomic_load_n(&function_bytes, __ATOMIC_ACQUIRE);
}

static int place_of(const void* block) {
  for (int i = 0; i < BUFFERS_MAX && block != NULL; ++i) {
    if (__atomic_load_n(&buffers[i], __ATOMIC_ACQUIRE) == block) return i;
  }
  return -1;
}

/* Allocates nothing: it is called in malloc. */
static void give_up(const char* why) {
  static const char name[] = "penstock-xrt-preload: ";
  const ssize_t said = write(STDERR_FILENO, name, sizeof name - 1) + write(STDERR_FILENO, why, strlen(why));
  (void)said;
  abort();
}

/* The first that nobody has, mapped when it is had for the first time. */
static void* take_buffer(void) {
  for (int i = 0; i < BUFFERS_MAX; ++i) {
    if (__atomic_exchange_n(&taken[i], 1, __ATOMIC_ACQ_REL)) continue;
    if (buffers[i] == NULL) {
      void* const mapped = mmap(NULL, BUFFER_BYTES, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (mapped == MAP_FAILED)
        give_up("4 GiB of addresses cannot be had for a card's messages (ulimit -v)\n");
      __atomic_store_n(&buffers[i], mapped, __ATOMIC_RELEASE);
    }
    return buffers[i];
  }
  give_up("more than 64 cards\n");
  return NULL;
}

static void check_size(size_t bytes) {
  if (bytes > BUFFER_BYTES) give_up("a message to a card is larger than 4 GiB\n");
}

EXPORTED void* malloc(size_t bytes) {
  if (!called_from_function(__builtin_return_address(0))) return __libc_malloc(bytes);
  check_size(bytes);
  return take_buffer();
}

EXPORTED void* realloc(void* block, size_t bytes) {
  if (place_of(block) < 0) return __libc_realloc(block, bytes);
  check_size(bytes);
  return block;
}

EXPORTED void free(void* block) {
  const int place = place_of(block);
  if (place < 0) {
    __libc_free(block);
    return;
  }
  madvise(block, BUFFER_BYTES, MADV_DONTNEED);
  __atomic_store_n(&taken[place], 0, __ATOMIC_RELEASE);
}

static void look_up_function(void* library) {
  Dl_info where;
  const ElfW(Sym)* symbol = NULL;
  void* const found = dlsym(library, FUNCTION);
  if (found == NULL || dladdr1(found, &where, (void**)&symbol, RTLD_DL_SYMENT) == 0 || symbol == NULL) return;
  function_begin = (uintptr_t)found;
  __atomic_store_n(&function_bytes, symbol->st_size, __ATOMIC_RELEASE);
}

EXPORTED void* dlopen(const char* file, int mode) {
  static void* (*next)(const char*, int);
  if (next == NULL) *(void**)&next = dlsym(RTLD_NEXT, "dlopen");
  void* const library = next(file, mode);
  if (library != NULL && file != NULL && strstr(file, LIBRARY) != NULL && function_bytes == 0) {
    look_up_function(library);
  }
  return library;
}
