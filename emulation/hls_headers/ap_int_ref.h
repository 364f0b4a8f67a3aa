// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ranges and bits of an ap_uint or ap_int as values that can be read and assigned (UG1399, "Arbitrary
// Precision Data Types"). They refer to the number that made them and must not outlive it.

#include "ap_int_base.h"

// Bits hi to lo of a number, hi >= lo; unsigned, as wide as the number.
template <int W, bool S>
class ap_range_ref {
 public:
  ap_range_ref(ap_int_base<W, S>* whole, int hi, int lo) : whole_(whole), hi_(hi), lo_(lo) {
    assert(lo >= 0 && hi >= lo && hi < W);
  }
  ap_range_ref(const ap_range_ref&) = default;

  template <class T, class = ap_detail::IfOperand<T>>
  ap_range_ref& operator=(const T& value) {
    assign(value);
    return *this;
  }
  template <int W2, bool S2>
  ap_range_ref& operator=(const ap_int_base<W2, S2>& value) {
    assign(value);
    return *this;
  }
  // Of the bits, not of the reference.
  ap_range_ref& operator=(const ap_range_ref& other) {
    assign(ap_int_base<W, false>(other));
    return *this;
  }

  int length() const { return hi_ - lo_ + 1; }
  uint64_t to_uint64() const { return word(0); }
  unsigned to_uint() const { return static_cast<unsigned>(word(0)); }
  int to_int() const { return static_cast<int>(word(0)); }
  operator uint64_t() const { return word(0); }  // NOLINT(google-explicit-constructor): as Vitis has it

  uint64_t word(int i) const {
    const int at = lo_ + 64 * i;
    const int left = hi_ - at + 1;
    if (left <= 0) return 0;
    const int shift = at % 64;
    uint64_t bits = whole_->word(at / 64) >> shift;
    if (shift != 0 && left > 64 - shift) bits |= whole_->word(at / 64 + 1) << (64 - shift);
    return left < 64 ? bits & ~(~uint64_t(0) << left) : bits;
  }

 private:
  template <class T>
  void assign(const T& value) {
    const int first = lo_ / 64;
    const int last = hi_ / 64;
    const int shift = lo_ % 64;
    for (int i = first; i <= last; ++i) {
      uint64_t bits = value_word(value, i - first) << shift;
      if (shift != 0 && i > first) bits |= value_word(value, i - first - 1) >> (64 - shift);
      uint64_t mask = ~uint64_t(0);
      if (i == first) mask &= ~uint64_t(0) << shift;
      if (i == last) mask &= ~uint64_t(0) >> (63 - hi_ % 64);
      whole_->set_word(i, (whole_->word(i) & ~mask) | (bits & mask));
    }
  }
  template <class T>
  static std::enable_if_t<ap_detail::Operand<T>::kIs, uint64_t> value_word(const T& value, int i) {
    return ap_detail::word_of(value, i);
  }
  template <int W2, bool S2>
  static uint64_t value_word(const ap_int_base<W2, S2>& value, int i) {
    return value.word(i);
  }

  ap_int_base<W, S>* whole_;
  int hi_;
  int lo_;
};

// One bit of a number.
template <int W, bool S>
class ap_bit_ref {
 public:
  ap_bit_ref(ap_int_base<W, S>* whole, int bit) : whole_(whole), bit_(bit) { assert(bit >= 0 && bit < W); }
  ap_bit_ref(const ap_bit_ref&) = default;

  ap_bit_ref& operator=(bool value) {
    whole_->range(bit_, bit_) = value;
    return *this;
  }
  ap_bit_ref& operator=(const ap_bit_ref& other) { return *this = bool(other); }
  operator bool() const {
    return whole_->test(bit_);
  }  // NOLINT(google-explicit-constructor): as Vitis has it
  uint64_t word(int i) const { return i == 0 && whole_->test(bit_) ? 1 : 0; }

 private:
  ap_int_base<W, S>* whole_;
  int bit_;
};
