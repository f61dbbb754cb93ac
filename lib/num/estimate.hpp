#pragma once
// A number with what is known about its error. Units are nats, k_B = 1.

#include "num/real.hpp"

namespace calor::num {

/// How far an error may be trusted: `proven` (a theorem covers every source of error) or `estimated` (from
/// refinement of every source).
enum class Guarantee { proven, estimated };

const char* name(Guarantee g);

/// |value - exact| <= error, to the degree that `guarantee` says.
template <Real R>
struct Estimate {
  R value = 0;
  R error = 0;
  Guarantee guarantee = Guarantee::estimated;
};

}  // namespace calor::num
