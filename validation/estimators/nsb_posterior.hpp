#pragma once
// What NSB needs at one concentration β of the Dirichlet prior, free of cancellation from β = e^{−100} to e^{100}.

#include <vector>

#include "validation/estimators/additive.hpp"

namespace calor::estimators {

/// Letters that have the same count, 0 included.
struct Multiplicity {
  double count = 0;
  double letters = 0;
};

class NsbPosterior {
 public:
  NsbPosterior(Counts counts, double alphabet);

  double samples() const { return samples_; }
  double alphabet() const { return alphabet_; }

  /// ln[ρ(β) ξ'(β) β], up to a constant: the weight of ln β.
  double log_weight(double beta) const;

  /// ⟨S⟩_β.
  double mean(double beta) const;

  /// ⟨S²⟩_β − ⟨S⟩_β².
  double variance(double beta) const;

 private:
  std::vector<Multiplicity> groups_;  // counts 0 (if any letter is unseen) and up
  double samples_ = 0, alphabet_ = 0;
};

}  // namespace calor::estimators
