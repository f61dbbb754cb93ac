#include "support.hpp"

#include <sstream>

#include "num/errors.hpp"

namespace calor::crosscheck::test {

namespace {

std::string cell(const std::string& quantity, const std::string& value, const std::string& error) {
  return ", \"" + quantity + "\": { \"value\": " + value + ", \"error\": " + error + ", \"guarantee\": \"estimated\" }";
}

std::string one(const std::string& m_info_1, const std::string& extra) {
  const auto row = [&](const char* t, const std::string& m, const char* l, const char* q, const char* lautum) {
    return std::string("{ \"t\": ") + t + cell("m_info", m, "1e-12") + cell("l_info", l, "1e-12") +
           cell("heat_theta", q, "1e-12") + cell("lautum_info", lautum, "0") + cell("ep_x", "1e-15", "1e-14") + " }";
  };
  return "{ \"calor\": \"0\", \"title\": \"small\", \"units\": \"nats\", \"experiment\": { \"data\": { \"size\": 8 }, "
         "\"learner\": { \"temperature\": 0.125 } }, " +
         extra + "\"rows\": [ " + row("0", "0", "0", "0", "0") + ",\n" + row("1", m_info_1, "0.01", "-0.5", "\"inf\"") +
         ",\n" + row("2", "0.3", "0.02", "-0.7", "\"inf\"") + " ] }";
}

}  // namespace

std::string table_text() { return one("0.1", ""); }

std::string sweep_text() {
  return "{ \"calor\": \"0\", \"sweep\": [ " + one("0.1", "\"coordinates\": { \"sampler.rate\": 1 }, ") + ", " +
         one("0.2", "\"coordinates\": { \"sampler.rate\": 10 }, ") + " ] }";
}

TruthTable table() { return parse_table(table_text(), "table.json"); }

std::vector<Estimate> estimates(const std::string& csv, const TruthTable& table) {
  std::istringstream in(csv);
  return read_estimates(experiment::parse_csv(in, "e.csv"), table);
}

Report report(const std::string& csv, const TruthTable& table, const Rule& rule) {
  return judge(table, estimates(csv, table), "e.csv", rule);
}

std::string refusal(const std::string& csv, const TruthTable& table) {
  try {
    estimates(csv, table);
    std::istringstream in(csv);
    named_quantities(experiment::parse_csv(in, "e.csv"));
    return "";
  } catch (const InputError& e) {
    return e.what();
  }
}

}  // namespace calor::crosscheck::test
