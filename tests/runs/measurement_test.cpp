#include "sgilo/runs/measurement.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/safetensors.h"
#include "support/error_text.h"
#include "support/mutations.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

Measurement small_measurement() {
  std::vector<MeasuredImage> images{{"a", center_square(20, 30, 16)},
                                    {"b", center_square(16, 16, 16)}};
  return measure_pictures(smooth_pictures(2, 16), images, InpaintingOptions{0.25},
                          GaussianNoiseOptions{0.02}, 5);
}

TEST(Measurement, ReturnsFromItsFileAsItWas) {
  const TemporaryFolder folder;
  const Measurement before = small_measurement();
  write_measurement(folder / "y.safetensors", before);
  const Measurement after = read_measurement(folder / "y.safetensors");
  EXPECT_TRUE(torch::equal(after.values, before.values));
  EXPECT_EQ(after.forward_operator->describe(), "inpaint (keep = 0.25: 64 of 256 pixels)");
  const Tensor image = smooth_pictures(1, 16);
  EXPECT_TRUE(
      torch::equal(after.forward_operator->apply(image), before.forward_operator->apply(image)));
  EXPECT_EQ(after.noise_model()->describe(), before.noise_model()->describe());
  EXPECT_EQ(after.count(), 2);
  EXPECT_EQ(after.scalars(), 3 * 64);
  EXPECT_EQ(after.images[0].name, "a");
  EXPECT_EQ(after.images[0].framing, before.images[0].framing);
  EXPECT_EQ(after.seed, 5);
  EXPECT_FALSE(after.observed);
}

TEST(Measurement, NoiseOfAnImageDoesNotDependOnItsNeighbours) {
  const Measurement two = small_measurement();
  const Measurement one = measure_pictures(smooth_pictures(2, 16).slice(0, 0, 1), {two.images[0]},
                                           InpaintingOptions{0.25}, GaussianNoiseOptions{0.02}, 5);
  EXPECT_TRUE(torch::equal(one.values[0], two.values[0]));
}

TEST(Measurement, OtherFilesAreRefusedByName) {
  const TemporaryFolder folder;
  const std::string path = (folder / "w.safetensors").string();
  const auto text = [&] { return error_text<FormatError>([&] { read_measurement(path); }); };
  EXPECT_EQ(text().substr(0, path.size()), path);  // missing

  write_safetensors(path, {{"w", torch::zeros({2})}});
  EXPECT_EQ(text(), path + ": is no measurement; make one with 'sgilo measure'");

  write_measurement(path, small_measurement());
  SafetensorsFile file = read_safetensors(path);
  const auto rewritten = [&](auto change) {
    SafetensorsFile copy{file.tensors, file.metadata};
    change(copy);
    write_safetensors(path, copy.tensors, copy.metadata);
    return text();
  };
  EXPECT_EQ(rewritten([](auto& f) { f.tensors.erase("y"); }), path + ": tensor 'y' is missing");
  EXPECT_EQ(rewritten([](auto& f) {
              f.tensors["y"] = torch::full({2, 3, 64}, NAN);
            }),
            path + ": tensor 'y' is not finite");
  EXPECT_EQ(rewritten([](auto& f) {
              f.tensors["y"] = torch::zeros({2, 3, 63});
            }),
            path + ": tensor 'y' must have shape [2, 3, 64], but has [2, 3, 63]");
  EXPECT_EQ(rewritten([](auto& f) { f.metadata["noise"] = "{\"sigma\": -1}"; }),
            path + ": noise.sigma must be in [1e-06, 1000], but is -1.0");
  EXPECT_EQ(
      rewritten([](auto& f) { f.metadata["images"] = "[{\"name\": \"../x\", \"framing\": {}}]"; }),
      path + ": entry 'images': '../x' cannot name an image");
  EXPECT_EQ(rewritten([](auto& f) { f.metadata.erase("operator"); }),
            path + ": entry 'operator' is missing");
}

