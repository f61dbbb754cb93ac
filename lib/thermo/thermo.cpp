#include "thermo/thermo.hpp"

namespace calor::thermo {

using info::Raw;
using info::Row;

template <num::Real R>
void parameter_thermodynamics(std::span<Row<R>> rows) {
  using std::fabs;
  const Row<R> start = rows.front();
  for (auto& row : rows) {
    const Raw<R> heat = row.at("_loss") - start.at("_loss");
    row["heat_theta"] = heat;
    row["work_theta"] = {};
    const auto integral = row.find("_medium");
    const Raw<R> medium =
        integral != row.end() ? integral->second : start.at("_reduced_loss") - row.at("_reduced_loss");
    row["ep_theta_medium"] = medium;
    const Raw<R> ep = row.at("entropy_theta_given_b") - start.at("entropy_theta_given_b") + medium;
    const Raw<R>& m = row.at("m_info");
    const Raw<R> naive = ep + m;
    row["ep_theta"] = ep;
    row["ep_theta_naive"] = naive;
    if (naive.value > 4 * naive.noise)
      row["efficiency"] = {m.value / naive.value, (m.noise + fabs(m.value / naive.value) * naive.noise) / naive.value};
  }
}

template <num::Real R>
void equilibrium_sampler(std::span<Row<R>> rows) {
  const Row<R> start = rows.front();
  for (auto& row : rows) {
    const Raw<R> f = row.at("fisher_dissipation");
    const Raw<R> heat = row.at("entropy_x_given_theta") - start.at("entropy_x_given_theta") - f;
    const Raw<R> given_b = row.at("info_x_theta_given_b") - start.at("info_x_theta_given_b");
    row["work_x"] = f;
    row["heat_x"] = heat;
    row["flow_theta"] = -f;
    row["flow_x"] = given_b + f;
    row["ep_x"] = {};
    row["ep_x_given_b"] = given_b + f;
    row["ep_x_naive"] = row.at("info_x_theta") - start.at("info_x_theta") + f;
    row["ep_x_path"] = f;
    row["reservoir_gap"] = -heat - row.at("m_info");
  }
}

template <num::Real R>
void exact_zeros(std::span<Row<R>> rows, bool fixed) {
  const auto clear = [](Row<R>& row, std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (const auto at = row.find(name); at != row.end()) at->second = {};
  };
  for (auto& row : rows) {
    const bool start = &row == &rows.front();
    if (start || fixed) clear(row, {"m_info", "l_info", "r_info", "lautum_info"});
    if (start)
      clear(row, {"heat_theta", "work_theta", "ep_theta", "ep_theta_naive", "ep_theta_medium", "heat_x", "work_x",
                  "flow_x", "flow_theta", "ep_x", "ep_x_given_b", "ep_x_naive", "ep_x_path", "fisher_dissipation",
                  "reservoir_gap", "heat_x_variance", "work_x_variance"});
  }
}

#define CALOR_INSTANTIATE(R)                                 \
  template void parameter_thermodynamics(std::span<Row<R>>); \
  template void equilibrium_sampler(std::span<Row<R>>);      \
  template void exact_zeros(std::span<Row<R>>, bool);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::thermo
