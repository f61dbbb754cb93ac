#pragma once
// Models with finitely many outcomes, and their data, written down once more from experiment.md: exact parameters in,
// balls out. Independent of lib/model and lib/data, so that each checks the other.

#include <vector>

#include "experiment/experiment.hpp"
#include "proven/chain.hpp"

namespace calor::proven {

/// The kinds that are known here: bernoulli, categorical, ising, rbm.
bool is_finite_model(const experiment::Model& model);

int outcomes_of(const experiment::Model& model);

/// phi_theta(x) = -ln p(x|theta) of all outcomes.
Balls energies(const experiment::Model& model, const std::vector<num::Rational>& theta);

/// s_x where ln p(x|theta) = s_x theta + const, a model with one parameter; not for rbm.
long statistic_of(const experiment::Model& model, int outcome);

/// Data sets that the loss cannot tell apart, as counts of outcomes, with their joint probability.
struct DataSet {
  Ball weight;
  std::vector<long> counts;
};

struct FiniteEnsemble {
  std::vector<DataSet> sets;
  bool fixed = false;
};

/// Number of terms of the multinomial distribution behind the ensemble.
double count_types(const experiment::Experiment& experiment);

/// All data sets with their exact probabilities N!/prod k! prod p^k; none is left out.
FiniteEnsemble enumerate(const experiment::Experiment& experiment);

}  // namespace calor::proven
