#pragma once
// Models of the user's own program, made known at run time. A whole example: examples/own_model.cpp.

#include <functional>
#include <memory>

#include "experiment/experiment.hpp"
#include "experiment/kinds.hpp"
#include "model/model.hpp"

namespace calor::model {

/// Makes a model in one number type.
template <Real R>
using Factory = std::function<std::unique_ptr<Model<R>>(const experiment::Model&)>;

/// A user's own model: its kind and how it is made. Without in_mp100 (empty) runs are confined to what double can
/// reach.
struct Own {
  experiment::OwnModel kind;
  Factory<double> in_double;
  Factory<num::Mp100> in_mp100;
};

/// From now on `kind = "..."` of an experiment may name it (whose samplers are equilibrium and heat-bath, whose other
/// keys there are none). Call it before experiments are read, and not while another thread computes. Throws InputError.
void register_model(Own model);

/// register_model for a class template M<R> made by M<R>().
template <template <class> class M>
void register_model(const experiment::OwnModel& kind) {
  register_model({kind, [](const auto&) { return std::make_unique<M<double>>(); },
                  [](const auto&) { return std::make_unique<M<num::Mp100>>(); }});
}

}  // namespace calor::model
