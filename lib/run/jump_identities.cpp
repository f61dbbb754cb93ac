#include "run/jump_rows.hpp"

namespace calor::run {

template <Real R>
std::vector<ledger::Identity<R>> jump_identities(const R& temperature) {
  return {
      {"I1",
       "I(Theta;B) + I(X;B|Theta) = I(X;B) + I(Theta;B|X)",
       {{1, "_m_info_relative"}, {1, "_info_x_b_given_theta"}, {-1, "l_info"}, {-1, "r_info"}}},
      {"I1", "m_info as entropy difference and as mean relative entropy", {{1, "m_info"}, {-1, "_m_info_relative"}}},
      {"I1", "r_info as mean relative entropy", {{1, "r_info"}, {-1, "_r_info_relative"}}},
      {"I2",
       "info_x_theta = l_info + info_x_theta_given_b - I(X;B|Theta)",
       {{1, "info_x_theta"}, {-1, "l_info"}, {-1, "info_x_theta_given_b"}, {1, "_info_x_b_given_theta"}}},
      {"I2",
       "info_x_theta (joint density) = l_info + info_x_theta_given_b",
       {{1, "_info_x_theta_relative"}, {-1, "l_info"}, {-1, "info_x_theta_given_b"}}},
      {"I2", "r_info >= 0", {{-1, "r_info"}}, true},
      {"I2", "I(X;B|Theta) >= 0", {{-1, "_info_x_b_given_theta"}}, true},
      {"I3", "m_info <= H(type of B)", {{1, "m_info"}, {-1, "_type_entropy"}}, true},
      {"I3", "l_info <= H(type of B)", {{1, "l_info"}, {-1, "_type_entropy"}}, true},
      {"I3", "l_info <= ln K", {{1, "l_info"}, {-1, "_log_outcomes"}}, true},
      {"I4", "heat_theta = integral of the heat current", {{1, "heat_theta"}, {-1, "_heat_theta"}}},
      {"I5", "ep_theta by entropy balance (I4) = by relative entropies", {{1, "ep_theta"}, {-1, "_ep_relative"}}},
      {"I6",
       "ep_theta_naive = change of S(Theta) + medium part",
       {{1, "ep_theta_naive"}, {-1, "entropy_theta"}, {1, "entropy_theta", true}, {-1, "ep_theta_medium"}}},
      {"I6", "m_info <= ep_theta_naive", {{1, "m_info"}, {-1, "ep_theta_naive"}}, true},
      {"I7", "ep_theta by entropy balance = by currents", {{1, "ep_theta"}, {-1, "_ep_currents"}}},
      {"I10",
       "flow_x + flow_theta = change of info_x_theta_given_b",
       {{1, "flow_x"}, {1, "flow_theta"}, {-1, "info_x_theta_given_b"}, {1, "info_x_theta_given_b", true}}},
      {"I10", "work_x + heat_x = change of <phi>", {{1, "work_x"}, {1, "heat_x"}, {-1, "_phi"}, {1, "_phi", true}}},
      {"I10",
       "marginal of the joint density = the learner alone",
       {{1, "entropy_theta_given_b"}, {-1, "_entropy_theta_given_b_joint"}}},
      {"I11", "ep_x >= 0", {{-1, "ep_x"}}, true},
      {"I11", "ep_x = fall of the relative entropy to p(x|theta) while X moves", {{1, "ep_x"}, {-1, "_ep_x_relative"}}},
      {"I11", "ep_x = entropy production of X by currents", {{1, "ep_x"}, {-1, "_ep_x_currents"}}},
      {"I12",
       "ep_x_given_b = change of S(X|B) - heat_x",
       {{1, "ep_x_given_b"}, {-1, "entropy_x_given_b"}, {1, "entropy_x_given_b", true}, {1, "heat_x"}}},
      {"I12", "ep_x_given_b = ep_x + flow_x", {{1, "ep_x_given_b"}, {-1, "ep_x"}, {-1, "flow_x"}}},
      {"I12", "ep_x_naive = ep_x_given_b + l_info", {{1, "ep_x_naive"}, {-1, "ep_x_given_b"}, {-1, "l_info"}}},
      {"I15", "<exp(-sigma_Theta)> = 1", {{1, "_ift_theta"}}},
      {"I15", "<exp(-sigma_X)> = 1", {{1, "_ift_x"}}},
      {"I15", "heat_x = first moment of the heat along trajectories", {{1, "heat_x"}, {-1, "_heat_x_1"}}},
      {"I15", "work_x = first moment of the work along trajectories", {{1, "work_x"}, {-1, "_work_x_1"}}},
      {"I13",
       "fisher_dissipation by exact integration = by panels",
       {{1, "fisher_dissipation"}, {-1, "_fisher_panels"}}},
      {"I13", "equilibrium sampler: ep_x_path = work_x", {{1, "ep_x_path"}, {-1, "work_x"}}},
      {"I13", "ep_x <= ep_x_path", {{1, "ep_x"}, {-1, "ep_x_path"}}, true},
      {"I16",
       "stationary: generalization_gap = T (m_info + lautum_info)",
       {{1, "generalization_gap"}, {-temperature, "m_info"}, {-temperature, "lautum_info"}},
       false,
       true},
  };
}

#define CALOR_INSTANTIATE(R) template std::vector<ledger::Identity<R>> jump_identities(const R&);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
