#include "run/kink_mesh.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "evolve/lobatto.hpp"
#include "evolve/theta_basis.hpp"
#include "num/errors.hpp"
#include "run/joint_model.hpp"

namespace calor::run {

namespace {

using Spot = std::array<double, 2>;
using Elements = std::vector<num::Matrix<double>>;

/// phi(y) - phi(x) of two outcomes that a move joins, by the difference of their statistics.
class EnergyDifferences {
 public:
  EnergyDifferences(const model::Model<double>& model, const experiment::Model& spec)
      : model_(model), jets_(static_cast<std::size_t>(model.components())) {
    const auto neighbours = sampler::site_neighbours(spec);
    for (std::size_t x = 0; x < neighbours.size(); ++x)
      for (const int y : neighbours[x]) {
        auto difference = model.statistic(y);
        const auto from = model.statistic(static_cast<int>(x));
        for (std::size_t a = 0; a < from.size(); ++a) difference[a] -= from[a];
        if (std::any_of(difference.begin(), difference.end(), [](int k) { return k != 0; }))
          all_.push_back(std::move(difference));
      }
    std::sort(all_.begin(), all_.end());
    all_.erase(std::unique(all_.begin(), all_.end()), all_.end());
  }

  std::size_t count() const { return all_.size(); }
  double at(std::size_t k, const Spot& theta) {
    model_.components_at(theta, jets_);
    double sum = 0;
    for (std::size_t a = 0; a < jets_.size(); ++a) sum += all_[k][a] * jets_[a].value;
    return sum;
  }

