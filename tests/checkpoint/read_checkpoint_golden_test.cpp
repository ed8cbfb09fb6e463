// Every file of the golden data's formats, and the outcome that each hostile file must have.
#include <gtest/gtest.h>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/golden_case.h"

namespace sgilo {
namespace {

TEST(ReadCheckpointGolden, ReadsEveryStorageTypeViewAndFraming) {
  SGILO_GOLDEN_CASE(golden, "07_formats");
  for (const auto& file : golden.manifest().at("files").items()) {
    const Checkpoint checkpoint = open_checkpoint(golden.path(file.key()));
    const StateDict state = checkpoint.state("tensors.");
    for (const std::string& name : golden.outputs()) {
      const std::string key = state.count(name) ? name : name.substr(2);
      ASSERT_TRUE(state.count(key)) << file.key() << " " << name;
      golden.expect(name, state.at(key).to(torch::kFloat32));
    }
    for (std::int64_t i = 0; i < 5; ++i)  // beyond what float32 holds
      EXPECT_EQ(state.at("i64")[i].item<std::int64_t>(), golden.params().at("i64_exact")[i]);
    const Json& meta = golden.params().at("meta_json");
    for (const char* name :
         {"a_none", "a_true", "a_int", "a_neg", "a_float", "a_str", "a_tuple", "a_list"})
      EXPECT_EQ(checkpoint.values.at(concat("meta.", name)), meta.at(name)) << file.key();
    EXPECT_EQ(checkpoint.values.at("meta.a_big"), golden.params().at("a_big_decimal"));
    EXPECT_EQ(checkpoint.values.at("meta.a_bytes"), "(2 bytes)");
    EXPECT_EQ(checkpoint.values.at("meta.a_set"), Json::array({3}));
  }
  golden.expect_everything_compared();
}

TEST(ReadCheckpointGolden, GivesHostileFilesTheirOutcome) {
  const auto folder = golden_folder() / "malformed";
  std::ifstream file(folder / "expected.json");
  if (!file) GTEST_SKIP() << "skipped: no golden data";
  const Json expected = Json::parse(file);
  for (const auto& item : expected.items()) {
    const std::string wanted = item.value().at("expect").get<std::string>();
    std::string outcome = "load", text;
    try {
      const Checkpoint checkpoint = open_checkpoint(folder / item.key());
      checkpoint.verify();
      checkpoint.state();
    } catch (const FormatError& error) {
      outcome = "error";
      text = error.what();
      EXPECT_NE(text.find(item.key()), std::string::npos) << text;
      EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    }
    if (wanted != "any") {
      EXPECT_EQ(outcome, wanted) << item.key() << ": " << text;
    }
    if (std::getenv("SGILO_GOLDEN_TABLE"))
      std::cerr << item.key() << " | " << wanted << " | " << outcome << " | " << text << "\n";
  }
}

// Files that PyTorch 2.13 and NumPy 2 wrote (tests/golden/ORIGIN.md).
std::filesystem::path own(const std::string& name) {
  return std::filesystem::path(SGILO_SOURCE_DIR) / "tests/golden/checkpoints" / name;
}
Tensor array_of(const std::string& name) { return open_checkpoint(own(name)).load("array"); }

TEST(ReadCheckpointGolden, AppliesTheLazyConjugatesAndNegativesOfPyTorch) {
  EXPECT_TRUE(
      torch::equal(open_checkpoint(own("conj.pt")).load("maps"), array_of("conj_maps.npy")));
  const Checkpoint legacy = open_checkpoint(own("conj_legacy.pt"));
  EXPECT_EQ(legacy.format, "PyTorch legacy");
  EXPECT_TRUE(torch::equal(legacy.load("maps"), array_of("conj_legacy_maps.npy")));
  EXPECT_TRUE(torch::equal(legacy.load("neg"), array_of("conj_legacy_neg.npy")));
  EXPECT_TRUE(torch::equal(legacy.state().at("plain"),
                           torch::conj_physical(array_of("conj_legacy_maps.npy"))));
}

TEST(ReadCheckpointGolden, ReachesTheTensorsOfEveryKey) {
  const Checkpoint read = open_checkpoint(own("keys.pt"));
  std::vector<std::string> names;
  for (const auto& [name, entry] : read.tensors) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"(0, 1)", "0.5", "b'k'", "plain.weight"}));
}

TEST(ReadCheckpointGolden, ReadsPathsDatesAndCollectionsAsValues) {
  EXPECT_EQ(open_checkpoint(own("path.pt")).values.at("args.data"), "/data/x");
  const Checkpoint read = open_checkpoint(own("values.pt"));
  EXPECT_EQ(read.values.at("args.data"), "/x/y");
  EXPECT_EQ(read.values.at("args.when"), "2024-01-31 12:30:05");
  EXPECT_EQ(read.values.at("args.day"), "2024-01-31");
  EXPECT_EQ(read.values.at("args.f"), "1/3");
  EXPECT_EQ(read.values.at("args.dec"), "1.50");
  EXPECT_EQ(read.values.at("args.dev"), "cpu");
  EXPECT_EQ(read.values.at("args.cnt.a"), 2);
  for (const char* name : {"w", "args.dq.1", "args.dd.k.0", "args.ns.q"})
    EXPECT_TRUE(read.has(name)) << name;
  EXPECT_TRUE(read.notes.empty());
}

TEST(ReadCheckpointGolden, ReadsArraysOfNumPyInACheckpoint) {
  const Checkpoint read = open_checkpoint(own("numpy.pt"));
  EXPECT_TRUE(torch::equal(read.load("a"), torch::arange(3, torch::kFloat64)));
  EXPECT_TRUE(read.has("w"));
}

TEST(ReadCheckpointGolden, ReadsAnArchiveWithoutChecksumsWithAWord) {
  const Checkpoint read = open_checkpoint(own("nocrc.pt"));
  read.verify();
  EXPECT_FALSE(read.state().empty());
  EXPECT_EQ(read.notes, (std::vector<std::string>{
                            "its records have no checksums, so that damage cannot be noticed"}));
}

TEST(ReadCheckpointGolden, ReadsTheArraysBesideATextRecord) {
  const Checkpoint read = open_checkpoint(own("mixed.npz"));
  EXPECT_TRUE(read.has("w"));
  EXPECT_EQ(error_text<FormatError>([&] { read.load("names"); }),
            own("mixed.npz").string() + ": 'names' holds texts, but numbers are read");
}

}  // namespace
}  // namespace sgilo
