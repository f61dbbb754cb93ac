#pragma once
// Gauss–Lobatto–Legendre nodes in [-1, 1] (C. Canuto et al., Spectral Methods, 2006, section 2.3).

#include "num/eigen.hpp"

namespace calor::evolve {

/// order + 1 nodes, weights 2/(p(p+1) P_p²) and the matrix of derivatives at the nodes (eq. 2.3.28).
struct Lobatto {
  num::Vector<double> node, weight;
  num::Matrix<double> derivative;
};

/// order >= 1.
Lobatto lobatto(int order);

}  // namespace calor::evolve
