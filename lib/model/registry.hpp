#pragma once
// How a model file makes itself known: CALOR_REGISTER_MODEL(word) after its
//   experiment::ModelForm WORD_form();
//   template <Real R> std::unique_ptr<Model<R>> make_WORD(const experiment::Model&);
// and its word in the list of lib/model/meson.build, from which registry_list.inc is generated. CONTRIBUTING.md walks
// through it.

#include "experiment/model_form.hpp"
#include "model/model.hpp"

#define CALOR_REGISTER_MODEL(word)                                                       \
  const experiment::ModelForm& form_of_##word() {                                        \
    static const experiment::ModelForm form = word##_form();                             \
    return form;                                                                         \
  }                                                                                      \
  template std::unique_ptr<Model<double>> make_##word<double>(const experiment::Model&); \
  template std::unique_ptr<Model<num::Mp100>> make_##word<num::Mp100>(const experiment::Model&);
