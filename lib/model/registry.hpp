#pragma once
// How a model file makes itself known: CALOR_REGISTER_MODEL(word, keys, text) after its
//   template <Real R> std::unique_ptr<Model<R>> make_KIND(const experiment::Model&);
// and its name in the list of lib/model/meson.build, from which registry_list.inc is generated.

#include "model/model.hpp"

#define CALOR_REGISTER_MODEL(word, keys, text)                                                 \
  const Description& describe_##word() {                                                       \
    static const Description d{word##_name, keys, text};                                       \
    return d;                                                                                  \
  }                                                                                            \
  template std::unique_ptr<Model<double>> make_##word<double>(const experiment::Model&);       \
  template std::unique_ptr<Model<num::Mp50>> make_##word<num::Mp50>(const experiment::Model&); \
  template std::unique_ptr<Model<num::Mp100>> make_##word<num::Mp100>(const experiment::Model&);
