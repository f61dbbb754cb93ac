// The library as other programs use it.

#include <doctest/doctest.h>

#include <cmath>

#include "calor/calor.hpp"

namespace calor::calor_test {

namespace {

Builder coin() {
  Builder b;
  b.set("model.kind", "bernoulli").set("data.size", 2).set("data.target", {0.3, 0.7});
  b.set("learner.kind", "langevin").set("learner.mobility", 1).set("learner.temperature", 0.5);
  b.set("learner.weight_decay", 0.5).set_toml("learner.initial", "{ mean = [0.0], stddev = [0.5] }");
  return b.set("time.points", {0, 1}).set("accuracy.digits", 6);
}

template <class F>
std::string refusal(const F& f) {
  try {
    f();
    return "";
  } catch (const InputError& e) {
    return e.what();
  }
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE("calor") {
  TEST_CASE("an experiment built by keys is the one that TOML says") {
    const auto e = coin().build();
    CHECK(e.data.probabilities == std::vector<num::Rational>{num::Rational(3, 10), num::Rational(7, 10)});
    CHECK(e.learner.weight_decay == num::Rational(1, 2));
    CHECK(parse(coin().toml()).data.size == 2);
    CHECK(coin().set("data.size", 3).build().data.size == 3);
  }

  TEST_CASE("it is validated as a file is") {
    CHECK(contains(refusal([] { coin().set("data.target", {0.3, 0.6}).build(); }), "data.target"));
    CHECK(contains(refusal([] { coin().set("learner.mobilty", 1).build(); }), "mobility"));
    CHECK(contains(refusal([] { coin().set_toml("data.size", "[1, 2]").build(); }), "a sweep of 2"));
    CHECK(contains(refusal([] { coin().set("data.size", NAN); }), "not finite"));
    CHECK(contains(refusal([] { coin().set("title", "\""); }), "a quote"));
    CHECK(contains(refusal([] { load("/nonexistent.toml"); }), "No such file"));
  }

  TEST_CASE("values have the error of their double and the text of all digits") {
    run::Options options;
    options.digits = 20;
    options.quantities = {"m_info", "efficiency"};
    const Result r = solve(coin().build(), options);
    const Value v = r.at("m_info", 1);
    CHECK(v.value_text.size() > 20);
    CHECK(abs(num::parse_decimal(v.value_text) - num::Rational(v.value)) + num::parse_decimal(v.error_text) <=
          num::Rational(v.error));
    CHECK(v.error < 1e-16);
    CHECK(r.at("m_info", 0).error == 0);
    CHECK(r.times() == std::vector<double>{0, 1});
    CHECK(r.quantities().front() == "m_info");
    CHECK_FALSE(r.find("efficiency", 0));
    CHECK(contains(refusal([&] { r.at("efficiency", 0); }), "the table has no efficiency"));
    CHECK(contains(refusal([&] { r.at("m_inf", 0); }), "did you mean m_info?"));
    CHECK(contains(refusal([&] { r.at("m_info", 2); }), "allowed: 0, 1"));
    CHECK(r.json().starts_with("{"));
    CHECK(r.csv().starts_with("t,quantity,"));
  }

  TEST_CASE("what may not be registered") {
    const auto attempt = [](experiment::OwnModel kind) {
      return refusal([&] { model::register_model({kind, [](const auto&) { return nullptr; }, {}}); });
    };
    CHECK(contains(attempt({"bernoulli", 1, 2}), "the word is taken"));
    CHECK(contains(attempt({"Mine", 1, 2}), "lower-case"));
    CHECK(contains(attempt({"", 1, 2}), "lower-case"));
    CHECK(contains(attempt({"mine", 0, 2}), "at least 1"));
    CHECK(contains(attempt({"mine", 1, 1}), "at least 2 outcomes"));
    CHECK(contains(refusal([] { model::register_model({{"mine", 1, 2}, {}, {}}); }), "no factory for double"));
    CHECK(contains(refusal([] { coin().set("model.kind", "mine").build(); }), "model.kind"));
  }
}

}  // namespace calor::calor_test
