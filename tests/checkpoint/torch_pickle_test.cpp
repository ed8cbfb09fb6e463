#include "sgilo/checkpoint/torch_pickle.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "support/torch_files.h"

namespace sgilo {
namespace {

// One storage "0" of four float32: 0, 1, 2, 3.
std::string storage(std::int64_t count = 4, const std::string& type = "FloatStorage") {
  return pickle::persistent(
      pickle::tuple({pickle::text("storage"), pickle::global("torch", type), pickle::text("0"),
                     pickle::text("cpu"), pickle::integer(count)}));
}

std::string tensor(std::int64_t offset, const std::vector<std::int64_t>& sizes,
                   const std::vector<std::int64_t>& strides, const std::string& of = storage()) {
  const auto numbers = [](const std::vector<std::int64_t>& values) {
    std::vector<std::string> out;
    for (const auto value : values) out.push_back(pickle::integer(value));
    return pickle::tuple(out);
  };
  return pickle::call(pickle::global("torch._utils", "_rebuild_tensor_v2"),
                      {of, pickle::integer(offset), numbers(sizes), numbers(strides),
                       pickle::boolean(false), pickle::dict({})});
}

Checkpoint open(const std::string& object, bool inert = false) {
  const std::vector<float> numbers = {0, 1, 2, 3};
  const std::string content = pickle::whole(object, 3);
  const TemporaryFolder folder;
  write_zip(folder / "f.pt", {{"a/data.pkl", {{content.data(), content.size()}}},
                              {"a/data/0", {{numbers.data(), 16}}}});
  const std::string archive = folder.get("f.pt");
  CheckpointOptions options;
  options.pickle.inert = inert;
  return open_checkpoint(memory_bytes(archive, "f.pt"), "f.pt", options);
}

std::string complaint(const std::string& object) {
  return error_text<FormatError>([&] { open(object); });
}

TEST(TorchPickle, GivesTensorsOfNestedContainersDottedNames) {
  const Checkpoint read = open(pickle::dict(
      {{pickle::text("model"), pickle::dict({{pickle::text("w"), tensor(1, {3}, {1})}})},
       {pickle::text("noises"), pickle::list({tensor(0, {1}, {1}), tensor(3, {}, {})})},
       {pickle::text("lr"), pickle::real(0.5)},
       {pickle::text("betas"), pickle::tuple({pickle::integer(1), pickle::integer(2)})},
       {pickle::integer(7), pickle::text("seven")}}));
  EXPECT_EQ(read.tensors.size(), 3U);
  EXPECT_TRUE(torch::equal(read.load("model.w"), torch::tensor({1.0F, 2.0F, 3.0F})));
  EXPECT_EQ(read.load("noises.1").item<float>(), 3);
  EXPECT_EQ(read.values.at("lr"), 0.5);
  EXPECT_EQ(read.values.at("betas"), (Json{1, 2}));
  EXPECT_EQ(read.values.at("7"), "seven");
}

TEST(TorchPickle, GathersViewsOfAnyStride) {
  EXPECT_TRUE(torch::equal(open(tensor(0, {2, 2}, {1, 2})).load("tensor"),
                           torch::tensor({{0.0F, 2.0F}, {1.0F, 3.0F}})));
  EXPECT_TRUE(torch::equal(open(tensor(2, {3, 2}, {0, 1})).load("tensor"),
                           torch::tensor({{2.0F, 3.0F}, {2.0F, 3.0F}, {2.0F, 3.0F}})));
  EXPECT_EQ(open(tensor(4, {0, 9}, {9, 1})).load("tensor").sizes(), (Shape{0, 9}));
}

TEST(TorchPickle, ReadsModulesWithoutTheirMachinery) {
  const std::string inner = pickle::object(
      pickle::global("torch.nn.modules.linear", "Linear"),
      pickle::dict(
          {{pickle::text("training"), pickle::boolean(false)},
           {pickle::text("_parameters"),
            pickle::dict({{pickle::text("weight"),
                           pickle::call(pickle::global("torch._utils", "_rebuild_parameter"),
                                        {tensor(0, {2, 2}, {2, 1}), pickle::boolean(true),
                                         pickle::dict({})})},
                          {pickle::text("bias"), pickle::none()}})},
           {pickle::text("_modules"), pickle::dict({})},
           {pickle::text("in_features"), pickle::integer(2)}}));
  const Checkpoint read = open(pickle::object(
      pickle::global("my.models", "Net"),
      pickle::dict({{pickle::text("_modules"), pickle::dict({{pickle::text("fc"), inner}})},
                    {pickle::text("_forward_hooks"), pickle::dict({})}})));
  ASSERT_EQ(read.tensors.size(), 1U);
  EXPECT_TRUE(torch::equal(read.load("fc.weight"), torch::tensor({{0.0F, 1.0F}, {2.0F, 3.0F}})));
  EXPECT_EQ(read.classes.at("fc"), "torch.nn.modules.linear.Linear");
  EXPECT_EQ(read.values.at("fc.in_features"), 2);
  EXPECT_EQ(read.values.size(), 1U);
}

TEST(TorchPickle, RefusesTensorsThatLeaveTheirStorage) {
  const auto refused = [](const std::string& object) {
    const std::string text = complaint(object);
    return text.substr(0, text.find(" (byte"));
  };
  EXPECT_EQ(refused(tensor(2, {3}, {1})),
            "f.pt: tensor 'tensor' reaches number 4 of its storage, which has 4");
  EXPECT_EQ(refused(tensor(0, {2, 3}, {2, 1})),
            "f.pt: tensor 'tensor' reaches number 4 of its storage, which has 4");
  EXPECT_EQ(refused(tensor(-1, {1}, {1})),
            "f.pt: tensor 'tensor' starts at the number -1 of its storage");
  EXPECT_EQ(refused(tensor(0, {-2}, {1})), "f.pt: tensor 'tensor' has the negative size -2");
  EXPECT_EQ(refused(tensor(3, {2}, {-1})), "f.pt: tensor 'tensor' has the negative stride -1");
  EXPECT_EQ(refused(tensor(0, {1, 1}, {1})), "f.pt: tensor 'tensor' has 2 sizes, but 1 strides");
  EXPECT_EQ(refused(tensor(0, {INT64_MAX, INT64_MAX}, {0, 0})),
            "f.pt: tensor 'tensor' has a shape whose number of bytes overflows 64 bits");
  EXPECT_EQ(refused(tensor(0, {3}, {INT64_MAX})),
            "f.pt: tensor 'tensor' reaches number 2^63 of its storage, which has 4");
}

TEST(TorchPickle, RefusesStoragesOtherThanTheyAreAnnounced) {
  EXPECT_EQ(complaint(tensor(0, {1}, {1}, storage(5))),
            "f.pt: storage '0' is announced with 20 bytes, but its record has 16");
  EXPECT_NE(
      complaint(tensor(0, {1}, {1}, storage(4, "QInt8Storage")))
          .find("the storage class 'torch.QInt8Storage' is unknown; known: torch.FloatStorage, "),
      std::string::npos);
  EXPECT_NE(complaint(tensor(0, {1}, {1}, pickle::integer(1)))
                .find("must be made of a storage, but is made of the number 1"),
            std::string::npos);
}

TEST(TorchPickle, RefusesTwoTensorsOfOneName) {
  EXPECT_NE(complaint(pickle::dict({{pickle::text("a.b"), tensor(0, {1}, {1})},
                                    {pickle::text("a"),
                                     pickle::dict({{pickle::text("b"), tensor(1, {1}, {1})}})}}))
                .find("a.b names two tensors"),
            std::string::npos);
}

// A complex tensor of two numbers, 0+1i and 2+3i, with the properties of its last argument.
std::string complex_tensor(const std::vector<std::pair<std::string, std::string>>& properties) {
  return pickle::call(pickle::global("torch._utils", "_rebuild_tensor_v2"),
                      {storage(2, "ComplexFloatStorage"), pickle::integer(0),
                       pickle::tuple({pickle::integer(2)}), pickle::tuple({pickle::integer(1)}),
                       pickle::boolean(false), pickle::dict({}), pickle::dict(properties)});
}

TEST(TorchPickle, AppliesConjugatesAndNegativesThatWereLeftToBeDone) {
  const auto conj = std::pair(pickle::text("conj"), pickle::boolean(true));
  const auto neg = std::pair(pickle::text("neg"), pickle::boolean(true));
  const Tensor stored = torch::view_as_complex(torch::tensor({{0.0F, 1.0F}, {2.0F, 3.0F}}));
  EXPECT_TRUE(torch::equal(open(complex_tensor({})).load("tensor"), stored));
  EXPECT_TRUE(
      torch::equal(open(complex_tensor({conj})).load("tensor"), torch::conj_physical(stored)));
  EXPECT_TRUE(torch::equal(open(complex_tensor({neg})).load("tensor"), -stored));
  EXPECT_TRUE(torch::equal(open(complex_tensor({conj, neg})).load("tensor"),
                           -torch::conj_physical(stored)));
  // Read together with another view of the same storage, which keeps its numbers.
  const StateDict both = open(pickle::dict({{pickle::text("a"), complex_tensor({conj})},
                                            {pickle::text("b"), complex_tensor({})}}))
                             .state();
  EXPECT_TRUE(torch::equal(both.at("a"), torch::conj_physical(stored)));
  EXPECT_TRUE(torch::equal(both.at("b"), stored));
  EXPECT_NE(complaint(complex_tensor({{pickle::text("zero"), pickle::boolean(true)}}))
                .find("has the property 'zero' of a boolean; known: conj and neg, each true or "
                      "false"),
            std::string::npos);
}

TEST(TorchPickle, NamesTensorsByKeysOfEveryKind) {
  const auto latin1 = [](const std::string& text) {
    return pickle::call(pickle::global("_codecs", "encode"),
                        {pickle::text(text), pickle::text("latin1")});
  };
  const auto numbered = [](std::int64_t i) { return tensor(i, {1}, {1}); };
  for (const bool inert : {false, true}) {
    const Checkpoint read =
        open(pickle::dict({{pickle::text("plain.weight"), numbered(0)},
                           {pickle::tuple({pickle::integer(0), pickle::text("a")}), numbered(1)},
                           {pickle::tuple({pickle::integer(7)}), numbered(2)},
                           {pickle::real(0.5), numbered(3)},
                           {pickle::real(2), numbered(0)},
                           {latin1("k"), numbered(1)},
                           {latin1("\xc3\xbf"), numbered(2)},
                           {pickle::bytes("'\n"), numbered(3)},
                           {pickle::boolean(true), numbered(0)},
                           {pickle::none(), numbered(1)},
                           {pickle::text(""), numbered(2)},
                           {pickle::text("a\nb"), numbered(3)},
                           {pickle::global("torch", "float32"), numbered(0)},
                           {pickle::integer(5), numbered(1)},
                           {pickle::text("5"), numbered(2)}}),
             inert);
    std::vector<std::string> names;
    for (const auto& [name, entry] : read.tensors) names.push_back(name);
    EXPECT_EQ(names,
              (std::vector<std::string>{"''", "'a\\nb'", "(0, 'a')", "(7,)", "0.5", "2.0", "5",
                                        R"(b'\x27\x0a')", R"(b'\xff')", "b'k'", "none", "number 5",
                                        "plain.weight", "torch.float32", "true"}));
    EXPECT_EQ(read.load("(0, 'a')").item<float>(), 1);
    EXPECT_EQ(read.load("number 5").item<float>(), 1);
    EXPECT_TRUE(read.notes.empty());
  }
}

std::string call(const char* module, const char* name, const std::vector<std::string>& given) {
  return pickle::call(pickle::global(module, name), given);
}

TEST(TorchPickle, FindsTensorsInEveryCollection) {
  const std::string one = tensor(1, {1}, {1});
  const Checkpoint read = open(
      pickle::dict({{pickle::text("deque"), call("collections", "deque", {pickle::list({one})})},
                    {pickle::text("set"), call("builtins", "set", {pickle::list({one})})},
                    {pickle::text("counter"),
                     call("collections", "Counter", {pickle::dict({{pickle::text("a"), one}})})},
                    {pickle::text("default"),
                     call("collections", "defaultdict", {pickle::global("builtins", "list")}) +
                         pickle::text("a") + one + "s"},
                    {pickle::text("named"), pickle::global("my", "Pair") +
                                                pickle::tuple({pickle::integer(3), one}) + "\x81"},
                    {pickle::text("storage"), storage()},
                    {pickle::text("unknown"), call("my", "rebuild", {pickle::list({one})})}}),
      true);
  std::vector<std::string> names;
  for (const auto& [name, entry] : read.tensors) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"counter.a", "default.a", "deque.0", "named.1",
                                             "set.0", "storage", "unknown.0.0"}));
  EXPECT_EQ(read.load("storage").numel(), 4);
}

