#include <doctest/doctest.h>

#include <random>

#include "experiment/document.hpp"
#include "experiment/text.hpp"
#include "num/errors.hpp"

namespace calor::document_test {

using namespace experiment;
using num::Rational;

namespace {

std::string refused(const std::string& text) {
  try {
    parse_toml(text, "d.toml");
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE("experiment/document") {
  TEST_CASE("numbers keep their digits, wherever they stand") {
    const Node root = parse_toml(
        "\xEF\xBB\xBF# héading — 数\r\n"
        "a = 0.1\r\n"
        "\"ключ\" = 0.333333333333333333333333333333 # tail 1.0\r\n"
        "s = { \"é\" = [ -1.5e-3,1_000 ,\t+7 ], x = 'ü', y=2.50 }\r\n"
        "m = [\r\n  1, # one\r\n  # 5\r\n  [2.0,3]]\r\n[t.u]\r\nv.w = 0.1e-20\r\n[[list]]\r\nz = 9007199254740993\r\n",
        "d.toml");
    CHECK(root.find("a")->number == Rational(1, 10));
    CHECK(root.find("a")->line == 2);
    CHECK(root.find("ключ")->number == num::parse_decimal("0.333333333333333333333333333333"));
    const auto& list = root.find("s")->find("é")->items;
    CHECK(list[0].number == Rational(-3, 2000));
    CHECK(list[1].number == 1000);
    CHECK(list[2].number == 7);
    CHECK(root.find("s")->find("x")->text == "ü");
    CHECK(root.find("s")->find("y")->text == "2.50");
    CHECK(root.find("m")->items[1].items[0].number == 2);
    CHECK(root.find("m")->items[0].line == 6);
    CHECK(root.find("m")->items[1].line == 8);
    CHECK(root.find("t")->find("u")->find("v")->find("w")->number == num::parse_decimal("1e-21"));
    CHECK(root.find("list")->items[0].find("z")->number == num::parse_decimal("9007199254740993"));
    CHECK(root.find("absent") == nullptr);
  }

  TEST_CASE("members stay in the order of the file") {
    const Node root = parse_toml("z = 1\na = 2\n[q]\nc = 1\nb = 2\n[d]\n", "d.toml");
    std::string order;
    for (const auto& [key, node] : root.members) order += key;
    CHECK(order == "zaqd");
    CHECK(root.find("q")->members.front().key == "c");
    CHECK(root.find("q")->line == 3);
  }

  TEST_CASE("what toml++ would read wrongly or not at all is refused with its line") {
    CHECK(contains(refused("a = 1\nb = 1e400\n"), "d.toml:2: "));
    CHECK(contains(refused("b = 0.1e-400"), "d.toml:1: b: out of range (0.1e-400)"));
    CHECK(contains(refused("b = 1e-5000"), "an exponent beyond 4000"));
    CHECK(contains(refused("\nb = 1e301"), "d.toml:2: b: out of range (1e301)"));
    CHECK(contains(refused("b = [1,\n inf]"), "d.toml:2: b: not a finite number (inf)"));
    CHECK(contains(refused("b = -nan"), "not a finite number (-nan)"));
    CHECK(contains(refused("b = 0x1F"), "not a decimal number (0x1F)"));
    CHECK(contains(refused("b = 0b11"), "not a decimal number (0b11)"));
    CHECK(contains(refused("b = 0o17"), "not a decimal number (0o17)"));
    CHECK(contains(refused("b = 1" + std::string(400, '0')), "d.toml:1: "));
    CHECK(contains(refused("b = 0." + std::string(400, '3')), "d.toml:1: "));
    CHECK(contains(refused("b = .5"), "d.toml:1: not TOML"));
    CHECK(contains(refused("b = 1\nb = 2"), "d.toml:2: not TOML"));
    CHECK(contains(refused("[a\n"), "d.toml:1: not TOML"));
    // an assertion of toml++ itself
    CHECK(contains(refused("b = 1\n[[[\nc = 3\n"), "d.toml:2: not TOML: a key or a value is malformed"));
    for (const std::string c : {"é", "ё", "Ɂ", "日", "\xC2\xA0", "\xE1\x9A\x81", "\xEF\xBB\xBF", "🙂"}) {
      CHECK(contains(refused("a = 1\n" + c + " = 1"), "d.toml:2: not TOML"));
      CHECK(contains(refused("a = 1\nb = 1" + c), "d.toml:2: not TOML"));
      CHECK(contains(refused("a = 1\nb = [1" + c + "]"), "d.toml:2: not TOML"));
      CHECK(refused("a = \"\"\"\\\n" + c + "\"\"\" # " + c + "\n\"" + c + "\" = 1").empty());
    }
    CHECK(contains(refused("a = \"\xFF\""), "d.toml:1: not TOML"));
    CHECK(contains(refused(std::string("a = \0", 5)), "d.toml:1: not TOML"));
    CHECK(contains(refused("a = " + std::string(100000, '[')), "d.toml:1: not TOML"));
    for (const std::string text : {"b = 1e400", "a = \"\n\"", "\x01 = 3"}) CHECK_FALSE(contains(refused(text), "\n"));
  }

  TEST_CASE("deep nesting is refused before it can exhaust the stack") {
    std::string dotted, inlined = "x = ", strings = "x = \"\"\"";
    for (int i = 0; i < 300'000; ++i) dotted += "a.";
    for (int i = 0; i < 60; ++i) inlined += "{ a = ";
    for (int i = 0; i < 300; ++i) strings += "a . \\\" ' ''' \"\" .";
    CHECK(contains(refused("b = 1\n[" + dotted + "a]\n"), "d.toml:2: a key has too many dots; allowed: 64"));
    CHECK(contains(refused(dotted + "a = 1\n"), "d.toml:1: a key has too many dots"));
    CHECK(contains(refused("x = [\"\"\"''\"'\"\"\", '''\"''', { " + dotted + "a = 1, b = \"'\" } ]\n"),
                   "d.toml:1: a key has too many dots"));
    CHECK(contains(refused(inlined + "1" + std::string(60, '}')),
                   "d.toml:1: too many tables and lists inside each other"));
    CHECK(refused("# " + dotted + "\nx = '" + dotted + "'\n" + strings.replace(0, 1, "z") + "\"\"\"\"\"\ny = 0.1 # a.b")
              .empty());
  }

  TEST_CASE("dates are values of their own kind") {
    CHECK(parse_toml("a = 1979-05-27", "d.toml").find("a")->kind == Node::Kind::date);
    CHECK(parse_toml("a = 07:32:00", "d.toml").find("a")->text == "07:32:00");
  }

  // Random documents: what was written is what is read, digit by digit, through every kind of surrounding text.
  TEST_CASE("random documents give back their literals") {
    std::mt19937 random(5);
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const auto literal = [&] {
      std::string text = std::vector<std::string>{"", "-", "+"}[static_cast<std::size_t>(pick(3))];
      text += std::to_string(1 + pick(99999));
      if (pick(2)) text += "." + std::to_string(pick(999999)) + std::to_string(pick(999999));
      if (pick(3) == 0) text += "e" + std::to_string(pick(40) - 20);
      return text;
    };
    const std::vector<std::string> gaps{"", " ", "  ", "\t", "\n", "\r\n", " # 日本 1.5\n", "\n\n# é\n"};
    for (int round = 0; round < 300; ++round) {
      std::string text;
      std::vector<std::vector<std::string>> written;
      for (int key = 0; key < 6; ++key) {
        text += std::string(static_cast<std::size_t>(pick(3)), ' ') + "\"k" + (pick(2) ? "ß" : "") +
                std::to_string(key) + "\" = [";
        written.emplace_back();
        for (int i = pick(5); i >= 0; --i) {
          written.back().push_back(literal());
          text += gaps[static_cast<std::size_t>(pick(8))] + written.back().back() +
                  gaps[static_cast<std::size_t>(pick(8))] + ",";
        }
        text += gaps[static_cast<std::size_t>(pick(8))] + "]" + (pick(2) ? " # ö\n" : "\r\n");
      }
      const Node root = parse_toml(text, "d.toml");
      CAPTURE(text);
      REQUIRE(root.members.size() == written.size());
      for (std::size_t k = 0; k < written.size(); ++k) {
        const auto& items = root.members[k].node.items;
        REQUIRE(items.size() == written[k].size());
        for (std::size_t i = 0; i < items.size(); ++i) {
          CHECK(items[i].text == written[k][i]);
          CHECK(items[i].number == num::parse_decimal(written[k][i]));
        }
      }
    }
  }

  TEST_CASE("text for messages") {
    CHECK(printable("a\nb\x7F\xFFé\xC2\x85") == "a\\x0ab\\x7f\\xffé\\xc2\\x85");
    CHECK(printable("abcdef", 3) == "abc…");
    CHECK(valid_utf8("日本 é 🙂"));
    for (const std::string bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF", "\x80"})
      CHECK_FALSE(valid_utf8(bad));
    CHECK(nearest("langvin", {"langevin", "sgld", "jump"}) == "langevin");
    CHECK(nearest("M_info", {"l_info", "m_info"}) == "m_info");
    CHECK(nearest("xyzzy", {"langevin", "sgld", "jump"}).empty());
  }
}

}  // namespace calor::document_test
