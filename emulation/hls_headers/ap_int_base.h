// SPDX-License-Identifier: Apache-2.0
#pragma once

// The value behind ap_uint and ap_int (UG1399, "Arbitrary Precision Data Types"): W bits, two's complement,
// with Vitis's widths of results. Storage is the smallest unsigned type that holds W bits, or an array of
// 64-bit words, little-endian, extended by zeros or the sign in the last one. C++14, as the kernels are.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <type_traits>

template <int W, bool S>
class ap_int_base;
template <int W, bool S>
class ap_range_ref;
template <int W, bool S>
class ap_bit_ref;

namespace ap_detail {

constexpr int max_of(int a, int b) {
  return a > b ? a : b;
}
constexpr int min_of(int a, int b) {
  return a < b ? a : b;
}

template <int W>
struct Storage {
  using type = std::conditional_t<
      (W <= 8), uint8_t,
      std::conditional_t<(W <= 16), uint16_t, std::conditional_t<(W <= 32), uint32_t, uint64_t>>>;
  static constexpr int kWords = (W + 63) / 64;
};

// What a value of at most 64 bits becomes where C++ wants a number of its own.
template <int W, bool S>
struct Native {
  using wide = typename Storage<W>::type;
  using type = std::conditional_t<W == 1 && !S, bool, std::conditional_t<S, std::make_signed_t<wide>, wide>>;
};

// A type that may stand in an expression: its width, its sign, and its value as words, extended without end.
template <class T, class = void>
struct Operand {
  static constexpr bool kOurs = false;
  static constexpr bool kIs = false;
};

template <class T>
struct Operand<T, std::enable_if_t<std::is_integral<T>::value>> {
  static constexpr bool kOurs = false;
  static constexpr bool kIs = true;
  static constexpr int kWidth = std::is_same<T, bool>::value ? 1 : int(sizeof(T)) * 8;
  static constexpr bool kSigned = std::is_signed<T>::value;
  static uint64_t word(T value, int i) {
    return i == 0 ? static_cast<uint64_t>(value) : (kSigned && value < T(0) ? ~uint64_t(0) : 0);
  }
};

template <class T, int W, bool S>
struct OurOperand {
  static constexpr bool kOurs = true;
  static constexpr bool kIs = true;
  static constexpr int kWidth = W;
  static constexpr bool kSigned = S;
  static uint64_t word(const T& value, int i) { return value.word(i); }
};

template <int W, bool S>
struct Operand<ap_int_base<W, S>, void> : OurOperand<ap_int_base<W, S>, W, S> {};
template <int W, bool S>
struct Operand<ap_range_ref<W, S>, void> : OurOperand<ap_range_ref<W, S>, W, false> {};
template <int W, bool S>
struct Operand<ap_bit_ref<W, S>, void> : OurOperand<ap_bit_ref<W, S>, 1, false> {};

template <class T>
using IfOperand = std::enable_if_t<Operand<T>::kIs>;
template <class A, class B>
using IfOurs =
    std::enable_if_t<Operand<A>::kIs && Operand<B>::kIs && (Operand<A>::kOurs || Operand<B>::kOurs)>;

// Widths of results, as Vitis has them.
template <class A, class B>
struct Widths {
  using L = Operand<A>;
  using R = Operand<B>;
  static constexpr bool kSigned = L::kSigned || R::kSigned;
  static constexpr int kLogic = max_of(L::kWidth + (R::kSigned && !L::kSigned ? 1 : 0),
                                       R::kWidth + (L::kSigned && !R::kSigned ? 1 : 0));
  using Logic = ap_int_base<kLogic, kSigned>;
  using Sum = ap_int_base<kLogic + 1, kSigned>;
  using Difference = ap_int_base<kLogic + 1, true>;
  using Product = ap_int_base<L::kWidth + R::kWidth, kSigned>;
  using Quotient = ap_int_base<L::kWidth + (R::kSigned ? 1 : 0), kSigned>;
  using Remainder =
      ap_int_base<min_of(L::kWidth, R::kWidth + (!R::kSigned && L::kSigned ? 1 : 0)), L::kSigned>;
  static constexpr int kWords = Storage<kLogic + 1>::kWords;
};

template <class T>
uint64_t word_of(const T& value, int i) {
  return Operand<T>::word(value, i);
}

}  // namespace ap_detail

template <int W, bool S>
class ap_int_base {
  static_assert(W >= 1 && W <= 4096, "1 to 4096 bits");

 public:
  static constexpr int width = W;
  static constexpr int kWords = ap_detail::Storage<W>::kWords;
  using Stored = typename ap_detail::Storage<W>::type;
  using Native = typename ap_detail::Native<(W > 64 ? 64 : W), S>::type;

