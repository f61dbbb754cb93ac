#pragma once
// Entropies of the densities of relaxation.hpp, with a proven bound of their error.
//
// f = sum_i w_i rho_i, rho_i = e^{-L_i/2T} psi_i, is known as f_h with |psi_i - psi_ih| <= delta_i in L2. On a core, an
// interval where f_h > 0 is certain, e = f - f_h gives
//   -f ln f = -f_h ln f_h - e (1 + ln f_h) - D,   0 <= D = f ln(f/f_h) - e <= e²/f_h   (ln y <= y - 1),
// so that with rho_i's part of the error, e_i = e^{-L_i/2T}(psi_i - psi_ih), and Jensen's e² <= sum w_i e_i²,
//   |int e (1 + ln f_h)| <= sum_i w_i delta_i |(1 + ln f_h) e^{-L_i/2T}|_core,
//   0 <= int D <= sum_i w_i delta_i² sup_core e^{-L_i/T}/f_h.
// Beyond it, with -x ln x <= x u + e^{-1-u} for every u (here u_1 + |theta - centre|) and -x ln x >= -x²,
//   -sum_i w_i sup e^{-L_i/T} |psi_i|² <= -int f ln f <= sum_i w_i |u e^{-L_i/2T}| |psi_i| + int e^{-1-u},
// |psi_i| <= |psi_ih| + delta_i being norms over the tails, where L_i, convex, lies above its tangents.
// int_core f_h ln f_h is the sum over panels of integrated Taylor series; f_h is entire up to the zeros of Z, and a
// disc around the panel on which it does not vanish bounds the rest of the series (Cauchy).

#include "proven/relaxation.hpp"

namespace calor::proven {

/// One data set's density at one time.
struct Member {
  Balls coefficients;
  Ball error;
};

struct Entropies {
  Ball mixture;     // S(Theta)
  Ball given_data;  // S(Theta|B)
};

/// members[set][time]; one result a time, balls that are not finite where the errors are too large for a core.
std::vector<Entropies> density_entropies(const Setting& setting, const Balls& weights, const Balls& statistics,
                                         const std::vector<std::vector<Member>>& members, int digits, int threads);

}  // namespace calor::proven
