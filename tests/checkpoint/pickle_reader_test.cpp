#include "sgilo/checkpoint/pickle_reader.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/pickle_writer.h"

namespace sgilo {
namespace {

using Kind = PickleKind;

PickleDocument read(const std::string& bytes, const PickleOptions& options = {}) {
  ByteReader reader(bytes, "f");
  return read_pickle(reader, options);
}

std::string complaint(const std::string& bytes, const PickleOptions& options = {}) {
  return error_text<FormatError>([&] { read(bytes, options); });
}

std::int64_t integer(const std::string& bytes) {
  const PickleDocument document = read(bytes);
  EXPECT_EQ(document.kind(document.root), Kind::integer);
  return document.integer(document.root);
}

std::string text(const std::string& bytes) {
  const PickleDocument document = read(bytes);
  EXPECT_EQ(document.kind(document.root), Kind::text);
  return document.text(document.root);
}

TEST(PickleReader, ReadsWholeNumbersOfEveryProtocol) {
  EXPECT_EQ(integer("I-12\n."), -12);
  EXPECT_EQ(integer("L99L\n."), 99);
  EXPECT_EQ(integer("K\xff."), 255);
  EXPECT_EQ(integer(std::string("M\x01\x02.", 4)), 513);
  EXPECT_EQ(integer("J\xfe\xff\xff\xff."), -2);
  EXPECT_EQ(integer(std::string("\x8a\x00.", 3)), 0);
  EXPECT_EQ(integer("\x8a\x01\x80."), -128);
  EXPECT_EQ(integer(pickle::whole(pickle::integer(INT64_MIN))), INT64_MIN);
}

TEST(PickleReader, KeepsNumbersBeyond64BitsAsTheirDigits) {
  const auto digits = [](const std::string& bytes) {
    const PickleDocument document = read(bytes);
    EXPECT_EQ(document.kind(document.root), Kind::big_integer);
    return document.text(document.root);
  };
  EXPECT_EQ(digits(std::string("\x8a\x09") + std::string(8, '\0') + "\x01."),
            "18446744073709551616");  // 2^64
  EXPECT_EQ(digits("\x8a\x09" + std::string(8, '\0') + "\xff."), "-18446744073709551616");
  EXPECT_EQ(digits("L123456789012345678901234567890L\n."), "123456789012345678901234567890");
}

TEST(PickleReader, ReadsNumbersAndTexts) {
  const PickleDocument real = read(pickle::whole(pickle::real(-0.1)));
  EXPECT_EQ(real.real(real.root), -0.1);
  const PickleDocument line = read("F2.5e-3\n.");
  EXPECT_EQ(line.real(line.root), 2.5e-3);
  EXPECT_EQ(text(pickle::whole(pickle::text("sch\xc3\xb6n"))), "sch\xc3\xb6n");
  EXPECT_EQ(text("S'a\\n\\x41\\''\n."), "a\nA'");
  EXPECT_EQ(text("Vsch\\u00f6n \\U0001f600\n."), "sch\xc3\xb6n \xf0\x9f\x98\x80");
  EXPECT_EQ(text("U\x02\xe9z."), "\xc3\xa9z");  // bytes of Python 2 that are no UTF-8
}

TEST(PickleReader, ReadsContainersAndWhatTheyShare) {
  // [(1, 'a'), {'k': [..the same tuple..]}] through the memo
  const PickleDocument document =
      read("\x80\x02](K\x01" + pickle::text("a") + "\x86q\x01}" + pickle::text("k") +
           "]h\x01"
           "ase.");
  EXPECT_EQ(document.describe(document.root), "a list");
  const auto& items = document.items(document.root);
  ASSERT_EQ(items.size(), 2U);
  const auto& entries = document.entries(items[1]);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(document.text(entries[0].first), "k");
  EXPECT_EQ(document.items(entries[0].second), std::vector<PickleRef>{items[0]});
}

TEST(PickleReader, KeepsClassesAndStatesAsRecords) {
  const PickleDocument document = read(pickle::whole(pickle::object(
      pickle::global("posix", "system"), pickle::dict({{pickle::text("a"), pickle::integer(1)}}))));
  EXPECT_EQ(document.describe(document.root), "an object of 'posix.system'");
  const PickleObject& object = document.object(document.root);
  EXPECT_FALSE(object.called);
  ASSERT_TRUE(object.has_state);
  EXPECT_TRUE(document.is(object.state, Kind::dict));
}

TEST(PickleReader, RefusesCallsOfUnknownFunctions) {
  const std::string refused =
      "f: calls 'os.system', which no model needs; it is refused and nothing was run (sgilo "
      "convert --inert reads on past it in a file of your own) (byte ";
  const std::string text = pickle::text("true");
  EXPECT_EQ(complaint("cos\nsystem\n" + text + "\x85R."), refused + "21)");
  EXPECT_EQ(complaint("(" + text + "ios\nsystem\n."), refused + "10)");
  EXPECT_EQ(complaint("(cos\nsystem\n" + text + "o."), refused + "21)");
  EXPECT_EQ(complaint(pickle::text("os") + pickle::text("system") + "\x93" + text + "\x85R."),
            refused + "29)");
  EXPECT_NE(complaint("K\x01)R.").find("calls the number 1, which no model needs"),
            std::string::npos);
}

TEST(PickleReader, KeepsPathsDatesAndCollectionsAsRecords) {
  for (const auto& [module, name] :
       std::vector<std::pair<std::string, std::string>>{{"pathlib", "PosixPath"},
                                                        {"pathlib._local", "WindowsPath"},
                                                        {"datetime", "timedelta"},
                                                        {"uuid", "UUID"},
                                                        {"fractions", "Fraction"},
                                                        {"decimal", "Decimal"},
                                                        {"collections", "deque"},
                                                        {"collections", "Counter"},
                                                        {"collections", "defaultdict"},
                                                        {"builtins", "complex"},
                                                        {"__builtin__", "frozenset"},
                                                        {"torch", "device"},
                                                        {"types", "SimpleNamespace"}}) {
    const PickleDocument document =
        read(pickle::whole(pickle::call(pickle::global(module, name), {pickle::text("a")})));
    EXPECT_EQ(document.class_name(document.root), module + "." + name);
  }
  for (const std::string name : {"getattr", "eval", "exec", "__import__", "open", "map"})
    EXPECT_NE(complaint(pickle::whole(pickle::call(pickle::global("builtins", name), {}))), "");
  EXPECT_NE(complaint(pickle::whole(pickle::call(pickle::global("functools", "partial"), {}))), "");
}

TEST(PickleReader, ReadsTheObjectsOfProtocolsZeroAndOne) {
  const PickleDocument document =
      read("ccopy_reg\n_reconstructor\n(cmy\nNet\nc__builtin__\nobject\nNtR}b.");
  EXPECT_EQ(document.class_name(document.root), "my.Net");
  EXPECT_FALSE(document.object(document.root).called);
}

TEST(PickleReader, ShowsNamesOfFilesInItsErrors) {
  EXPECT_NE(complaint("cos\x1b[2J\nsystem\n)R.").find("calls 'os\\x1b[2J.system'"),
            std::string::npos);
}

TEST(PickleReader, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_EQ(complaint("F1e999\n."), "f: '1e999' is beyond the numbers of 64 bits (byte 0)");
}

TEST(PickleReader, GoesOnPastUnknownCallsWhereThatIsAskedFor) {
  PickleOptions options;
  options.inert = true;
  const PickleDocument document = read(
      pickle::whole(pickle::call(pickle::global("os", "system"), {pickle::text("true")})), options);
  EXPECT_EQ(document.class_name(document.root), "os.system");
  EXPECT_TRUE(document.object(document.root).called);
}

TEST(PickleReader, RefusesWhatIsNoPickle) {
  EXPECT_EQ(complaint(""), "f: the pickle ends without its STOP (byte 0)");
  EXPECT_EQ(complaint("K\x01"), "f: the pickle ends without its STOP (byte 2)");
  EXPECT_EQ(complaint("."), "f: the pickle takes a value from an empty stack (byte 0)");
  EXPECT_EQ(complaint("K\x01t."), "f: the pickle needs a mark, but there is none (byte 2)");
  EXPECT_EQ(complaint("(a."), "f: the pickle takes a value from an empty stack (byte 1)");
  EXPECT_EQ(complaint("h\x05."), "f: the pickle's memo has no slot 5 (byte 0)");
  EXPECT_EQ(complaint("\xff."), "f: 0xff is no opcode of a pickle (byte 0)");
  EXPECT_EQ(complaint("\x80\x06N."), "f: the pickle has protocol 6, but 0 to 5 are known (byte 0)");
  EXPECT_EQ(complaint(std::string("X\x09\x00\x00\x00"
                                  "abc.",
                                  9)),
            "f: the length of a text is 9, but only 4 bytes are left (byte 0)");
  EXPECT_EQ(complaint(std::string("X\x01\x00\x00\x00\xff.", 7)), "f: a text is not UTF-8 (byte 0)");
  EXPECT_EQ(complaint("}]Ns."), "f: a list cannot be a key of a dictionary (byte 3)");
  EXPECT_EQ(complaint("K\x01K\x02"
                      "a."),
            "f: items are appended to the number 1 (byte 4)");
  EXPECT_EQ(complaint("\x82\x01."),
            "f: the pickle names a class by a registered number, which is refused (byte 0)");
}

TEST(PickleReader, RefusesValuesThatContainThemselves) {
  const std::string list_in_itself("]q\0h\0a.", 7);
  EXPECT_EQ(complaint(list_in_itself), "f: a list contains itself (byte 0)");
}

TEST(PickleReader, KeepsToItsLimits) {
  PickleOptions options;
  options.depth = 3;
  EXPECT_EQ(complaint("]]]aa.", options), "");
  EXPECT_EQ(complaint("]]]]]aaaa.", options),
            "f: values are nested more than 3 deep, the most that is accepted (byte 4)");
  options = {};
  options.values = 4;
  EXPECT_EQ(complaint("(NNNNNt.", options),
            "f: the pickle has more than 4 values, the most that are accepted (byte 5)");
  options = {};
  options.text_bytes = 3;
  EXPECT_EQ(complaint(pickle::whole(pickle::text("abcd")), options),
            "f: a text has 4 bytes, but at most 3 are accepted (byte 2)");
  options = {};
  options.expanded_values = 1000;  // each list holds the one before ten times
  std::string bomb = "K\x01";
  for (char slot = 0; slot < 5; ++slot) {
    bomb += std::string("q") + slot + "0](";
    for (int i = 0; i < 10; ++i) bomb += std::string("h") + slot;
    bomb += "e";
  }
  EXPECT_NE(complaint(bomb + ".", options).find("shared values stand for more than 1000"),
            std::string::npos);
}

TEST(PickleReader, CountsSharedValuesAgainstTheFilesBytes) {
  // Six lists of ten times the one before: a million values of 150 bytes.
  std::string bomb = "K\x01";
  for (char slot = 0; slot < 6; ++slot) {
    bomb += std::string("q") + slot + "0](";
    for (int i = 0; i < 10; ++i) bomb += std::string("h") + slot;
    bomb += "e";
  }
  bomb += ".";
  EXPECT_NE(
      complaint(bomb).find(concat("shared values stand for more than ", 100'000 + 16 * bomb.size(),
                                  ", the most that are accepted of ", bomb.size(), " bytes")),
      std::string::npos);
}

TEST(PickleReader, KeepsAClassOnceHoweverOftenItIsNamed) {
  const std::string module = pickle::text(std::string(400, 'm')) + "q" + std::string(1, '\0');
  const std::string name = pickle::text("Net") + "q\x01";
  std::string many = module + name + "00(";
  for (int i = 0; i < 1000; ++i) many += std::string("h\0h\x01\x93", 5);
  const PickleDocument document = read(many + "l.");
  EXPECT_LT(document.count(), 10U);
  EXPECT_NE(complaint(pickle::text(std::string(1100, 'm')) + pickle::text("Net") + "\x93.")
                .find("a class's name has 1104 characters, but at most 1024 are accepted"),
            std::string::npos);
}

}  // namespace
}  // namespace sgilo
