#pragma once
// A few specifications of every registered model, at which the contract tests run.

#include <string>
#include <vector>

#include "experiment/experiment.hpp"

namespace calor::model {

struct Spec {
  std::string name;
  experiment::Model model;
};

std::vector<Spec> specs();

/// Generic parameters for d of them, none at a special value; the same for every number type.
template <class R>
std::vector<R> generic_theta(int d, int variant) {
  std::vector<R> theta;
  for (int k = 0; k < d; ++k) theta.push_back(R((k * 37 + variant * 53) % 97 - 48) / 61);
  return theta;
}

}  // namespace calor::model
