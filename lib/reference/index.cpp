// What the finished tables say of themselves, and the index made of it.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "num/errors.hpp"
#include "reference/reference.hpp"
#include "version.hpp"

namespace calor::reference {

namespace {

using nlohmann::json;

void add_word(std::string& list, const std::string& word, const std::string& separator = ", ") {
  if (word.empty() || (separator + list + separator).find(separator + word + separator) != std::string::npos) return;
  list += (list.empty() ? "" : separator) + word;
}

std::string route_words(const json& routes) {
  std::string out;
  for (const auto& route : routes)
    add_word(out, route.at("method").get<std::string>() + ", " + route.at("precision").get<std::string>(), "; ");
  return out;
}

std::string largest_difference(const json& routes) {
  double largest = 0;
  for (const auto& route : routes) largest = std::max(largest, route.at("largest_difference").get<double>());
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", largest);
  return routes.empty() ? "" : text;
}

std::string kind_of(const json& experiment, const char* section) {
  const auto at = experiment.find(section);
  return at == experiment.end() ? "" : at->value("kind", "");
}

std::string markdown(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]<>#|").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

int rank(const std::string& grade) { return grade == "lower" ? 0 : grade == "average" ? 1 : 2; }

}  // namespace

Entry entry_of(const std::string& text) {
  try {
    const json all = json::parse(text), &r = all.at("reference");
    Entry out;
    out.name = r.at("name"), out.grade = r.at("grade"), out.note = r.at("note"), out.sha256 = r.at("sha256");
    out.guarantee = r.at("guarantee"), out.digits = r.at("digits"), out.version = all.at("calor");
    for (const auto& file : r.at("data")) out.data.emplace_back(file.at("file"), file.at("sha256"));
    out.methods = route_words(r.at("first_route"));
    if (const auto second = route_words(r.at("second_route")); !second.empty()) out.methods += " / " + second;
    out.agreement = largest_difference(r.at("second_route"));
    const json members = all.contains("sweep") ? all.at("sweep") : json::array({all});
    for (const auto& member : members)
      for (const auto& check : member.at("checks")) add_word(out.checks, check.at("identity"));
    const json& e = members.at(0).at("experiment");
    out.title = members.at(0).at("title");
    out.model = kind_of(e, "model"), out.learner = kind_of(e, "learner"), out.sampler = kind_of(e, "sampler");
    return out;
  } catch (const json::exception& e) {
    throw InputError(std::string("not a reference table: ") + e.what());
  }
}

bool up_to_date(const Entry& entry, const Reference& identity) {
  return entry.version == version() && entry.sha256 == identity.sha256 && entry.data == identity.data;
}

std::string index_of(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(rank(a.grade), a.name) < std::pair(rank(b.grade), b.name);
  });
  std::string out =
      "# Reference tables of Calor " + std::string(version()) + "\n\n" + std::to_string(entries.size()) +
      " tables, made by `calor tables` from `validation/experiments`. Nats, k\\_B = 1; |value - exact| <= error for "
      "every number. *Methods*: the road that made the table, then the one that checked it; *difference*: the "
      "largest |difference| / max(1, |value|) between the two. *Checks*: the identities of the theory that held "
      "(their residuals are in the JSON).\n";
  std::string grade;
  for (const auto& e : entries) {
    if (e.grade != grade) {
      grade = e.grade;
      out += "\n## " + grade +
             " difficulty\n\n| table | what | model, learner, sampler | digits | guarantee | methods | difference | "
             "checks | SHA-256 of the experiment |\n|---|---|---|---|---|---|---|---|---|\n";
    }
    out += "| [" + markdown(e.name) + "](" + e.name + ".json) ([csv](" + e.name + ".csv), [tex](" + e.name +
           ".tex)) | " + markdown(e.title) + (e.note.empty() ? "" : ". " + markdown(e.note)) + " | " + e.model + ", " +
           e.learner + ", " + e.sampler + " | " + std::to_string(e.digits) + " | " + e.guarantee + " | " + e.methods +
           " | " + (e.agreement.empty() ? "–" : e.agreement) + " | " + e.checks + " | `" + e.sha256.substr(0, 12) +
           "` |\n";
  }
  return out;
}

}  // namespace calor::reference
