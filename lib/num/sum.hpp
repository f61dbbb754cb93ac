#pragma once
// Compensated summation: |error| <= epsilon |sum| + O(n epsilon²) (sum of |terms|), however many terms there are (A.
// Neumaier, ZAMM 54, 39 (1974)).

#include "num/real.hpp"

namespace calor::num {

template <Real R>
class Sum {
 public:
  void add(const R& term) {
    using std::fabs;
    const R next = sum_ + term;
    lost_ += fabs(sum_) < fabs(term) ? R((term - next) + sum_) : R((sum_ - next) + term);
    sum_ = next;
  }
  R value() const { return sum_ + lost_; }

 private:
  R sum_ = 0, lost_ = 0;
};

}  // namespace calor::num
