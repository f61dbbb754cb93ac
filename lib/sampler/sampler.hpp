#pragma once
// How X follows Theta while theta is fixed (theory.md section 3): for each theta a kernel over the outcomes, reversible
// with respect to p(.|theta) for single moves and full redraws, and leaving it invariant in any case.

#include <vector>

#include "experiment/experiment.hpp"
#include "model/model.hpp"
#include "num/eigen.hpp"

namespace calor::sampler {

using num::Matrix;
using num::Real;
using num::Vector;

/// Which outcome each single-site move leads to: neighbour[x][site]. Empty for samplers without sites.
std::vector<std::vector<int>> site_neighbours(const experiment::Model& model);

/// Model::alternation at each theta (one a row) as K x K, if the sampler is `alternating`; else empty matrices.
template <Real R>
std::vector<Matrix<R>> alternations(const experiment::Sampler& sampler, const model::Model<R>& model,
                                    const Matrix<R>& thetas);

/// Rate (or probability) of the flip x -> y under single-site dynamics, from p(x) and p(y): metropolis min(1,
/// p(y)/p(x)), glauber and gibbs p(y)/(p(x) + p(y)).
template <Real R>
R flip_rate(const std::string& kind, const R& px, const R& py);

/// Generator of X's moves at rate 1 (units of 1/rate) at one theta: G(x', x) is the rate x -> x', columns sum to 0.
/// heat-bath: G = p 1^T - 1; glauber and gibbs: flips at 1/(1+e^{dphi}); metropolis: min(1, e^{-dphi}); alternating: an
/// alternation, which is reversible as a move of the visible units alone, in place of the redraw.
template <Real R>
Matrix<R> generator(const std::string& kind, const Vector<R>& probability,
                    const std::vector<std::vector<int>>& neighbours, const Matrix<R>& alternation = {});

/// exp(time * G), columns sum to 1, by the eigenvectors of the symmetrised G (it is reversible with respect to
/// `probability`).
template <Real R>
Matrix<R> continuous_kernel(const std::string& kind, const Vector<R>& probability,
                            const std::vector<std::vector<int>>& neighbours, const R& time,
                            const Matrix<R>& alternation = {});

/// exp(time * g) of a generator that is reversible with respect to p.
template <Real R>
Matrix<R> reversible_kernel(const Matrix<R>& g, const Vector<R>& p, const R& time);

/// One discrete turn: redraw with a probability (heat-bath), `sweeps` sweeps over the sites in ascending order, or
/// `sweeps` alternations.
template <Real R>
Matrix<R> discrete_kernel(const experiment::Sampler& sampler, const Vector<R>& probability,
                          const std::vector<std::vector<int>>& neighbours, const Matrix<R>& alternation = {});

}  // namespace calor::sampler
