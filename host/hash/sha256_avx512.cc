// SPDX-License-Identifier: Apache-2.0
#include "hash/sha256_absent.h"
#include "hash/sha256_implementations.h"

#if defined(__x86_64__)
#if !defined(__clang__)
// g++ 12's own header passes on a register that it never sets (gcc bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#define SHA256_VECTOR_TARGET __attribute__((target("avx512f,avx512bw")))
#include "hash/sha256_lanes.h"
#include "hash/sha256_vector.inc"

namespace penstock {
namespace {

struct SixteenWords {
  using Vector = __m512i;
  static constexpr size_t kLanes = 16;
  static constexpr size_t kAlone = 2;  // so few lanes are faster one after the other (docs/hashing.md)

  SHA256_VECTOR_TARGET static Vector load(const uint32_t* from) { return _mm512_load_si512(from); }
  SHA256_VECTOR_TARGET static void store(uint32_t* to, Vector v) { _mm512_store_si512(to, v); }
  SHA256_VECTOR_TARGET static Vector all(uint32_t word) { return _mm512_set1_epi32(static_cast<int>(word)); }
  SHA256_VECTOR_TARGET static Vector add(Vector a, Vector b) { return _mm512_add_epi32(a, b); }
  SHA256_VECTOR_TARGET static Vector xor3(Vector a, Vector b, Vector c) {
    return _mm512_ternarylogic_epi32(a, b, c, 0x96);
  }
  SHA256_VECTOR_TARGET static Vector choose(Vector e, Vector f, Vector g) {
    return _mm512_ternarylogic_epi32(e, f, g, 0xca);
  }
  SHA256_VECTOR_TARGET static Vector majority(Vector a, Vector b, Vector c) {
    return _mm512_ternarylogic_epi32(a, b, c, 0xe8);
  }
  template <int kBits>
  SHA256_VECTOR_TARGET static Vector shr(Vector v) {
    return _mm512_srli_epi32(v, kBits);
  }
  template <int kBits>
  SHA256_VECTOR_TARGET static Vector rotr(Vector v) {
    return _mm512_ror_epi32(v, kBits);
  }

  // Four big-endian words of every message, at `offset`, into four vectors.
  SHA256_VECTOR_TARGET static void load_quad(const std::array<const uint8_t*, kLanes>& in, size_t offset,
                                             Vector* w) {
    const __m512i swap = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
    Vector rows[4];
    for (size_t i = 0; i < 4; ++i) {
      Vector row = _mm512_castsi128_si512(words_at(in[i] + offset));
      row = _mm512_inserti32x4(row, words_at(in[i + 4] + offset), 1);
      row = _mm512_inserti32x4(row, words_at(in[i + 8] + offset), 2);
      row = _mm512_inserti32x4(row, words_at(in[i + 12] + offset), 3);
      rows[i] = _mm512_shuffle_epi8(row, swap);
    }
    const Vector low01 = _mm512_unpacklo_epi32(rows[0], rows[1]);
    const Vector low23 = _mm512_unpacklo_epi32(rows[2], rows[3]);
    const Vector high01 = _mm512_unpackhi_epi32(rows[0], rows[1]);
    const Vector high23 = _mm512_unpackhi_epi32(rows[2], rows[3]);
    w[0] = _mm512_unpacklo_epi64(low01, low23);
    w[1] = _mm512_unpackhi_epi64(low01, low23);
    w[2] = _mm512_unpacklo_epi64(high01, high23);
    w[3] = _mm512_unpackhi_epi64(high01, high23);
  }

 private:
  SHA256_VECTOR_TARGET static __m128i words_at(const uint8_t* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  }
};

class Sha256Avx512 final : public Sha256Path {
 public:
  std::string_view name() const override { return "avx512-x16"; }
  bool supported() const override {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  }
  void digest(std::span<const Bytes> messages, std::span<Digest> digests) const override {
    Sha256Vector<SixteenWords> kernel;
    digest_in_lanes(kernel, messages, digests);
  }
};

}  // namespace

const Sha256Path& sha256_avx512_path() {
  static const Sha256Avx512 path;
  return path;
}

}  // namespace penstock

#else

namespace penstock {

const Sha256Path& sha256_avx512_path() {
  static const Sha256Absent path("avx512-x16");
  return path;
}

}  // namespace penstock

#endif
