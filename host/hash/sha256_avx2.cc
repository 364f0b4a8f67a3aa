// SPDX-License-Identifier: Apache-2.0
#include "hash/sha256_absent.h"
#include "hash/sha256_implementations.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define SHA256_VECTOR_TARGET __attribute__((target("avx2")))
#include "hash/sha256_lanes.h"
#include "hash/sha256_vector.inc"

namespace penstock {
namespace {

struct EightWords {
  using Vector = __m256i;
  static constexpr size_t kLanes = 8;
  static constexpr size_t kAlone = 2;  // so few lanes are faster one after the other (docs/hashing.md)

  SHA256_VECTOR_TARGET static Vector load(const uint32_t* from) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
  }
  SHA256_VECTOR_TARGET static void store(uint32_t* to, Vector v) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(to), v);
  }
  SHA256_VECTOR_TARGET static Vector all(uint32_t word) { return _mm256_set1_epi32(static_cast<int>(word)); }
  SHA256_VECTOR_TARGET static Vector add(Vector a, Vector b) { return _mm256_add_epi32(a, b); }
  SHA256_VECTOR_TARGET static Vector xor3(Vector a, Vector b, Vector c) {
    return _mm256_xor_si256(_mm256_xor_si256(a, b), c);
  }
  SHA256_VECTOR_TARGET static Vector choose(Vector e, Vector f, Vector g) {
    return _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)));
  }
  SHA256_VECTOR_TARGET static Vector majority(Vector a, Vector b, Vector c) {
    return _mm256_xor_si256(b, _mm256_and_si256(_mm256_xor_si256(a, b), _mm256_xor_si256(b, c)));
  }
  template <int kBits>
  SHA256_VECTOR_TARGET static Vector shr(Vector v) {
    return _mm256_srli_epi32(v, kBits);
  }
  template <int kBits>
  SHA256_VECTOR_TARGET static Vector rotr(Vector v) {
    return _mm256_or_si256(_mm256_srli_epi32(v, kBits), _mm256_slli_epi32(v, 32 - kBits));
  }

  // Four big-endian words of every message, at `offset`, into four vectors.
  SHA256_VECTOR_TARGET static void load_quad(const std::array<const uint8_t*, kLanes>& in, size_t offset,
                                             Vector* w) {
    const __m256i swap = _mm256_broadcastsi128_si256(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
    Vector rows[4];
    for (size_t i = 0; i < 4; ++i) {
      const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in[i] + offset));
      const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in[i + 4] + offset));
      rows[i] = _mm256_shuffle_epi8(_mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1), swap);
    }
    const Vector low01 = _mm256_unpacklo_epi32(rows[0], rows[1]);
    const Vector low23 = _mm256_unpacklo_epi32(rows[2], rows[3]);
    const Vector high01 = _mm256_unpackhi_epi32(rows[0], rows[1]);
    const Vector high23 = _mm256_unpackhi_epi32(rows[2], rows[3]);
    w[0] = _mm256_unpacklo_epi64(low01, low23);
    w[1] = _mm256_unpackhi_epi64(low01, low23);
    w[2] = _mm256_unpacklo_epi64(high01, high23);
    w[3] = _mm256_unpackhi_epi64(high01, high23);
  }
};

class Sha256Avx2 final : public Sha256Path {
 public:
  std::string_view name() const override { return "avx2-x8"; }
  bool supported() const override { return __builtin_cpu_supports("avx2"); }
  void digest(std::span<const Bytes> messages, std::span<Digest> digests) const override {
    Sha256Vector<EightWords> kernel;
    digest_in_lanes(kernel, messages, digests);
  }
};

}  // namespace

const Sha256Path& sha256_avx2_path() {
  static const Sha256Avx2 path;
  return path;
}

}  // namespace penstock

#else

namespace penstock {

const Sha256Path& sha256_avx2_path() {
  static const Sha256Absent path("avx2-x8");
  return path;
}

}  // namespace penstock

#endif
