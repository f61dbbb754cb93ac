// The reader of experiments. What it accepts must come out as JSON that is JSON.

#include "experiment/experiment.hpp"
#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  calor::fuzz::understood_or_refused([&] {
    for (const auto& member : calor::experiment::parse(calor::fuzz::text_of(data, size), "fuzz.toml", "/nonexistent"))
      calor::fuzz::require(calor::fuzz::is_json(calor::experiment::to_json(member.experiment, 2)), "JSON");
  });
  return 0;
}
