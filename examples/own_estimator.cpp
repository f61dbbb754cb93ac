// An estimator of one's own as a program for calor score: it gets a directory of samples and prints an answer.
//   calor score ./own_estimator --experiment coin.toml
// L-info of a discrete x and discrete data at the last time: the plug-in estimate on 1/2 of the samples and on all of
// them, extrapolated to infinitely many (the leading bias of a plug-in goes as 1/n).

#include <calor/calor.hpp>
#include <cmath>
#include <cstdio>
#include <experiment/csv.hpp>
#include <map>

namespace {

using Counts = std::map<std::pair<std::string, int>, double>;

double plug_in(const Counts& counts) {
  std::map<std::string, double> x;
  std::map<int, double> ones;
  double all = 0;
  for (const auto& [pair, n] : counts) x[pair.first] += n, ones[pair.second] += n, all += n;
  double sum = 0;
  for (const auto& [pair, n] : counts) sum += n / all * std::log(n * all / (x[pair.first] * ones[pair.second]));
  return sum;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw calor::InputError("usage: own_estimator DIRECTORY");
  const auto csv = calor::experiment::read_csv(std::string(argv[1]) + "/samples.csv");
  const auto x = csv.column("x0"), t = csv.column("t"), first = csv.column("b0");
  const std::string& last = csv.rows.back()[t];
  Counts half, all;
  std::size_t n = 0;
  for (const auto& row : csv.rows) {
    if (row[t] != last) continue;
    int ones = 0;
    for (std::size_t i = first; i < row.size(); ++i) ones += row[i] == "1" ? 1 : 0;
    ++all[{row[x], ones}];
    if (n++ % 2 == 0) ++half[{row[x], ones}];
  }
  std::printf("l_info,%.17g\n", 2 * plug_in(all) - plug_in(half));
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "own_estimator: %s\n", e.what());
  return 2;
}
