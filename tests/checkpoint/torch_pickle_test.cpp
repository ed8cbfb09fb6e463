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

Checkpoint open(const std::string& object) {
  const std::vector<float> numbers = {0, 1, 2, 3};
  const std::string content = pickle::whole(object, 3);
  const TemporaryFolder folder;
  write_zip(folder / "f.pt", {{"a/data.pkl", {{content.data(), content.size()}}},
                              {"a/data/0", {{numbers.data(), 16}}}});
  const std::string archive = folder.get("f.pt");
  return open_checkpoint(memory_bytes(archive, "f.pt"), "f.pt");
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

}  // namespace
}  // namespace sgilo
