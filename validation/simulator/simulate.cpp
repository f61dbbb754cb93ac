#include "validation/simulator/simulate.hpp"

#include <algorithm>
#include <cmath>

#include "num/errors.hpp"
#include "num/parallel.hpp"
#include "validation/simulator/walk.hpp"

namespace calor::simulator {

namespace {

constexpr std::size_t block = 256;  // replicates a piece of work
constexpr double most_numbers = 1e9;

void resize(Sample& out, const Setting& setting, bool examples) {
  const bool stream = setting.stream, jump = setting.mover == Mover::jump;
  const std::size_t points = out.replicates * out.times;
  const auto total = static_cast<double>(points) * static_cast<double>(7 + out.parameters + out.width + 1) +
                     static_cast<double>(out.replicates) *
                         static_cast<double>((examples ? out.size * out.width : 0) + out.steps * out.statistics);
  if (total > most_numbers)
    throw InputError("a sample of " + std::to_string(out.replicates) + " replicates at " + std::to_string(out.times) +
                     " times does not fit; allowed: fewer at a time");
  out.theta.resize(points * out.parameters);
  out.x.resize(points * out.width);
  out.statistic.resize((stream ? points : out.replicates) * out.statistics);
  out.examples.resize(examples ? out.replicates * out.size * out.width : 0);
  out.batches.resize(out.replicates * out.steps * out.statistics);
  out.state.resize(jump ? points : 0);
  for (auto* v : {&out.heat_theta, &out.work_theta, &out.medium, &out.forward, &out.backward, &out.heat_x, &out.work_x})
    v->resize(points);
}

template <class T>
void put(const std::vector<T>& from, std::vector<T>& to, std::size_t index) {
  std::copy(from.begin(), from.end(), to.begin() + static_cast<std::ptrdiff_t>(index * from.size()));
}

void record(Sample& out, const Walk& walk, std::size_t r, std::size_t t, bool stream) {
  const std::size_t at = r * out.times + t;
  put(walk.theta(), out.theta, at);
  put(walk.x(), out.x, at);
  if (stream || t == 0) put(walk.statistic(), out.statistic, stream ? at : r);
  if (!out.state.empty()) out.state[at] = static_cast<int>(walk.state());
  const Sums& s = walk.sums();
  out.heat_theta[at] = s.heat_theta;
  out.work_theta[at] = s.work_theta;
  out.medium[at] = s.medium;
  out.forward[at] = s.forward;
  out.backward[at] = s.backward;
  out.heat_x[at] = s.heat_x;
  out.work_x[at] = s.work_x;
}

}  // namespace

Sample simulate(const experiment::Experiment& experiment, const Options& options) {
  const Setting setting = make_setting(experiment, options.step);
  const Model& model = *setting.model;
  Sample out;
  out.replicates = options.replicates;
  out.time = setting.times;
  out.times = setting.times.size();
  out.parameters = static_cast<std::size_t>(model.parameters());
  out.width = static_cast<std::size_t>(model.width());
  out.statistics = static_cast<std::size_t>(model.statistics());
  out.size = static_cast<std::size_t>(setting.size);
  const bool keep = options.examples && !setting.stream;
  if (options.batches && setting.stream) out.steps = static_cast<std::size_t>(std::lround(setting.times.back()));
  resize(out, setting, keep);
  if (options.transitions && setting.mover == Mover::jump) {
    out.dwell.resize(out.replicates * setting.states.size());
    out.transitions.resize(out.dwell.size() * setting.states.size());
  }
  const Key key = key_of(options.seed, hash(experiment::to_json(experiment, 0)));
  const auto pieces = static_cast<int>((options.replicates + block - 1) / block);
  num::parallel_for(pieces, options.threads, [&](int piece) {
    const std::size_t from = static_cast<std::size_t>(piece) * block;
    for (std::size_t r = from; r < std::min(from + block, options.replicates); ++r) {
      const std::uint64_t replicate = options.first + r;
      Walk walk(setting, key, replicate / std::max<std::size_t>(1, options.copies), replicate, options.follow);
      if (out.steps > 0) walk.keep_batches();
      for (std::size_t t = 0; t < out.times; ++t) {
        walk.advance(setting.times[t]);
        record(out, walk, r, t, setting.stream);
      }
      if (!out.dwell.empty()) {
        put(walk.transitions(), out.transitions, r);
        put(walk.dwell(), out.dwell, r);
      }
      if (out.steps > 0) put(walk.batches(), out.batches, r);
      std::size_t at = r * out.size * out.width;
      for (std::size_t i = 0; keep && i < out.size; ++i)
        for (const double v : walk.examples()[i]) out.examples[at++] = v;
    }
  });
  return out;
}

double step_used(const experiment::Experiment& experiment, const Options& options) {
  const Setting s = make_setting(experiment, options.step);
  const bool in_steps = s.mover == Mover::euler || s.mover == Mover::diffusion ||
                        (s.mover == Mover::gaussian && s.turn == 0 && (options.follow || !s.equilibrium()));
  return in_steps ? s.micro : 0;
}

}  // namespace calor::simulator
