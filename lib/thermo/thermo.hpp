#pragma once
// Heat, work and entropy production from averages at each time (theory.md sections 5 to 7). Units: nats, k_B = 1.

#include <span>
#include <vector>

#include "info/row.hpp"

namespace calor::thermo {

/// Names that begin with '_' are ingredients of checks, not printed.
///
/// Adds to every row, from entropy_theta_given_b, m_info, "_loss" (the average of L_B with weight decay) and
/// "_reduced_loss" (that of L_B/T_B), at temperatures that do not change (with schedules from "_medium", -int dQ/T):
/// heat_theta = change of "_loss"; work_theta = 0; ep_theta_medium = -change of "_reduced_loss"; ep_theta = change of
/// S(Theta|B) + medium part (I4); ep_theta_naive = ep_theta + m_info (I6); efficiency. rows[0] is t = 0.
template <num::Real R>
void parameter_thermodynamics(std::span<info::Row<R>> rows);

/// I13, equilibrium sampler in continuous time, from fisher_dissipation and the informations: heat_x, work_x, flow_x,
/// flow_theta, ep_x, ep_x_given_b, ep_x_naive, ep_x_path, reservoir_gap. rows[0] is t = 0.
template <num::Real R>
void equilibrium_sampler(std::span<info::Row<R>> rows);

/// Sets to 0, without error, what is 0 by definition: at t = 0 everything accumulated and every information about B
/// (rho_0 does not depend on B); with one given data set the informations about B at all times.
template <num::Real R>
void exact_zeros(std::span<info::Row<R>> rows, bool fixed);

}  // namespace calor::thermo
