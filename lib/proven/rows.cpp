#include "proven/rows.hpp"

namespace calor::proven {

void parameter_thermodynamics(const Ball& temperature, const BallRow& start, BallRow& row) {
  row["heat_theta"] = row["_loss"] - start.at("_loss");
  row["work_theta"] = Ball(0);
  row["ep_theta_medium"] = -row["heat_theta"] / temperature;
  row["ep_theta"] = row["entropy_theta_given_b"] - start.at("entropy_theta_given_b") + row["ep_theta_medium"];
  row["ep_theta_naive"] = row["entropy_theta"] - start.at("entropy_theta") + row["ep_theta_medium"];
  row["ep_theta_housekeeping"] = Ball(0);  // detailed balance (I9)
  row["ep_theta_excess"] = row["ep_theta"];
  row["_ep_relative"] = start.at("_free") - row["_free"];
  if (row["ep_theta_naive"] > Ball(0)) row["efficiency"] = row["m_info"] / row["ep_theta_naive"];
}

void equilibrium_sampler(const BallRow& start, BallRow& row) {
  const Ball f = row["fisher_dissipation"];
  row["work_x"] = row["ep_x_path"] = f;
  row["flow_theta"] = -f;
  row["ep_x"] = Ball(0);
  row["heat_x"] = row["entropy_x_given_theta"] - start.at("entropy_x_given_theta") - f;
  row["flow_x"] = row["info_x_theta_given_b"] - start.at("info_x_theta_given_b") + f;
}

void observers(const BallRow& start, BallRow& row) {
  row["ep_x_given_b"] = row["entropy_x_given_b"] - start.at("entropy_x_given_b") - row["heat_x"];
  row["ep_x_naive"] = row["entropy_x"] - start.at("entropy_x") - row["heat_x"];
  row["reservoir_gap"] = -row["heat_x"] - row["m_info"];
}

void exact_zeros(bool start, bool fixed, BallRow& row) {
  const auto clear = [&](std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (const auto at = row.find(name); at != row.end()) at->second = Ball(0);
  };
  if (start || fixed) {
    clear({"m_info", "l_info", "r_info"});
    row["lautum_info"] = Ball(0);
    clear({"efficiency"});
  }
  if (start)
    clear({"heat_theta", "ep_theta", "ep_theta_naive", "ep_theta_medium", "ep_theta_excess", "heat_x", "work_x",
           "flow_x", "flow_theta", "ep_x_given_b", "ep_x_naive", "ep_x_path", "fisher_dissipation", "reservoir_gap"});
}

}  // namespace calor::proven
