// A case of the golden data: files in the field's formats with inputs, outputs and tolerances
// recorded from the reference programs. The data stand in $SGILO_GOLDEN_DIR (unset:
// ../shared/golden beside the checkout) and are no part of the project; tests skip without them.
// With $SGILO_GOLDEN_TABLE each comparison appends a line "case,quantity,error,limit" to that file:
// the largest error in units of its tolerance, and the limit (1).
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

#include "sgilo/core/options_json.h"
#include "sgilo/core/torch.h"

// First line of a golden test body.
#define SGILO_GOLDEN_CASE(variable, name) \
  ::sgilo::GoldenCase variable(name);     \
  if (variable.absent()) GTEST_SKIP() << "skipped: no golden data"

namespace sgilo {

inline std::filesystem::path golden_folder() {
  const char* folder = std::getenv("SGILO_GOLDEN_DIR");
  return folder ? std::filesystem::path(folder)
                : std::filesystem::path(SGILO_SOURCE_DIR) / "../shared/golden";
}

// An array of the golden data: float32 in C order is all that occurs.
inline Tensor read_golden_array(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const auto byte = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes.at(at)));
  };
  const std::size_t start = 10 + byte(8) + 256 * byte(9);
  const std::string header = bytes.substr(10, start - 10);
  Shape shape;
  for (const char* at = header.c_str() + header.find('(') + 1; *at != ')';) {
    char* end = nullptr;
    shape.push_back(std::strtoll(at, &end, 10));
    for (at = end; *at == ',' || *at == ' ';) ++at;
  }
  Tensor out = torch::empty(shape);
  std::memcpy(out.data_ptr<float>(), bytes.data() + start,
              static_cast<std::size_t>(out.numel()) * sizeof(float));
  return out;
}

class GoldenCase {
 public:
  explicit GoldenCase(const std::string& name) : name_(name), folder_(golden_folder() / name) {
    std::ifstream file(folder_ / "manifest.json");
    if (file) manifest_ = Json::parse(file);
  }

  bool absent() const { return manifest_.is_null(); }
  const std::string& name() const { return name_; }
  const Json& manifest() const { return manifest_; }
  const Json& params() const { return manifest_.at("params"); }
  std::filesystem::path path(const std::string& file) const { return folder_ / file; }
  bool has_output(const std::string& name) const { return manifest_.at("outputs").contains(name); }
  std::vector<std::string> outputs() const {
    std::vector<std::string> names;
    for (const auto& item : manifest_.at("outputs").items()) names.push_back(item.key());
    return names;
  }

  // The array <name>.npy, input or output.
  Tensor operator[](const std::string& name) const {
    return read_golden_array(folder_ / (name + ".npy"));
  }

  // |got - want| <= atol + rtol |want| elementwise, with the tolerances of the manifest.
  void expect(const std::string& name, const Tensor& got) const {
    const auto [want, excess] = compared(name, got);
    if (!excess.defined()) return;
    const double worst = excess.numel() ? excess.max().item<double>() : 0;
    record(name, worst);
    EXPECT_LE(worst, 1.0) << name_ << " " << name << ": error in units of the tolerance; largest "
                          << (got.to(torch::kFloat64) - want).abs().max().item<double>();
  }

  // The criterion of the recorded loops: at least 98 % of the elements within their tolerance, and
  // the relative error in the Euclidean norm at most rel_l2_tol.
  void expect_loop(const std::string& name, const Tensor& got) const {
    const auto [want, excess] = compared(name, got);
    if (!excess.defined()) return;
    const double inside = (excess <= 1).to(torch::kFloat64).mean().item<double>();
    const double limit = manifest_.at("outputs").at(name).at("rel_l2_tol").get<double>();
    const double distance = (got.to(torch::kFloat64) - want).norm().item<double>() /
                            std::max(want.norm().item<double>(), 1e-300);
    record(name, std::max(distance / limit, (1 - inside) / 0.02));
    EXPECT_GE(inside, 0.98) << name_ << " " << name;
    EXPECT_LE(distance, limit) << name_ << " " << name << ": relative error in the norm";
  }

  // Every output of the manifest that `optional` does not name must have been compared.
  void expect_everything_compared(const std::set<std::string>& optional = {}) const {
    for (const std::string& name : outputs())
      EXPECT_TRUE(seen_.count(name) || optional.count(name)) << name_ << " " << name;
  }

 private:
  // The wanted array in double, and each element's error in units of its tolerance; undefined where
  // the shapes differ, which fails the test. NaN where NaN is wanted agrees.
  std::pair<Tensor, Tensor> compared(const std::string& name, const Tensor& got) const {
    seen_.insert(name);
    const Json& entry = manifest_.at("outputs").at(name);
    const Tensor want = (*this)[name].to(torch::kFloat64);
    EXPECT_EQ(got.sizes(), want.sizes()) << name_ << " " << name;
    if (got.sizes() != want.sizes()) return {want, Tensor()};
    const Tensor difference = (got.detach().to(torch::kFloat64) - want).abs();
    const Tensor tolerance =
        entry.at("atol").get<double>() + entry.at("rtol").get<double>() * want.abs();
    // An exact agreement is 0 also where the tolerance is; a NaN that is not wanted is infinite.
    Tensor excess =
        torch::where(difference == 0, torch::zeros_like(difference), difference / tolerance);
    excess = torch::where(got.isnan() & want.isnan(), torch::zeros_like(excess), excess);
    excess = torch::where(excess.isnan(), torch::full_like(excess, 1e300), excess);
    return {want, excess};
  }

  void record(const std::string& name, double error) const {
    const char* table = std::getenv("SGILO_GOLDEN_TABLE");
    if (!table) return;
    std::ofstream(table, std::ios::app) << concat(name_, ",", name, ",", error, ",1\n");
  }

  std::string name_;
  std::filesystem::path folder_;
  Json manifest_;
  mutable std::set<std::string> seen_;
};

}  // namespace sgilo
