#pragma once
// Eigen on our number types. (boost/multiprecision/eigen.hpp of Boost 1.74 lacks infinity and quiet_NaN, which
// Eigen 3.4 needs.)

#include <Eigen/Dense>

#include "num/real.hpp"

namespace Eigen {

template <unsigned Digits>
struct NumTraits<calor::num::Mp<Digits>> : GenericNumTraits<calor::num::Mp<Digits>> {
  using T = calor::num::Mp<Digits>;
  enum {
    IsInteger = 0,
    IsSigned = 1,
    IsComplex = 0,
    RequireInitialization = 1,
    ReadCost = 4,
    AddCost = 20,
    MulCost = 40
  };
  static T epsilon() { return std::numeric_limits<T>::epsilon(); }
  static T dummy_precision() { return epsilon() * 1000; }
  static T highest() { return (std::numeric_limits<T>::max)(); }
  static T lowest() { return -(std::numeric_limits<T>::max)(); }
  static T infinity() { return std::numeric_limits<T>::infinity(); }
  static T quiet_NaN() { return std::numeric_limits<T>::quiet_NaN(); }
  static int digits10() { return std::numeric_limits<T>::digits10; }
};

}  // namespace Eigen

namespace calor::num {

template <Real R>
using Matrix = Eigen::Matrix<R, Eigen::Dynamic, Eigen::Dynamic>;
template <Real R>
using Vector = Eigen::Matrix<R, Eigen::Dynamic, 1>;

}  // namespace calor::num
