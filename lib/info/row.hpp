#pragma once
// Numbers of one resolution: a value and the round-off that went into it. Errors of discretisation come later, from
// comparing resolutions.

#include <map>
#include <string>

#include "num/real.hpp"

namespace calor::info {

template <num::Real R>
struct Raw {
  R value = 0;
  R noise = 0;
};

/// Quantities at one time, by name.
template <num::Real R>
using Row = std::map<std::string, Raw<R>, std::less<>>;

template <num::Real R>
Raw<R> operator+(const Raw<R>& a, const Raw<R>& b) {
  return {a.value + b.value, a.noise + b.noise};
}

template <num::Real R>
Raw<R> operator-(const Raw<R>& a, const Raw<R>& b) {
  return {a.value - b.value, a.noise + b.noise};
}

template <num::Real R>
Raw<R> operator/(const Raw<R>& a, const R& positive) {
  return {a.value / positive, a.noise / positive};
}

template <num::Real R>
Raw<R> operator-(const Raw<R>& a) {
  return {-a.value, a.noise};
}

}  // namespace calor::info
