#pragma once
// Learners and an x that is redrawn, in time: moments of the last redraw, and what x exchanges until the points.

#include <memory>

#include "experiment/experiment.hpp"
#include "run/redraws.hpp"

namespace calor::run {

/// How finely a level resolves.
struct RedrawFineness {
  double efolds;
  double redraws;  // more nodes of the time of the last redraw, and shorter panels of time
  int time_order;
  analytic::TimeResolution moments;
};

RedrawFineness redraw_fineness(int digits, int level);

/// What x has exchanged by a time, each by itself.
struct Exchange {
  double heat = 0, work = 0, flow_x = 0, flow_theta = 0, ep = 0;
  void operator+=(const Exchange& e) {
    heat += e.heat, work += e.work, flow_x += e.flow_x, flow_theta += e.flow_theta, ep += e.ep;
  }
  Exchange operator*(double f) const { return {f * heat, f * work, f * flow_x, f * flow_theta, f * ep}; }
};

class RedrawMotion {
 public:
  virtual ~RedrawMotion() = default;
  /// points[j], increasing, the first 0.
  virtual RedrawMoment at(std::size_t j) const = 0;
  /// [point]
  virtual std::vector<Exchange> exchanged(const Redraws& redraws, int threads) const = 0;
  /// How many moments exchanged() looks at.
  virtual double moments() const = 0;
};

/// In continuous time, or in turns. courses: [learner]. The learners must outlive it.
std::unique_ptr<RedrawMotion> redraw_motion(const experiment::Experiment& experiment,
                                            const std::vector<RedrawLaw>& learners,
                                            std::vector<std::vector<analytic::CourseStretch<double>>> courses,
                                            const std::vector<double>& points, const RedrawFineness& fine);

}  // namespace calor::run
