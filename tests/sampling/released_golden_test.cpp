// Agreement with numbers recorded from the released program (golden data of section 4: SDEs, and
// predictor and corrector steps with recorded noise on a Gaussian of variance 0.35).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sgilo/core/options_json.h"
#include "sgilo/sampling/gaussian_score.h"
#include "sgilo/sampling/probability_flow.h"
#include "sgilo/sampling/reverse_sde.h"

namespace sgilo {
namespace {

class GoldenCase {
 public:
  explicit GoldenCase(const std::string& name) {
    const char* folder = std::getenv("SGILO_GOLDEN_DIR");
    folder_ = (folder ? std::filesystem::path(folder)
                      : std::filesystem::path(SGILO_SOURCE_DIR) / "../shared/golden") /
              name;
    std::ifstream file(folder_ / "manifest.json");
    if (file) manifest_ = Json::parse(file);
  }
  bool absent() const { return manifest_.is_null(); }

  // Only float32 in C order occurs: the shape is in the text header, then come the numbers.
  Tensor operator[](const std::string& name) const {
    const std::string file = (folder_ / (name + ".npy")).string();
    std::ifstream in(file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    const std::size_t start =
        10 + static_cast<unsigned char>(bytes.at(8)) +
        256 * static_cast<std::size_t>(static_cast<unsigned char>(bytes.at(9)));
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

  void expect(const std::string& name, const Tensor& got) const {
    const Json& entry = manifest_.at("outputs").at(name);
    EXPECT_TRUE(torch::allclose(got.to(torch::kFloat32), (*this)[name],
                                entry.at("rtol").get<double>(), entry.at("atol").get<double>()))
        << name << " differs by at most " << (got - (*this)[name]).abs().max().item<double>();
  }

 private:
  std::filesystem::path folder_;
  Json manifest_;
};

const std::vector<std::pair<std::string, SdeKind>> kKinds{
    {"VP", SdeKind::vp}, {"SubVP", SdeKind::subvp}, {"VE", SdeKind::ve}};

Sde make(SdeKind kind, int scales = 1000) {
  return Sde(SdeOptions{.kind = kind, .scales = scales});
}

TEST(Golden, SdesAgree) {
  const GoldenCase golden("04a_sde");
  if (golden.absent()) GTEST_SKIP() << "skipped: no golden data";
  const Tensor x = golden["x"];
  const std::vector<double> times{0.001, 0.01, 0.1, 0.37, 0.5, 0.9, 1.0};
  for (const auto& [name, kind] : kKinds) {
    const Sde sde = make(kind);
    std::map<std::string, std::vector<Tensor>> got;
    for (const double t : times) {
      const Tensor rows = torch::full({3}, t);
      const Transition discrete = sde.discrete_transition(t);
      got["drift"].push_back(x * per_row(sde.drift_rate(rows), x));
      got["diffusion"].push_back(sde.diffusion(rows));
      got["mean"].push_back(x * per_row(sde.mean_scale(rows), x));
      got["std"].push_back(sde.std(rows));
      got["disc_f"].push_back(x * (discrete.scale - 1));
      got["disc_G"].push_back(torch::full({3}, std::sqrt(discrete.variance)));
    }
    for (const auto& [quantity, values] : got)
      golden.expect(name + "_" + quantity, torch::stack(values));
  }
}

TEST(Golden, PredictorsAndCorrectorsAgree) {
  const GoldenCase golden("04b_updates");
  if (golden.absent()) GTEST_SKIP() << "skipped: no golden data";
  const Tensor start = golden["x_gauss"];
  for (const auto& [name, kind] : kKinds) {
    const Sde sde = make(kind);
    const ScoreFunction score = gaussian_score(sde, golden["mu"], torch::full({1}, 0.35));
    for (const Predictor predictor :
         {Predictor::euler_maruyama, Predictor::reverse_diffusion, Predictor::ancestral}) {
      if (kind == SdeKind::subvp && predictor == Predictor::ancestral) continue;
      for (const auto& [index, t] : {std::pair{"0", 0.01}, {"1", 0.6}}) {
        const std::string tag = concat(name, "_", word_of(predictor), "_", index);
        const Update update = predict(predictor, score, sde, start, sde.discrete_transition(t),
                                      golden[tag + "_noise"][0]);
        golden.expect(tag + "_x", update.x);
        golden.expect(tag + "_xmean", update.mean);
      }
    }
    if (kind == SdeKind::ve)
      for (const auto& [word, predictor] : {std::pair{"ancestral", Predictor::ancestral},
                                            {"reverse_diffusion", Predictor::reverse_diffusion}}) {
        const std::string tag = concat("VE_", word, "_t0");
        const Update update = predict(predictor, score, sde, start, sde.discrete_transition(0.0005),
                                      golden[tag + "_noise"][0]);
        golden.expect(tag + "_x", update.x);
      }
    for (const Corrector corrector : {Corrector::langevin, Corrector::ald})
      for (const auto& [steps, t, snr] : {std::tuple{1, 0.3, 0.16}, {3, 0.05, 0.05}}) {
        const std::string tag = concat(name, "_", word_of(corrector), "_", steps);
        const Tensor noise = golden[tag + "_noise"];
        Update update{start, start};
        for (int step = 0; step < steps; ++step)
          update = correct(corrector, score, sde, update.x, t, snr, noise[step], true);
        golden.expect(tag + "_x", update.x);
        golden.expect(tag + "_xmean", update.mean);
      }
  }
}

// The released samplers alternate corrector and predictor on linspace(1, 1e-3, N) with the discrete
// tables of N levels.
TEST(Golden, RecordedColdAndHotRunsAgree) {
  const GoldenCase golden("04c_samplers");
  if (golden.absent()) GTEST_SKIP() << "skipped: no golden data";
  const auto run = [&](const Sde& sde, Tensor x, const Tensor& draws, std::int64_t next,
                       const std::vector<double>& times, Predictor predictor, Corrector corrector) {
    const ScoreFunction score = gaussian_score(sde, golden["mu"], torch::full({1}, 0.35));
    Tensor mean;
    for (const double t : times) {
      x = correct(corrector, score, sde, x, t, 0.05, draws[next++], true).x;
      const Update update =
          predict(predictor, score, sde, x, sde.discrete_transition(t), draws[next++]);
      x = update.x;
      mean = update.mean;
    }
    return mean;
  };
  const auto grid = [](int n) {
    std::vector<double> times;
    for (int i = 0; i < n; ++i) times.push_back(1 + (1e-3 - 1) * i / (n - 1));
    return times;
  };
  const Tensor cold = golden["cold_gauss_N24_draws"];
  golden.expect("cold_gauss_N24_out", run(make(SdeKind::vp, 24), cold[0], cold, 1, grid(24),
                                          Predictor::euler_maruyama, Corrector::ald));
  const Tensor hot = golden["hot_gauss_draws"];
  golden.expect("hot_gauss_out",
                run(make(SdeKind::vp), golden["x_gauss"], hot, 0, std::vector<double>(4, 0.01),
                    Predictor::euler_maruyama, Corrector::ald));
  const Tensor other = golden["hot_gauss_ancestral_langevin_draws"];
  golden.expect("hot_gauss_ancestral_langevin_out",
                run(make(SdeKind::vp), golden["x_gauss"], other, 0, std::vector<double>(3, 0.01),
                    Predictor::ancestral, Corrector::langevin));
}

TEST(Golden, ProbabilityFlowAgrees) {
  const GoldenCase golden("04c_samplers");
  if (golden.absent()) GTEST_SKIP() << "skipped: no golden data";
  const Sde sde = make(SdeKind::vp);
  const ScoreFunction score = gaussian_score(sde, golden["mu"], torch::full({1}, 0.35));
  Observer silent;
  golden.expect("ode_out", probability_flow(score, sde, golden["ode_prior"], 1, 1e-3, {}, silent));
}

}  // namespace
}  // namespace sgilo
