#include "validation/judge/report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace calor::judge {

namespace {

using table::Format;

std::string number(double v, int digits = 3) { return std::isnan(v) ? "" : fmt::format("{:.{}g}", v, digits); }

/// 0.0123(45): value to the digits of its error.
std::string measured(const Measured& m) {
  if (std::isnan(m.value)) return "-";
  if (!(m.error > 0) || !std::isfinite(m.error)) return number(m.value);
  const int place = static_cast<int>(std::floor(std::log10(m.error))) - 1;
  if (place >= 0) return fmt::format("{:.0f}({:.0f})", m.value, m.error);
  return fmt::format("{:.{}f}({:.0f})", m.value, -place, std::round(m.error * std::pow(10, -place)));
}

const std::vector<std::string> headings{"estimator", "size",   "bias",   "predicted", "sd",
                                        "rmse",      "in 68%", "in 95%", "failed",    "ms"};

std::vector<std::string> cells(const Line& l, bool timed) {
  const std::string predicted =
      std::isnan(l.predicted) ? "-" : number(l.predicted) + (l.prediction == "exact" ? "" : " ~");
  return {l.estimator,
          fmt::format("{} = {}", l.size_is, l.n),
          measured(l.bias),
          predicted,
          measured(l.deviation),
          measured(l.rmse),
          measured(l.cover68),
          measured(l.cover95),
          std::to_string(l.failures),
          timed ? number(l.milliseconds, 2) : "-"};
}

const char* legend =
    "0.123(45) stands for 0.123 with a standard error of 0.045 from the replicates. Predicted: bias by theory, exact "
    "at this size or, with ~, to first order in 1/size or in the step. In 68 %, 95 %: how often the truth lies within "
    "1 and 1.96 of the "
    "estimator's own standard errors. Nats.";

std::size_t width(const std::string& s) {
  std::size_t n = 0;
  for (const char c : s) n += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return n;
}

std::string text(const std::vector<Report>& reports, bool timed) {
  std::string out;
  for (const Report& r : reports) {
    out += r.test.title + "\n" + (r.test.notes.empty() ? "" : r.test.notes + "\n");
    for (const auto& [quantity, lines] : by_quantity(r.lines)) {
      out += fmt::format("\n{} = {:.9g}, {} replicates\n", quantity, lines.front().truth, lines.front().replicates);
      std::vector<std::vector<std::string>> rows{headings};
      for (const Line& l : lines) rows.push_back(cells(l, timed));
      std::vector<std::size_t> wide(headings.size());
      for (const auto& row : rows)
        for (std::size_t c = 0; c < row.size(); ++c) wide[c] = std::max(wide[c], width(row[c]));
      for (const auto& row : rows) {
        std::string line = " ";
        for (std::size_t c = 0; c < row.size(); ++c) {
          const std::string pad(wide[c] - width(row[c]), ' ');
          line += " " + (c == 0 ? row[c] + pad : pad + row[c]) + " ";
        }
        out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      }
    }
    for (const auto& left : r.test.left_out) out += "\nLeft out: " + left;
    out += r.test.left_out.empty() ? "\n" : "\n\n";
  }
  return out + legend + "\n";
}

std::string markdown(const std::vector<Report>& reports, const std::string& settings, bool timed) {
  std::string out = "# Estimators judged by exact values\n\n    " + settings + "\n\n" + legend + "\n";
  for (const Report& r : reports) {
    out += "\n## " + r.test.title + "\n\n" + (r.test.notes.empty() ? "" : r.test.notes + "\n");
    for (const auto& [quantity, lines] : by_quantity(r.lines)) {
      out += fmt::format("\n### {} = {:.9g} ({} replicates)\n\n|", quantity, lines.front().truth,
                         lines.front().replicates);
      for (const auto& h : headings) out += " " + h + " |";
      out += "\n|---|";
      for (std::size_t c = 1; c < headings.size(); ++c) out += "---:|";
      for (const Line& l : lines) {
        out += "\n|";
        for (const auto& cell : cells(l, timed)) out += " " + cell + " |";
      }
      out += "\n";
    }
    for (const auto& left : r.test.left_out) out += "\nLeft out: " + left + "\n";
  }
  return out;
}

std::string latex_text(const std::string& in) {
  std::string out;
  for (const char c : in) {
    if (c == '_' || c == '%' || c == '&' || c == '#') out += '\\';
    if (c == '<' || c == '>')
      out += std::string("\\text") + (c == '<' ? "less{}" : "greater{}");
    else if (c == '~')
      out += "$\\sim$";
    else if (c == '^')
      out += "\\^{}";
    else
      out += c;
  }
  return out;
}

std::string latex(const std::vector<Report>& reports, bool timed) {
  std::string out;
  for (const Report& r : reports)
    for (const auto& [quantity, lines] : by_quantity(r.lines)) {
      out += fmt::format("% {}: {} = {:.9g}, {} replicates\n\\begin{{tabular}}{{l", r.test.name, quantity,
                         lines.front().truth, lines.front().replicates);
      out += std::string(headings.size() - 1, 'r') + "}\n\\toprule\n";
      const auto row = [&out](const std::vector<std::string>& words) {
        for (std::size_t c = 0; c < words.size(); ++c) out += (c ? " & " : "") + latex_text(words[c]);
        out += " \\\\\n";
      };
      row(headings);
      out += "\\midrule\n";
      for (const Line& l : lines) row(cells(l, timed));
      out += "\\bottomrule\n\\end{tabular}\n";
    }
  return out;
}

/// The columns of a line in csv and json, in order.
std::vector<std::pair<std::string, double>> columns(const Line& l, bool timed) {
  return {{"n", static_cast<double>(l.n)},
          {"replicates", static_cast<double>(l.replicates)},
          {"truth", l.truth},
          {"bias", l.bias.value},
          {"bias_se", l.bias.error},
          {"predicted_bias", l.predicted},
          {"sd", l.deviation.value},
          {"sd_se", l.deviation.error},
          {"rmse", l.rmse.value},
          {"rmse_se", l.rmse.error},
          {"coverage68", l.cover68.value},
          {"coverage68_se", l.cover68.error},
          {"coverage95", l.cover95.value},
          {"coverage95_se", l.cover95.error},
          {"failures", static_cast<double>(l.failures)},
          {"milliseconds", timed ? l.milliseconds : std::nan("")}};
}

std::string quoted(const std::string& s) {
  if (s.find_first_of(",\"\n") == std::string::npos) return s;
  std::string out = "\"";
  for (const char c : s) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string csv(const std::vector<Report>& reports, bool timed) {
  std::string out = "case,quantity,estimator,size_is,prediction";
  for (const auto& [name, value] : columns({}, timed)) out += "," + name;
  out += "\n";
  for (const Report& r : reports)
    for (const Line& l : r.lines) {
      out +=
          quoted(l.test) + "," + quoted(l.quantity) + "," + l.estimator + "," + quoted(l.size_is) + "," + l.prediction;
      for (const auto& [name, value] : columns(l, timed)) out += "," + number(value, 10);
      out += "\n";
    }
  return out;
}

std::string json(const std::vector<Report>& reports, const std::string& settings, bool timed) {
  nlohmann::ordered_json cases = nlohmann::ordered_json::array();
  for (const Report& r : reports) {
    nlohmann::ordered_json lines = nlohmann::ordered_json::array();
    for (const Line& l : r.lines) {
      nlohmann::ordered_json line{{"quantity", l.quantity}, {"estimator", l.estimator}, {"size_is", l.size_is}};
      if (!l.prediction.empty()) line["prediction"] = l.prediction;
      for (const auto& [name, value] : columns(l, timed))
        if (!std::isnan(value)) line[name] = value;
      lines.push_back(line);
    }
    cases.push_back({{"case", r.test.name},
                     {"title", r.test.title},
                     {"notes", r.test.notes},
                     {"lines", lines},
                     {"left_out", r.test.left_out}});
  }
  const nlohmann::ordered_json all{{"command", settings}, {"units", "nats"}, {"cases", cases}};
  return all.dump(1) + "\n";
}

}  // namespace

std::vector<std::pair<std::string, std::vector<Line>>> by_quantity(const std::vector<Line>& lines) {
  std::vector<std::pair<std::string, std::vector<Line>>> out;
  for (const Line& l : lines) {
    auto place = out.begin();
    while (place != out.end() && place->first != l.quantity) ++place;
    if (place == out.end()) place = out.insert(out.end(), {l.quantity, {}});
    place->second.push_back(l);
  }
  return out;
}

std::string write(const std::vector<Report>& reports, Format format, const std::string& settings, bool timed) {
  switch (format) {
    case Format::json:
      return json(reports, settings, timed);
    case Format::csv:
      return csv(reports, timed);
    case Format::markdown:
      return markdown(reports, settings, timed);
    case Format::latex:
      return latex(reports, timed);
    default:
      return text(reports, timed);
  }
}

}  // namespace calor::judge
