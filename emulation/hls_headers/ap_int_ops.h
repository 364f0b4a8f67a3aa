// SPDX-License-Identifier: Apache-2.0
#pragma once

// Operators between ap_uint, ap_int, their ranges and bits, and C++'s integers: exact, each result as wide as
// Vitis makes it.

#include "ap_int_base.h"
#include "ap_int_ref.h"

namespace ap_detail {

template <class R, class A, class B>
R add(const A& a, const B& b) {
  R sum;
  uint64_t carry = 0;
  for (int i = 0; i < R::kWords; ++i) {
    const uint64_t x = word_of(a, i);
    const uint64_t partial = x + word_of(b, i);
    const uint64_t total = partial + carry;
    carry = uint64_t(partial < x) | uint64_t(total < partial);
    sum.set_word(i, total);
  }
  return sum;
}

template <class R, class A, class B>
R subtract(const A& a, const B& b) {
  R difference;
  uint64_t borrow = 0;
  for (int i = 0; i < R::kWords; ++i) {
    const uint64_t x = word_of(a, i);
    const uint64_t y = word_of(b, i);
    const uint64_t partial = x - y;
    const uint64_t total = partial - borrow;
    borrow = uint64_t(x < y) | uint64_t(partial < borrow);
    difference.set_word(i, total);
  }
  return difference;
}

template <class R, class A, class B>
R multiply(const A& a, const B& b) {
  if (R::kWords == 1) return R(word_of(a, 0) * word_of(b, 0));
  __extension__ typedef unsigned __int128 Wide;
  uint64_t words[R::kWords] = {};
  for (int i = 0; i < R::kWords; ++i) {
    uint64_t carry = 0;
    for (int j = 0; i + j < R::kWords; ++j) {
      const Wide sum = Wide(word_of(a, i)) * word_of(b, j) + words[i + j] + carry;
      words[i + j] = static_cast<uint64_t>(sum);
      carry = static_cast<uint64_t>(sum >> 64);
    }
  }
  R product;
  for (int i = 0; i < R::kWords; ++i) product.set_word(i, words[i]);
  return product;
}

// Less than zero, zero, greater than zero, as a is less than b, equal, greater; of the values, whatever their
// types.
template <class A, class B>
int compare(const A& a, const B& b) {
  constexpr int kWords = Widths<A, B>::kWords;
  const bool a_negative = Operand<A>::kSigned && int64_t(word_of(a, kWords)) < 0;
  const bool b_negative = Operand<B>::kSigned && int64_t(word_of(b, kWords)) < 0;
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  for (int i = kWords - 1; i >= 0; --i) {
    const uint64_t x = word_of(a, i);
    const uint64_t y = word_of(b, i);
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

template <class A, class B>
bool equal(const A& a, const B& b) {
  uint64_t difference = 0;
  for (int i = 0; i < Widths<A, B>::kWords; ++i) difference |= word_of(a, i) ^ word_of(b, i);
  return difference == 0;
}

// How far a shift goes; all of W and more shift everything out.
template <int W, class B>
int shift_count(const B& by) {
  const uint64_t count = word_of(by, 0);
  return count > uint64_t(W) ? W : static_cast<int>(count);
}

// The number that an operand is: of ours the value, of C++'s one as wide as its type.
template <class T>
using Number = ap_int_base<Operand<T>::kWidth, Operand<T>::kSigned>;

}  // namespace ap_detail

template <class A, class B, class = ap_detail::IfOurs<A, B>>
auto operator+(const A& a, const B& b) {
  return ap_detail::add<typename ap_detail::Widths<A, B>::Sum>(a, b);
}
template <class A, class B, class = ap_detail::IfOurs<A, B>>
auto operator-(const A& a, const B& b) {
  return ap_detail::subtract<typename ap_detail::Widths<A, B>::Difference>(a, b);
}
template <class A, class B, class = ap_detail::IfOurs<A, B>>
auto operator*(const A& a, const B& b) {
  return ap_detail::multiply<typename ap_detail::Widths<A, B>::Product>(a, b);
}
template <class A, class B, class = ap_detail::IfOurs<A, B>>
auto operator/(const A& a, const B& b) {
  using Result = typename ap_detail::Widths<A, B>::Quotient;
  static_assert(ap_detail::Widths<A, B>::kLogic <= 64, "division of at most 64 bits");
  if (!ap_detail::Widths<A, B>::kSigned) return Result(ap_detail::word_of(a, 0) / ap_detail::word_of(b, 0));
  return Result(int64_t(ap_detail::word_of(a, 0)) / int64_t(ap_detail::word_of(b, 0)));
}
template <class A, class B, class = ap_detail::IfOurs<A, B>>
auto operator%(const A& a, const B& b) {
  using Result = typename ap_detail::Widths<A, B>::Remainder;
  static_assert(ap_detail::Widths<A, B>::kLogic <= 64, "division of at most 64 bits");
  if (!ap_detail::Widths<A, B>::kSigned) return Result(ap_detail::word_of(a, 0) % ap_detail::word_of(b, 0));
  return Result(int64_t(ap_detail::word_of(a, 0)) % int64_t(ap_detail::word_of(b, 0)));
}

#define AP_INT_LOGIC(op)                                                        \
  template <class A, class B, class = ap_detail::IfOurs<A, B>>                  \
  auto operator op(const A& a, const B& b) {                                    \
    using Result = typename ap_detail::Widths<A, B>::Logic;                     \
    Result result;                                                              \
    for (int i = 0; i < Result::kWords; ++i)                                    \
      result.set_word(i, ap_detail::word_of(a, i) op ap_detail::word_of(b, i)); \
    return result;                                                              \
  }
AP_INT_LOGIC(&)
AP_INT_LOGIC(|)
AP_INT_LOGIC(^)
#undef AP_INT_LOGIC

// A shift keeps the left side's width.
template <class A, class B, class = ap_detail::IfOurs<A, B>,
          class = std::enable_if_t<ap_detail::Operand<A>::kOurs>>
auto operator<<(const A& a, const B& by) {
  using Result = ap_detail::Number<A>;
  return Result(a).shifted_left(ap_detail::shift_count<Result::width>(by));
}
template <class A, class B, class = ap_detail::IfOurs<A, B>,
          class = std::enable_if_t<ap_detail::Operand<A>::kOurs>>
auto operator>>(const A& a, const B& by) {
  using Result = ap_detail::Number<A>;
  return Result(a).shifted_right(ap_detail::shift_count<Result::width>(by));
}

template <class A, class B, class = ap_detail::IfOurs<A, B>>
bool operator==(const A& a, const B& b) {
  return ap_detail::equal(a, b);
}
template <class A, class B, class = ap_detail::IfOurs<A, B>>
bool operator!=(const A& a, const B& b) {
  return !ap_detail::equal(a, b);
}
template <class A, class B, class = ap_detail::IfOurs<A, B>>
bool operator<(const A& a, const B& b) {
  return ap_detail::compare(a, b) < 0;
}
template <class A, class B, class = ap_detail::IfOurs<A, B>>
bool operator>(const A& a, const B& b) {
  return ap_detail::compare(a, b) > 0;
}
template <class A, class B, class = ap_detail::IfOurs<A, B>>
bool operator<=(const A& a, const B& b) {
  return ap_detail::compare(a, b) <= 0;
}
template <class A, class B, class = ap_detail::IfOurs<A, B>>
bool operator>=(const A& a, const B& b) {
  return ap_detail::compare(a, b) >= 0;
}
