// SPDX-License-Identifier: Apache-2.0
#pragma once

// ap_uint<W> and ap_int<W> of Vitis HLS (UG1399, "Arbitrary Precision Data Types"), for simulation with g++:
// as far as the kernels need them, with the same names, widths and results. An ap_uint<512> is 64 bytes,
// trivially copyable and little-endian, so that bytes of memory can be addressed as words.

#include <ostream>

#include "ap_int_base.h"
#include "ap_int_ops.h"
#include "ap_int_ref.h"

template <int W>
class ap_uint;
template <int W>
class ap_int;

namespace ap_detail {
template <int W>
struct Operand<ap_uint<W>, void> : OurOperand<ap_uint<W>, W, false> {};
template <int W>
struct Operand<ap_int<W>, void> : OurOperand<ap_int<W>, W, true> {};
}  // namespace ap_detail

#define AP_INT_CLASS(name, is_signed)                   \
  template <int W>                                      \
  class name : public ap_int_base<W, is_signed> {       \
    using Base = ap_int_base<W, is_signed>;             \
                                                        \
   public:                                              \
    name() = default;                                   \
    template <class T, class = ap_detail::IfOperand<T>> \
    name(const T& value) : Base(value) {}               \
    template <class T, class = ap_detail::IfOperand<T>> \
    name& operator+=(const T& b) {                      \
      return *this = *this + b;                         \
    }                                                   \
    template <class T, class = ap_detail::IfOperand<T>> \
    name& operator-=(const T& b) {                      \
      return *this = *this - b;                         \
    }                                                   \
    template <class T, class = ap_detail::IfOperand<T>> \
    name& operator*=(const T& b) {                      \
      return *this = *this * b;                         \
    }                                                   \
    template <class T, class = ap_detail::IfOperand<T>> \
    name& operator&=(const T& b) {                      \
      return *this = *this & b;                         \
    }                                                   \
    template <class T, class = ap_detail::IfOperand<T>> \
    name& operator|=(const T& b) {                      \
      return *this = *this | b;                         \
    }                                                   \
    template <class T, class = ap_detail::IfOperand<T>> \
    name& operator^=(const T& b) {                      \
      return *this = *this ^ b;                         \
    }                                                   \
    template <class T, class = ap_detail::IfOperand<T>> \
    name& operator<<=(const T& by) {                    \
      return *this = *this << by;                       \
    }                                                   \
    template <class T, class = ap_detail::IfOperand<T>> \
    name& operator>>=(const T& by) {                    \
      return *this = *this >> by;                       \
    }                                                   \
    name& operator++() { return *this += 1; }           \
    name& operator--() { return *this -= 1; }           \
    name operator++(int) {                              \
      const name before = *this;                        \
      *this += 1;                                       \
      return before;                                    \
    }                                                   \
    name operator--(int) {                              \
      const name before = *this;                        \
      *this -= 1;                                       \
      return before;                                    \
    }                                                   \
  };
AP_INT_CLASS(ap_uint, false)
AP_INT_CLASS(ap_int, true)
#undef AP_INT_CLASS

// Hexadecimal, all digits.
template <int W, bool S>
std::ostream& operator<<(std::ostream& out, const ap_int_base<W, S>& value) {
  out << "0x";
  for (int digit = (W - 1) / 4; digit >= 0; --digit) {
    out << "0123456789abcdef"[value.word(digit / 16) >> (digit % 16 * 4) & 15];
  }
  return out;
}

static_assert(sizeof(ap_uint<512>) == 64 && std::is_trivially_copyable<ap_uint<512>>::value,
              "a word of memory");
