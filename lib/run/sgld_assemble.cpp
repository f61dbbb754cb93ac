#include "run/sgld_assemble.hpp"

#include "info/information.hpp"

namespace calor::run {

using info::Raw;
using info::Row;
using num::Matrix;
using num::Vector;

namespace {

/// sum_B p(B) <f_B> with its round-off.
template <Real R, class F>
Raw<R> mean_of(const SgldSetting<R>& s, const std::vector<SgldRecord<R>>& records, const F& f) {
  Raw<R> sum;
  for (const auto& r : records) {
    const auto term = info::average<R>(s.room.spaces.theta_weight, r.rho, r.round_off * r.rho, f(r));
    sum.value += r.weight * term.value;
    sum.noise += r.weight * term.noise;
  }
  return sum;
}

template <Real R>
Vector<R> combine(const Matrix<R>& terms, const std::vector<R>& statistic) {
  return terms * Eigen::Map<const Vector<R>>(statistic.data(), static_cast<Eigen::Index>(statistic.size()));
}

template <Real R>
info::Snapshot<R> snapshot(const std::vector<SgldRecord<R>>& records) {
  using std::fabs, std::log;
  const auto sets = static_cast<Eigen::Index>(records.size());
  const Eigen::Index n = records.front().rho.size();
  info::Snapshot<R> out{Vector<R>(sets), Matrix<R>(n, sets), Matrix<R>(n, sets), Matrix<R>(n, sets),
                        Matrix<R>(n, sets)};
  for (Eigen::Index b = 0; b < sets; ++b) {
    const auto& r = records[static_cast<std::size_t>(b)];
    out.probability[b] = r.weight;
    out.density.col(b) = r.rho;
    out.round_off.col(b) = r.round_off * r.rho;
    for (Eigen::Index i = 0; i < n; ++i) {  // positive arithmetic: relative accuracy in the tails too
      const bool known = r.rho[i] > 0;
      out.log_density(i, b) = known ? R(log(r.rho[i])) : -num::infinity<R>();
      out.log_round_off(i, b) =
          known ? R(r.round_off + 8 * num::epsilon<R>() * (1 + fabs(out.log_density(i, b)))) : num::infinity<R>();
    }
  }
  return out;
}

template <Real R>
void learning(const SgldSetting<R>& s, const std::vector<SgldRecord<R>>& records, Row<R>& row) {
  if (!s.target_statistic.empty()) {
    const Vector<R> test = combine(s.terms.value, s.target_statistic);
    row["loss_test"] = mean_of(s, records, [&](const auto&) { return test; });
  }
  if (records.front().statistic.empty()) return;
  row["loss_train"] = mean_of(s, records, [&](const auto& r) { return combine(s.terms.value, r.statistic); });
  if (!s.target_statistic.empty()) row["generalization_gap"] = row["loss_test"] - row["loss_train"];
  row["_loss"] = row["loss_train"] + mean_of(s, records, [&](const auto&) { return s.decay_loss; });
  if (s.quadratic() && !s.steps.empty()) {  // L - (eta/4) L'² (I8)
    const R quarter = num::from_rational<R>(s.steps.front().rate) / 4;
    const Vector<R> decay = s.weight_decay * s.room.nodes.theta;
    row["_shadow_loss"] = mean_of(s, records, [&](const auto& r) {
      const Vector<R> slope = combine(s.terms.slope, r.statistic) + decay;
      return Vector<R>(combine(s.terms.value, r.statistic) + s.decay_loss - quarter * slope.cwiseAbs2());
    });
  }
}

/// Entropy productions and heat of Theta (I6, I8).
template <Real R>
void thermodynamics(const SgldSetting<R>& s, const Row<R>& start, Row<R>& row) {
  using std::fabs;
  row["ep_theta_medium"].noise += row["_medium_noise"].value;
  row.erase("_medium_noise");
  row["ep_theta"] = row["entropy_theta_given_b"] - start.at("entropy_theta_given_b") + row["ep_theta_medium"];
  const Raw<R> naive = row["ep_theta_naive"] = row["ep_theta"] + row["m_info"];
  if (naive.value > 4 * naive.noise) {
    const R share = row["m_info"].value / naive.value;
    row["efficiency"] = {share, (row["m_info"].noise + fabs(share) * naive.noise) / naive.value};
  }
  if (!s.stream) {
    row["heat_theta"] = row["_loss"] - start.at("_loss");
    row["work_theta"] = {};
  }
}

/// H(type of B): of the data set, or of the ordered stream.
template <Real R>
void type_entropy(const SgldSetting<R>& s, const std::vector<SgldRecord<R>>& records, Row<R>& row) {
  using std::log;
  if (!s.stream && (s.ensemble.fixed || !s.ensemble.discrete)) return;
  R h = s.stream ? R(0) : s.ensemble.type_entropy;
  if (s.stream)
    for (const auto& r : records) h -= r.weight * log(r.weight);
  row["_type_entropy"] = {h, 64 * num::epsilon<R>() * (1 + h)};
}

/// Round-off of one entropy or average of the joint densities: relative errors delta of P make delta (1 + |ln P|) of -P
/// ln P.
template <Real R>
R joint_noise(const SgldSetting<R>& s, const std::vector<SgldRecord<R>>& records, const info::Snapshot<R>& at) {
  using std::fabs;
  R sum = 16 * num::epsilon<R>();
  for (std::size_t b = 0; b < records.size(); ++b) {
    const auto& r = records[b];
    const Vector<R> shown = r.joint.cwiseProduct(s.room.energy.cwiseAbs()) * s.room.spaces.x_weight;
    R own = 0;
    for (Eigen::Index i = 0; i < shown.size(); ++i)
      if (r.rho[i] > 0)
        own += s.room.nodes.weight[i] *
               (r.rho[i] * (2 + fabs(at.log_density(i, static_cast<Eigen::Index>(b)))) + shown[i]);
    sum += r.weight * r.round_off * own;
  }
  return sum;
}

/// thermo::joint_rows knows absolute round-off only; ours is relative, which is far less in logarithms.
template <Real R>
void sharpen(Row<R>& row, const std::map<std::string, std::vector<R>>& totals, const R& noise, const R& relative) {
  using std::fabs, std::min;
  const auto limit = [&](const char* name, int terms) { row[name].noise = min(row[name].noise, R(terms * noise)); };
  for (const char* name : {"entropy_theta", "entropy_theta_given_b", "entropy_x", "entropy_x_given_b", "_phi"})
    limit(name, 1);
  for (const char* name : {"entropy_x_given_theta", "m_info", "l_info"}) limit(name, 2);
  for (const char* name : {"info_x_theta", "info_x_theta_given_b"}) limit(name, 3);
  for (const char* name : {"r_info", "_r_info_relative", "_info_x_b_given_theta"}) limit(name, 4);
  for (const auto& [name, values] : totals) {
    const R size = fabs(values.back());
    row[name].noise = min(row[name].noise, R(4 * noise + (relative + 64 * num::epsilon<R>()) * size));
  }
  row["_m_info_relative"].noise += 2 * noise;
  const R heat = row["heat_x"].noise;
  row["ep_x_given_b"].noise = row["ep_x_naive"].noise = heat + 2 * noise;
  row["reservoir_gap"].noise = heat + row["m_info"].noise;
}

}  // namespace

template <Real R>
SgldRecord<R> record(const SgldSetting<R>& s, const SgldWalk<R>& walk, const R& weight, std::vector<R> statistic) {
  SgldRecord<R> out{walk.rho, walk.joint, walk.totals(s.room), walk.round_off, weight, std::move(statistic)};
  if (s.stream) {
    out.totals["heat_theta"] = walk.stream.heat;
    out.totals["work_theta"] = walk.stream.work;
    out.totals["_stream_loss"] = walk.stream.change();
  }
  return out;
}

template <Real R>
Row<R> assemble(const SgldSetting<R>& s, std::vector<SgldRecord<R>> records, const Row<R>* start) {
  using std::log;
  std::vector<Row<R>> rows(start ? 2 : 1);
  Row<R>& row = rows.back();
  const auto at = snapshot(records);
  info::parameter_information(s.room.spaces, at, row);
  const R noise = joint_noise(s, records, at), relative = records.front().round_off;
  learning(s, records, row);
  type_entropy(s, records, row);
  if (const int k = s.model->outcomes()) row["_log_outcomes"] = {log(R(k)), 4 * num::epsilon<R>()};

  const auto origin = start_walk(s.room, s.initial);
  Vector<R> probability(static_cast<Eigen::Index>(records.size()));
  std::vector<thermo::JointHistory<R>> histories;
  for (auto& r : records) {
    probability[static_cast<Eigen::Index>(histories.size())] = r.weight;
    thermo::JointHistory<R> h;
    if (start) h.joint.push_back(origin.joint);
    h.joint.push_back(std::move(r.joint));
    for (const auto& [name, value] : r.totals)
      h.totals[name] = start ? std::vector<R>{R(0), value} : std::vector<R>{value};
    h.round_off = r.round_off * r.rho;
    histories.push_back(std::move(h));
  }
  thermo::joint_rows<R>(s.room.spaces, s.room.energy, probability, histories, rows);
  sharpen(row, histories.front().totals, noise, relative);
  if (s.room.cross.size()) row["_markov"] = row["_info_x_b_given_theta"];
  if (s.experiment->sampler.kind == "ou" && s.experiment->model.kind == "gaussian-mean")
    row["ep_x_path"] = -row["heat_x"];  // I13: given the path of Theta x stays a Gaussian of the model's width
  thermo::finish_fluctuations(row);
  thermodynamics(s, start ? *start : row, row);
  return std::move(row);
}

#define CALOR_INSTANTIATE(R)                                                                          \
  template SgldRecord<R> record(const SgldSetting<R>&, const SgldWalk<R>&, const R&, std::vector<R>); \
  template Row<R> assemble(const SgldSetting<R>&, std::vector<SgldRecord<R>>, const Row<R>*);
CALOR_FOR_EACH_REAL(CALOR_INSTANTIATE)
#undef CALOR_INSTANTIATE

}  // namespace calor::run