  ap_int_base() = default;
  template <class T, class = ap_detail::IfOperand<T>>
  ap_int_base(const T& value) {  // NOLINT(google-explicit-constructor): as Vitis has it
    for (int i = 0; i < kWords; ++i) set_word(i, ap_detail::word_of(value, i));
  }
  // One overload for all of ours, ap_uint and ap_int too, which derive from this.
  template <int W2, bool S2>
  ap_int_base(const ap_int_base<W2, S2>& value) {  // NOLINT(google-explicit-constructor)
    for (int i = 0; i < kWords; ++i) set_word(i, value.word(i));
  }

  int length() const { return W; }
  uint64_t to_uint64() const { return word(0); }
  int64_t to_int64() const { return static_cast<int64_t>(word(0)); }
  unsigned to_uint() const { return static_cast<unsigned>(word(0)); }
  int to_int() const { return static_cast<int>(word(0)); }
  bool to_bool() const { return or_reduce(); }
  operator Native() const {  // NOLINT(google-explicit-constructor)
    static_assert(W <= 64, "wider than any number of C++: say to_uint64()");
    return static_cast<Native>(word(0));
  }

  ap_range_ref<W, S> range(int hi, int lo) { return ap_range_ref<W, S>(this, hi, lo); }
  const ap_range_ref<W, S> range(int hi, int lo) const {
    return ap_range_ref<W, S>(const_cast<ap_int_base*>(this), hi, lo);
  }
  ap_range_ref<W, S> operator()(int hi, int lo) { return range(hi, lo); }
  const ap_range_ref<W, S> operator()(int hi, int lo) const { return range(hi, lo); }
  ap_bit_ref<W, S> operator[](int bit) { return ap_bit_ref<W, S>(this, bit); }
  bool operator[](int bit) const { return test(bit); }
  bool test(int bit) const {
    assert(bit >= 0 && bit < W);
    return (word(bit / 64) >> (bit % 64) & 1) != 0;
  }
  bool or_reduce() const {
    uint64_t any = 0;
    for (int i = 0; i < kWords; ++i) any |= stored_[i];
    return any != 0;
  }
  bool and_reduce() const { return !(~*this).or_reduce(); }
  template <int W2, bool S2>
  ap_int_base<W + W2, false> concat(const ap_int_base<W2, S2>& low) const {
    ap_int_base<W + W2, false> joined(0);
    joined.range(W + W2 - 1, W2) = *this;
    joined.range(W2 - 1, 0) = low;
    return joined;
  }

  // The i-th 64 bits of the value, extended without end.
  uint64_t word(int i) const {
    if (i >= kWords) return S && negative() ? ~uint64_t(0) : 0;
    if (S && W <= 64) return static_cast<uint64_t>(int64_t(std::make_signed_t<Stored>(stored_[0])));
    return stored_[i];
  }
  void set_word(int i, uint64_t bits) {
    if (i == kWords - 1) bits = extended(bits);
    stored_[i] = static_cast<Stored>(bits);
  }
  bool negative() const { return S && (stored_[kWords - 1] >> ((W - 1) % 64) & 1) != 0; }

  ap_int_base<W, S> operator~() const {
    ap_int_base inverse;
    for (int i = 0; i < kWords; ++i) inverse.set_word(i, ~word(i));
    return inverse;
  }
  ap_int_base<W + 1, true> operator-() const { return 0 - *this; }
  bool operator!() const { return !or_reduce(); }

  // By 0 to W bits.
  ap_int_base shifted_left(int by) const {
    uint64_t padded[2 * kWords + 1] = {};  // zeros below
    for (int i = 0; i < kWords; ++i) padded[kWords + 1 + i] = word(i);
    const uint64_t* from = padded + kWords - by / 64;
    ap_int_base result;
    for (int i = 0; i < kWords; ++i) {
      result.set_word(i, from[i + 1] << (by % 64) | from[i] >> 1 >> (63 - by % 64));
    }
    return result;
  }
  ap_int_base shifted_right(int by) const {
    uint64_t padded[2 * kWords + 1];  // the sign above
    for (int i = 0; i < kWords; ++i) padded[i] = word(i);
    for (int i = kWords; i < 2 * kWords + 1; ++i) padded[i] = word(kWords);
    const uint64_t* from = padded + by / 64;
    ap_int_base result;
    for (int i = 0; i < kWords; ++i) {
      result.set_word(i, from[i] >> (by % 64) | from[i + 1] << 1 << (63 - by % 64));
    }
    return result;
  }

 private:
  // What stands above bit W of the last word follows from the value.
  static uint64_t extended(uint64_t bits) {
    constexpr int kUnused = (64 - W % 64) % 64;
    if (kUnused == 0) return bits;
    return S ? static_cast<uint64_t>(static_cast<int64_t>(bits << kUnused) >> kUnused)
             : bits << kUnused >> kUnused;
  }

 public:
  // Not to be touched; public so that a word may be copied to and from bytes with memcpy.
  Stored stored_[kWords];
};
