#include "validation/estimators/exact_contrastive.hpp"

#include <cmath>

#include "num/errors.hpp"

namespace calor::estimators {

namespace {

void check_channel(Channel c) {
  bool good = !c.prior.empty() && c.likelihood.size() % c.prior.size() == 0 && !c.likelihood.empty();
  for (std::size_t row = 0; good && row < c.prior.size(); ++row) {
    double sum = 0;
    for (std::size_t a = 0; a < c.letters(); ++a) {
      const double p = c.likelihood[row * c.letters() + a];
      good = good && p >= 0;
      sum += p;
    }
    good = good && std::abs(sum - 1) < 1e-9;
  }
  if (!good) throw InputError("a channel needs one row of probabilities, adding up to 1, for each letter of its prior");
}

/// Σ_{c,a} p(c) p(a|c) visit(a, p(a|c)).
template <class Visit>
double over_pairs(Channel channel, Visit visit) {
  long double sum = 0;
  for (std::size_t c = 0; c < channel.prior.size(); ++c) {
    for (std::size_t a = 0; a < channel.letters(); ++a) {
      const double p = channel.likelihood[c * channel.letters() + a], weight = channel.prior[c] * p;
      if (weight > 0) sum += static_cast<long double>(weight) * visit(a, p);
    }
  }
  return static_cast<double>(sum);
}

/// ⟨ln p(a|c) − ln[(own p(a|c) + Σ_m p(a|c_m))/(own + M)]⟩ over M independent c_m.
double contrasted(Channel channel, std::size_t contrasts, double own) {
  check_channel(channel);
  if (contrasts == 0) throw InputError("there are no contrasts; allowed: at least one");
  long double sum = 0;
  for_each_counts(channel.prior, contrasts, [&](Counts counts, double probability) {
    sum += probability * over_pairs(channel, [&](std::size_t a, double p) {
             double average = own * p;
             for (std::size_t c = 0; c < counts.size(); ++c) {
               average += static_cast<double>(counts[c]) * channel.likelihood[c * channel.letters() + a];
             }
             return std::log(p) - std::log(average / (own + static_cast<double>(contrasts)));
           });
  });
  return static_cast<double>(sum);
}

std::size_t others(std::size_t pairs) {
  if (pairs < 2) throw InputError("there are " + std::to_string(pairs) + " pairs; allowed: at least 2");
  return pairs - 1;
}

}  // namespace

double exact_information(Channel channel) {
  check_channel(channel);
  return over_pairs(channel, [&](std::size_t a, double p) {
    double marginal = 0;
    for (std::size_t c = 0; c < channel.prior.size(); ++c) {
      marginal += channel.prior[c] * channel.likelihood[c * channel.letters() + a];
    }
    return std::log(p / marginal);
  });
}

double expected_leave_one_out(Channel channel, std::size_t pairs) { return contrasted(channel, others(pairs), 0); }

double expected_info_nce(Channel channel, std::size_t pairs) { return contrasted(channel, others(pairs), 1); }

double expected_nested_monte_carlo(Channel channel, std::size_t inner) { return contrasted(channel, inner, 0); }

}  // namespace calor::estimators