TEST(Measurement, WhatIsWrongInItsEntriesIsSaidInASentence) {
  const TemporaryFolder folder;
  const fs::path path = folder / "y.safetensors";
  for (const char* text :
       {"inpaint:keep=0.25", "downsample:factor=2|grayscale", "circulant:keep=0.1"}) {
    write_measurement(
        path, measure_pictures(smooth_pictures(1, 16), {{"a", center_square(16, 16, 16)}},
                               read_operator(parse_operator(text)), GaussianNoiseOptions{0.02}, 5));
    const SafetensorsFile file = read_safetensors(path);
    for (const auto& entry : file.metadata) {
      const std::string& key = entry.first;
      if (key == "format" || key == "version" || key == "commit") continue;
      for_each_wrong_value(Json::parse(entry.second), [&](const Json& wrong, const std::string& what) {
        auto metadata = file.metadata;
        metadata[key] = wrong.dump();
        write_safetensors(path, file.tensors, metadata);
        expect_error_or_success([&] { read_measurement(path); }, concat(text, " ", key, what));
      });
      for (const char* text_of : {"", "[", "1e999", "{\"kind\":1,\"kind\":2}", "NaN"}) {
        auto metadata = file.metadata;
        metadata[key] = text_of;
        write_safetensors(path, file.tensors, metadata);
        expect_error_or_success([&] { read_measurement(path); }, concat(key, " = ", text_of));
      }
    }
    for (const auto& [name, tensor] : file.tensors)
      for (const Tensor& wrong :
           {torch::zeros({}), torch::zeros({0}), torch::zeros({1, 2, 3}), tensor.to(torch::kBool),
            tensor.to(torch::kComplexFloat), tensor.to(torch::kInt64),
            tensor.to(torch::kFloat64) * NAN, tensor.unsqueeze(0), -tensor.to(torch::kFloat32)}) {
        StateDict tensors = file.tensors;
        tensors[name] = wrong;
        write_safetensors(path, tensors, file.metadata);
        expect_error_or_success([&] { read_measurement(path); }, concat(text, " ", name));
      }
  }
}

TEST(Measurement, WhatIsWrongWithItsFileIsSaidInASentence) {
  const TemporaryFolder folder;
  const fs::path path = folder / "y.safetensors";
  write_measurement(path, small_measurement());
  std::string whole = folder.get("y.safetensors");
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    folder.put("y.safetensors", whole.substr(0, size));
    EXPECT_NE(error_text<FormatError>([&] { read_measurement(path); }), "") << size;
  }
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
    folder.put("y.safetensors", changed);
    expect_error_or_success([&] { read_measurement(path); }, concat("byte ", at));
  }
}

// 20 kB must not cost gigabytes or minutes.
TEST(Measurement, AsksForNoMoreThanItHolds) {
  const TemporaryFolder folder;
  const std::string path = (folder / "y.safetensors").string();
  write_measurement(path, small_measurement());
  const SafetensorsFile file = read_safetensors(path);
  const auto refusal = [&](const std::string& forward_operator, const char* shape) {
    auto metadata = file.metadata;
    metadata["operator"] = forward_operator;
    metadata["image_shape"] = shape;
    write_safetensors(path, file.tensors, metadata);
    return error_text<FormatError>([&] { read_measurement(path); });
  };
  EXPECT_EQ(refusal(R"({"kind": "resize", "side": 16384})", "[3,1,1]"),
            path +
                ": operator of images [3, 1, 1] would take 8.05306e+08 numbers in resize, but at "
                "most 16777216 fit to what is measured");
  EXPECT_NE(refusal(R"({"kind": "identity"})", "[3,1000000,1000000]").find("in the image"),
            std::string::npos);
  std::string chain = R"({"kind": "identity"})", parts = chain;
  for (int i = 0; i < 400; ++i) chain = concat(R"({"kind": "chain", "parts": [)", chain, "]}");
  EXPECT_EQ(refusal(chain, "[3,16,16]"),
            path + ": entry 'operator': is nested more than 64 deep, the most that is accepted");
  chain = R"({"kind": "identity"})";
  for (int i = 0; i < 5; ++i) chain = concat(R"({"kind": "chain", "parts": [)", chain, "]}");
  EXPECT_EQ(refusal(chain, "[3,16,16]"),
            path +
                ": operator: chains may be nested 4 deep at most; name the parts one after the "
                "other");
  for (int i = 0; i < 64; ++i) parts += R"(,{"kind": "identity"})";
  EXPECT_EQ(refusal(concat(R"({"kind": "chain", "parts": [)", parts, "]}"), "[3,16,16]"),
            path + ": operator: a chain may have at most 64 parts");
  EXPECT_EQ(refusal(std::string(80'000, '[') + std::string(80'000, ']'), "[3,16,16]"),
            path + ": entry 'operator': is nested more than 64 deep, the most that is accepted");
}

TEST(Measurement, NamesOfImagesCanNameFilesAndOccurOnce) {
  EXPECT_EQ(image_names({"a/face.png", "b/face.png", ".png", "new\nline.png", "\xff.png"}),
            (std::vector<std::string>{"face", "face-2", "image", "new_line", "_"}));
  EXPECT_LE(image_names({std::string(240, 'a') + ".png"})[0].size(), 200u);
  const TemporaryFolder folder;
  const std::string path = (folder / "y.safetensors").string();
  Measurement twice = small_measurement();
  twice.images[1].name = "a";
  write_measurement(path, twice);
  EXPECT_EQ(error_text<FormatError>([&] { read_measurement(path); }),
            path + ": entry 'images' names 'a' twice");
  twice.images[1] = {"b", center_square(16, 16, 16)};
  twice.images[1].framing.top = 5;
  write_measurement(path, twice);
  EXPECT_EQ(error_text<FormatError>([&] { read_measurement(path); }),
            path + ": entry 'images': the square of 'b' leaves its picture of 16 x 16 pixels");
}

}  // namespace
}  // namespace sgilo
