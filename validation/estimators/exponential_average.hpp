#pragma once
// Averages of exponentials: the integral fluctuation theorem and Jarzynski's equality (PRL 78, 2690 (1997)).

#include <span>

#include "validation/estimators/result.hpp"

namespace calor::estimators {

/// ⟨e^{−σ}⟩, 1 where theory.md I15 holds. Unbiased, but ruled by the smallest σ: the largest share of one sample in the
/// sum is among the conventions; the standard error is meaningful only while that share is small. σ = +inf counts as 0.
/// Throws InputError if there are no samples, or for NaN or −inf.
Result integral_fluctuation(std::span<const double> sigma);

/// ⟨min(1, e^{−σ})⟩ of a process less that of the reversed one, where each σ is that of its own paths: with P and P~
/// the two path measures, σ = ln dP/dP~ and on reversed paths ln dP~/dP, both are ∫ min(dP, dP~), so the difference is
/// 0 wherever the detailed fluctuation theorem holds (which is what I15 is made of). Unlike e^{−σ} the terms are
/// bounded by 1: the standard error, that of two independent means, is honest at any entropy production. What it can
/// see is the overlap itself: it is among the conventions, with the number of samples that it amounts to. Throws
/// InputError if there are no samples of one, or for NaN or −inf.
Result detailed_fluctuation(std::span<const double> sigma, std::span<const double> reversed);

/// ΔF = −T ln⟨e^{−W/T}⟩. Bias: upwards by Jensen, T Var[e^{−W/T}]/(2N⟨e^{−W/T}⟩²) for large N (Gaussian work of
/// variance s²: T (e^{s²/T²} − 1)/(2N)); regime N ≫ e^{dissipated work/T}. Standard error by the delete-one jackknife
/// (NaN for N = 1). Throws InputError if there are no samples, for T <= 0 and for work that is not finite.
Result jarzynski(std::span<const double> work, double temperature);

}  // namespace calor::estimators