 private:
  const model::Model<double>& model_;
  std::vector<model::Jet<double>> jets_;
  std::vector<std::vector<int>> all_;
};

/// The sign of every difference is the same all over the sector of the plane between two angles.
bool one_sign(EnergyDifferences& differences, double from, double to) {
  for (std::size_t k = 0; k < differences.count(); ++k) {
    int seen = 0;
    for (int i = 0; i < 9; ++i)
      for (const double r : {0.05, 0.3, 1.0, 2.5, 6.0}) {
        const double angle = from + (to - from) * (0.02 + 0.96 * i / 8);
        const int sign = differences.at(k, {r * std::cos(angle), r * std::sin(angle)}) > 0 ? 1 : -1;
        if (seen * sign < 0) return false;
        seen = sign;
      }
  }
  return true;
}

bool one_sign_in_each(EnergyDifferences& differences, int sectors) {
  for (int k = 0; k < sectors; ++k)
    if (!one_sign(differences, 2 * M_PI * k / sectors, 2 * M_PI * (k + 1) / sectors)) return false;
  return true;
}

Spot along_curve(double sum, double difference) { return {(sum + difference) / 2, (sum - difference) / 2}; }

/// c(v), where difference 0 vanishes on the line theta_0 - theta_1 = v; NaN if it does not.
double crossing(EnergyDifferences& differences, double v) {
  double low = -60 - std::fabs(v), high = -low;
  const bool below = differences.at(0, along_curve(low, v)) < 0;
  if (below == (differences.at(0, along_curve(high, v)) < 0)) return std::nan("");
  for (int k = 0; k < 100 && low < high; ++k) {
    const double middle = (low + high) / 2;
    if (middle == low || middle == high) break;
    ((differences.at(0, along_curve(middle, v)) < 0) == below ? low : high) = middle;
  }
  return (low + high) / 2;
}

/// All differences vanish on the curve of the first, and change sign nowhere else.
bool one_curve(EnergyDifferences& differences) {
  for (double v = -6; v <= 6; v += 0.75) {
    const double c = crossing(differences, v);
    if (std::isnan(c)) return false;
    for (std::size_t k = 0; k < differences.count(); ++k)
      for (const int side : {-1, 1}) {
        int seen = 0;
        for (const double s : {0.01, 0.2, 1.0, 3.0, 8.0}) {
          const int sign = differences.at(k, along_curve(c + side * s, v)) > 0 ? 1 : -1;
          if (seen * sign < 0) return false;
          seen = sign;
        }
      }
  }
  return true;
}

/// The element with these corners (counter-clockwise), or its image.
num::Matrix<double> element(const std::array<Spot, 4>& corner, const num::Vector<double>& node,
                            const std::function<Spot(Spot)>& image = {}) {
  const Eigen::Index side = node.size();
  num::Matrix<double> out(side * side, 2);
  for (Eigen::Index j = 0; j < side; ++j)
    for (Eigen::Index i = 0; i < side; ++i) {
      const double r = node[i], s = node[j];
      Spot at{};
      for (std::size_t a = 0; a < 2; ++a)
        at[a] = ((1 - r) * (1 - s) * corner[0][a] + (1 + r) * (1 - s) * corner[1][a] +
                 (1 + r) * (1 + s) * corner[2][a] + (1 - r) * (1 + s) * corner[3][a]) /
                4;
      if (image) at = image(at);
      out(i + side * j, 0) = at[0];
      out(i + side * j, 1) = at[1];
    }
  return out;
}

std::array<Spot, 4> box_of(double left, double right, double low, double high) {
  return {Spot{left, low}, Spot{right, low}, Spot{right, high}, Spot{left, high}};
}

/// Ends of pieces between a and b, of at most this length, one of them at 0 if it lies between.
std::vector<double> pieces(double a, double b, double length) {
  std::vector<double> breaks{a, b};
  if (a < 0 && b > 0) breaks.insert(breaks.begin() + 1, 0);
  return evolve::panel_ends(breaks, length);
}

Elements between_axes(const grid::Tensor& box, double length, const num::Vector<double>& node) {
  std::array<std::vector<double>, 2> ends;
  for (std::size_t a = 0; a < 2; ++a) ends[a] = pieces(box.axes[a].node(0), box.axes[a].end(), length);
  Elements out;
  for (std::size_t j = 1; j < ends[1].size(); ++j)
    for (std::size_t i = 1; i < ends[0].size(); ++i)
      out.push_back(element(box_of(ends[0][i - 1], ends[0][i], ends[1][j - 1], ends[1][j]), node));
  return out;
}

Spot middle(const Spot& a, const Spot& b) { return {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2}; }

/// A triangle (counter-clockwise) as three quadrilaterals, which halve its edges.
void add_triangle(const std::array<Spot, 3>& corner, const num::Vector<double>& node, Elements& out) {
  const Spot centre{(corner[0][0] + corner[1][0] + corner[2][0]) / 3, (corner[0][1] + corner[1][1] + corner[2][1]) / 3};
  for (std::size_t k = 0; k < 3; ++k) {
    const Spot &here = corner[k], &next = corner[(k + 1) % 3], &last = corner[(k + 2) % 3];
    out.push_back(element({here, middle(here, next), centre, middle(last, here)}, node));
  }
}

/// What has its bounding box in common with the grid's box.
bool meets(const num::Matrix<double>& element, const grid::Tensor& box) {
  for (Eigen::Index a = 0; a < element.cols(); ++a) {
    const auto& axis = box.axes[static_cast<std::size_t>(a)];
    if (element.col(a).maxCoeff() <= axis.node(0) || element.col(a).minCoeff() >= axis.end()) return false;
  }
  return true;
}

/// Squares of a lattice through the origin, those on the bisectors cut in two; everything with halved edges.
Elements between_bisectors(const grid::Tensor& box, double length, const num::Vector<double>& node) {
  std::array<std::array<int, 2>, 2> range;
  for (std::size_t a = 0; a < 2; ++a)
    range[a] = {static_cast<int>(std::floor(box.axes[a].node(0) / (2 * length))),
                static_cast<int>(std::ceil(box.axes[a].end() / (2 * length)))};
  Elements out;
  for (int j = range[1][0]; j < range[1][1]; ++j)
    for (int i = range[0][0]; i < range[0][1]; ++i) {
      const auto c = box_of(2 * length * i, 2 * length * (i + 1), 2 * length * j, 2 * length * (j + 1));
      if (i == j) {
        add_triangle({c[0], c[1], c[2]}, node, out);
        add_triangle({c[0], c[2], c[3]}, node, out);
      } else if (i + j == -1) {
        add_triangle({c[0], c[1], c[3]}, node, out);
        add_triangle({c[1], c[2], c[3]}, node, out);
      } else {
        for (int k = 0; k < 4; ++k) {
          const double left = length * (2 * i + k % 2), low = length * (2 * j + k / 2);
          out.push_back(element(box_of(left, left + length, low, low + length), node));
        }
      }
    }
  std::erase_if(out, [&](const auto& e) { return !meets(e, box); });
  return out;
}

/// Along the curve and across it: theta_0 - theta_1 = v, theta_0 + theta_1 = c(v) + s. Those that meet the box.
Elements beside_curve(EnergyDifferences& differences, const grid::Tensor& box, double length,
                      const num::Vector<double>& node) {
  const auto &x = box.axes[0], &y = box.axes[1];
  const auto image = [&](const Spot& at) { return along_curve(crossing(differences, at[0]) + at[1], at[0]); };
  double least = HUGE_VAL, most = -HUGE_VAL;  // of s in the box
  const auto columns = pieces(x.node(0) - y.end(), x.end() - y.node(0), length);
  for (const double v : columns) {
    const double c = crossing(differences, v);
    least = std::min(least, x.node(0) + y.node(0) - c);
    most = std::max(most, x.end() + y.end() - c);
  }
  const auto rows = pieces(least, most, std::sqrt(2.0) * length);
  Elements out;
  for (std::size_t j = 1; j < rows.size(); ++j)
    for (std::size_t i = 1; i < columns.size(); ++i) {
      auto e = element(box_of(columns[i - 1], columns[i], rows[j - 1], rows[j]), node, image);
      if (meets(e, box)) out.push_back(std::move(e));
    }
  return out;
}

Elements on_line(const Study<double>& study, const grid::Grid<double>& box, double length,
                 const num::Vector<double>& node) {
  const auto ends = evolve::panel_ends(kinks_and_ends(study, box), length);
  Elements out;
  for (std::size_t k = 1; k < ends.size(); ++k)
    out.push_back(ends[k - 1] + (ends[k] - ends[k - 1]) * (1 + node.array()) / 2);
  return out;
}

}  // namespace

Kinks kinks_in_plane(const model::Model<double>& model, const experiment::Model& spec) {
  EnergyDifferences differences(model, spec);
  if (one_sign_in_each(differences, 4)) return Kinks::axes;
  if (one_sign_in_each(differences, 8)) return Kinks::star;
  return one_curve(differences) ? Kinks::curve : Kinks::elsewhere;
}

std::shared_ptr<const evolve::ThetaMesh> kink_mesh(const Study<double>& study, const grid::Tensor& box, double length,
                                                   int order) {
  const auto node = evolve::lobatto(order).node;
  const auto make = [&](const Elements& elements) {
    return std::make_shared<const evolve::ThetaMesh>(order, elements);
  };
  if (box.dimension() == 1) return make(on_line(study, box.axes[0], length, node));
  const auto& spec = study.experiment->model;
  EnergyDifferences differences(*study.model, spec);
  switch (kinks_in_plane(*study.model, spec)) {
    case Kinks::axes:
      return make(between_axes(box, length, node));
    case Kinks::star:
      return make(between_bisectors(box, length, node));
    case Kinks::curve:
      return make(beside_curve(differences, box, length, node));
    case Kinks::elsewhere:
      break;
  }
  throw InternalError("kink mesh: kinks that are not known");
}

/// Factors of the stiffness: the star's is measured (10 to 60 elements along an edge), the others are guesses.
MeshSize kink_mesh_size(const Study<double>& study, const grid::Tensor& box, double length, int order) {
  const double p = order;
  MeshSize out{1, p * p * p * p / (length * length)};
  for (const auto& axis : box.axes) out.nodes *= ((axis.end() - axis.node(0)) / length + 1) * p;
  if (box.dimension() == 1) return out;
  switch (kinks_in_plane(*study.model, study.experiment->model)) {
    case Kinks::axes:
      out.stiffness *= 2;
      break;
    case Kinks::star:
      out.nodes *= 1.2;
      out.stiffness *= 6.4;
      break;
    default:
      out.nodes *= 2;
      out.stiffness *= 6.4;
  }
  return out;
}

}  // namespace calor::run
