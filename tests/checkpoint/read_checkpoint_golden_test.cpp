// Every file of the golden data's formats, and the outcome that each hostile file must have.
#include <gtest/gtest.h>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"
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

}  // namespace
}  // namespace sgilo