TEST(TorchPickle, SaysHowManyTensorsNoNameLeadsTo) {
  const std::string hooks = pickle::dict({{pickle::integer(0), tensor(2, {1}, {1})}});
  const Checkpoint read = open(
      pickle::dict({{pickle::text("a"), tensor(0, {1}, {1})},
                    {tensor(1, {1}, {1}), pickle::integer(1)},
                    {pickle::text("net"),
                     pickle::object(pickle::global("my", "Net"),
                                    pickle::dict({{pickle::text("_forward_hooks"), hooks}}))}}));
  EXPECT_EQ(read.tensors.size(), 1U);
  ASSERT_EQ(read.notes.size(), 1U);
  EXPECT_TRUE(read.notes[0].starts_with("2 tensors are left out, because no name leads there"))
      << read.notes[0];
}

TEST(TorchPickle, ShowsPathsDatesAndNumbersAsTheirText) {
  const Checkpoint read = open(pickle::dict(
      {{pickle::text("path"),
        call("pathlib", "PosixPath", {pickle::text("/"), pickle::text("data"), pickle::text("x")})},
       {pickle::text("fraction"), call("fractions", "Fraction", {pickle::text("1/3")})},
       {pickle::text("device"), call("torch", "device", {pickle::text("cuda")})},
       {pickle::text("size"), call("torch", "Size", {pickle::tuple({pickle::integer(2)})})},
       {pickle::text("day"),
        call("datetime", "date", {pickle::bytes(std::string("\x07\xe8\x01\x1f", 4))})},
       {pickle::text("span"), call("datetime", "timedelta",
                                   {pickle::integer(1), pickle::integer(0), pickle::integer(0)})},
       {pickle::text("complex"), call("builtins", "complex", {pickle::real(1), pickle::real(-2)})},
       {pickle::text("id"), pickle::object(pickle::global("uuid", "UUID"), pickle::dict({}))}}));
  EXPECT_EQ(read.values.at("path"), "/data/x");
  EXPECT_EQ(read.values.at("fraction"), "1/3");
  EXPECT_EQ(read.values.at("device"), "cuda");
  EXPECT_EQ(read.values.at("size"), Json{2});
  EXPECT_EQ(read.values.at("day"), "2024-01-31");
  EXPECT_EQ(read.values.at("span"), "datetime.timedelta(1, 0, 0)");
  EXPECT_EQ(read.values.at("complex"), "builtins.complex(1.0, -2.0)");
  EXPECT_EQ(read.values.at("id"), "uuid.UUID()");
}

TEST(TorchPickle, CountsNamesAndValuesEachTimeTheyAreWalked) {
  const auto repeated = [](const std::string& value, int times) {  // through the memo
    std::string out = value + "q\x05" + "0(";
    for (int i = 0; i < times; ++i) out += "h\x05";
    return out + "l";
  };
  const std::string text = repeated(pickle::text(std::string(4096, 'b')), 4000);
  const std::string limit = "the names and values would take more than ";
  EXPECT_NE(complaint(pickle::list({text, text, pickle::dict({})})).find(limit), std::string::npos);
  const std::string named =
      repeated(pickle::dict({{pickle::text(std::string(4000, 'k')), pickle::integer(1)}}), 5000);
  EXPECT_NE(complaint(named).find(limit), std::string::npos);
  // A limit of activations is kept however many values there are, but not without bounds.
  const std::string clamps = repeated(
      pickle::dict({{pickle::text(std::string(2000, 'k') + "conv_clamp"), pickle::integer(1)}}),
      5000);
  EXPECT_NE(complaint(clamps).find(limit), std::string::npos);
}

}  // namespace
}  // namespace sgilo
