#pragma once
// The entropy estimators of discrete letters: plug-in, Miller–Madow, Grassberger (2003), NSB.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "validation/judge/judge.hpp"

namespace calor::judge {

/// Counts of all letters in n samples, the same ones for the same replicate.
using DrawCounts = std::function<std::vector<std::uint64_t>(std::size_t n, std::size_t replicate)>;

/// Appends them as subjects. `p`: probabilities of the letters if the samples are independent, for the exact biases (up
/// to 2000 samples; NSB has none); empty otherwise.
void add_letter_entropies(Case& test, const std::string& quantity, double truth, std::size_t letters,
                          const std::vector<double>& p, const DrawCounts& draw);

}  // namespace calor::judge
