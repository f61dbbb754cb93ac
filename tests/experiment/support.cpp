#include "support.hpp"

#include <unistd.h>

#include <atomic>
#include <fstream>

#include "num/errors.hpp"
#include "place.hpp"

namespace calor::experiment::test {

namespace {

Lines numbered(const std::string& text) {
  Lines lines;
  std::size_t begin = 0;
  for (int n = 1; begin < text.size(); ++n) {
    const std::size_t end = text.find('\n', begin);
    lines[n] = text.substr(begin, end - begin);
    begin = end + 1;
  }
  return lines;
}

}  // namespace

std::filesystem::path source_root() { return calor::test::source_root(); }

const Lines& coin() {
  static const Lines lines = numbered(R"([model]
kind = "bernoulli"
[data]
size = 8
target = [0.3, 0.7]
[learner]
kind = "langevin"
mobility = 1.0
temperature = 0.125
weight_decay = 0.1
initial = { mean = [0.0], stddev = [0.5] }
[sampler]
kind = "heat-bath"
rate = 2
[time]
points = [0, 0.5, 1]
[accuracy]
digits = 10
)");
  return lines;
}

const Lines& gaussian() {
  static const Lines lines = numbered(R"([model]
kind = "gaussian-mean"
stddev = 1.0
dimension = 1
[data]
size = 5
target = { mean = 1.0, stddev = 1.5 }
[learner]
kind = "langevin"
mobility = 1.0
temperature = 0.1
initial = { mean = [0.0], stddev = [0.4] }
[sampler]
kind = "ou"
rate = 3.0
[time]
end = 10
count = 21
)");
  return lines;
}

const Lines& ladder() {
  static const Lines lines = numbered(R"([model]
kind = "bernoulli"
[data]
size = 3
target = [0.5, 0.5]
[learner]
kind = "jump"
states = { from = -1.5, to = 1.5, count = 4 }
rate = 1.0
temperature = 0.4
acceptance = "arrhenius"
initial = [0.25, 0.25, 0.25, 0.25]
[time]
points = [0.5, 2, 10]
)");
  return lines;
}

const Lines& discrete() {
  static const Lines lines = numbered(R"([model]
kind = "bernoulli"
[data]
size = 4
target = [0.3, 0.7]
[learner]
kind = "sgld"
learning_rate = 0.25
temperature = 0.2
batch = "minibatch"
batch_size = 3
initial = { mean = [0.0], stddev = [0.5] }
[sampler]
kind = "heat-bath"
probability = 0.5
[time]
points = [1, 5, 20]
)");
  return lines;
}

const Lines& spins() {
  static const Lines lines = numbered(R"([model]
kind = "ising"
spins = 2
edges = [[0,1]]
fields = false
[data]
size = 4
target = [0.3, 0.2, 0.2, 0.3]
[learner]
kind = "langevin"
mobility = 1.0
temperature = 0.3
initial = { mean = [0.0], stddev = [0.5] }
[sampler]
kind = "glauber"
rate = 4.0
[time]
points = [0.5, 2]
)");
  return lines;
}

const Lines& line_fit() {
  static const Lines lines = numbered(R"([model]
kind = "linear-regression"
stddev = 0.5
inputs = [[1, 0], [1, 1], [1, 2]]
[data]
target = { weights = [0.5, -1], stddev = 0.3 }
[learner]
kind = "langevin"
mobility = 1.0
temperature = 0.3
initial = { mean = [0.0, 0.0], stddev = [0.5, 0.5] }
[time]
points = [0.5, 2]
)");
  return lines;
}

std::string edited(const Lines& lines, const Lines& edits) {
  Lines all = edits;
  all.insert(lines.begin(), lines.end());
  std::string text;
  for (const auto& [n, line] : all) text += line + "\n";
  return text;
}

Experiment one(const std::string& text, const std::filesystem::path& directory) {
  auto all = parse(text, "case.toml", directory);
  if (all.size() != 1) throw InputError("not one experiment but " + std::to_string(all.size()));
  return std::move(all.front().experiment);
}

std::string refusal(const std::string& text, const std::filesystem::path& directory) {
  try {
    parse(text, "case.toml", directory);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

Folder::Folder() {
  static std::atomic<int> count{0};
  path_ = std::filesystem::temp_directory_path() /
          ("calor-test-" + std::to_string(getpid()) + "-" + std::to_string(count++));
  std::filesystem::create_directories(path_);
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path Folder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name, std::ios::binary) << text;
  return path_ / name;
}

}  // namespace calor::experiment::test
