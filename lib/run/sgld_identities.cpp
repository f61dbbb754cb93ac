#include "run/sgld_rows.hpp"

namespace calor::run {

template <Real R>
std::vector<ledger::Identity<R>> sgld_identities(const R& temperature, bool lags) {
  std::vector<ledger::Identity<R>> out{
      {"I1",
       "I(Theta;B) + I(X;B|Theta) = I(X;B) + I(Theta;B|X)",
       {{1, "_m_info_relative"}, {1, "_info_x_b_given_theta"}, {-1, "l_info"}, {-1, "r_info"}}},
      {"I1", "m_info as entropy difference and as mean relative entropy", {{1, "m_info"}, {-1, "_m_info_relative"}}},
      {"I1", "r_info as entropy difference and as mean relative entropy", {{1, "r_info"}, {-1, "_r_info_relative"}}},
      {"I1", "r_info >= 0", {{-1, "r_info"}}, true},
      {"I2",
       "info_x_theta = l_info + info_x_theta_given_b - I(X;B|Theta)",
       {{1, "info_x_theta"}, {-1, "l_info"}, {-1, "info_x_theta_given_b"}, {1, "_info_x_b_given_theta"}}},
      {"I2", "equilibrium sampler: I(X;B|Theta) = 0", {{1, "_markov"}}},
      {"I3", "m_info <= H(type of B)", {{1, "m_info"}, {-1, "_type_entropy"}}, true},
      {"I3", "l_info <= H(type of B)", {{1, "l_info"}, {-1, "_type_entropy"}}, true},
      {"I3", "l_info <= ln K", {{1, "l_info"}, {-1, "_log_outcomes"}}, true},
      {"I6",
       "ep_theta_naive = change of S(Theta) + medium part",
       {{1, "ep_theta_naive"}, {-1, "entropy_theta"}, {1, "entropy_theta", true}, {-1, "ep_theta_medium"}}},
      {"I6", "m_info <= ep_theta_naive", {{1, "m_info"}, {-1, "ep_theta_naive"}}, true},
      {"I8",
       "ep_theta by entropy balance = by relative entropies of forward and backward steps",
       {{1, "ep_theta"}, {-1, "_ep_relative"}}},
      {"I8",
       "quadratic loss, full batch: medium part = -change of <L - (eta/4) L'^2>/T",
       {{temperature, "ep_theta_medium"}, {1, "_shadow_loss"}, {-1, "_shadow_loss", true}}},
      {"I8",
       "stream: heat_theta + work_theta = change of the loss",
       {{1, "heat_theta"}, {1, "work_theta"}, {-1, "_stream_loss"}}},
      {"I9",
       "ep_theta = housekeeping + excess",
       {{1, "ep_theta"}, {-1, "ep_theta_housekeeping"}, {-1, "ep_theta_excess"}}},
      {"I9", "ep_theta_housekeeping >= 0", {{-1, "ep_theta_housekeeping"}}, true},
      {"I9", "ep_theta_excess >= 0", {{-1, "ep_theta_excess"}}, true},
      {"I10",
       "flow_x + flow_theta = change of info_x_theta_given_b",
       {{1, "flow_x"}, {1, "flow_theta"}, {-1, "info_x_theta_given_b"}, {1, "info_x_theta_given_b", true}}},
      {"I10", "work_x + heat_x = change of <phi>", {{1, "work_x"}, {1, "heat_x"}, {-1, "_phi"}, {1, "_phi", true}}},
      {"I11",
       "ep_x by entropy balance = by relative entropies before and after the moves",
       {{1, "ep_x"}, {-1, "_ep_x_relative"}}},
      {"I11", "ep_x >= 0", {{-1, "ep_x"}}, true},
      {"I12", "ep_x_given_b = ep_x + flow_x", {{1, "ep_x_given_b"}, {-1, "ep_x"}, {-1, "flow_x"}}},
      {"I12", "ep_x_naive = ep_x_given_b + l_info", {{1, "ep_x_naive"}, {-1, "ep_x_given_b"}, {-1, "l_info"}}},
      {"I13", "sgld, equilibrium sampler: ep_x_path = work_x", {{1, "ep_x_path"}, {-1, "work_x"}}},
      {"I13", "ep_x <= ep_x_path", {{1, "ep_x"}, {-1, "ep_x_path"}}, true},
      {"I14",
       "reservoir_gap = ep_x_naive - change of S(X) - m_info",
       {{1, "reservoir_gap"}, {-1, "ep_x_naive"}, {1, "entropy_x"}, {-1, "entropy_x", true}, {1, "m_info"}}},
      {"I15", "<exp(-sigma_Theta)> = 1", {{1, "_ift_theta"}}},
      {"I15", "<exp(-sigma_X)> = 1", {{1, "_ift_x"}}},
  };
  if (lags)
    std::erase_if(out, [](const auto& i) { return i.statement == "sgld, equilibrium sampler: ep_x_path = work_x"; });
  return out;
}

#define CALOR_INSTANTIATE(R) template std::vector<ledger::Identity<R>> sgld_identities(const R&, bool);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
