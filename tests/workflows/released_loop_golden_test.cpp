// Three recorded runs of the released program, step by step, as configurations of the solver
// released_sgilo (configs/released) with the files of the recording.
#include <gtest/gtest.h>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/operators/downsampling.h"
#include "sgilo/operators/grayscale.h"
#include "sgilo/operators/inpainting.h"
#include "sgilo/operators/make_noise.h"
#include "sgilo/released/released_generator.h"
#include "sgilo/solvers/restore.h"
#include "sgilo/workflows/solve.h"
#include "support/golden_case.h"

namespace sgilo {
namespace {

std::string two_digits(std::size_t number) { return concat(number / 10, number % 10); }

// The recorded draws, in call order; a call for another shape fails the test.
class LoopDraws {
 public:
  explicit LoopDraws(const GoldenCase& golden) : golden_(golden) {}
  LoopDraws(const LoopDraws&) = delete;

  Tensor next(const Shape& shape) {
    const Json& draw = golden_.manifest().at("draws").at(taken_++);
    EXPECT_EQ(shape, draw.at("shape").get<Shape>()) << "draw " << taken_;
    const std::string file = draw.at("file").get<std::string>();
    const Tensor all = golden_[file.substr(0, file.find('.'))];
    const Tensor own = torch::empty(shape);
    return all.narrow(0, draw.at("offset").get<std::int64_t>(), own.numel()).view(shape);
  }
  bool all_taken() const { return taken_ == golden_.manifest().at("draws").size(); }

 private:
  const GoldenCase& golden_;
  std::size_t taken_ = 0;
};

// The operator of the recording, and its configuration's name.
std::unique_ptr<ForwardOperator> operator_of(const GoldenCase& golden, const Shape& image) {
  const Json& options = golden.params().at("config").at("operators");
  const auto kind = options.at("operator_type").get<std::string>();
  if (kind == "colorizer") return std::make_unique<Grayscale>(GrayscaleOptions{}, image);
  if (kind == "downsampler")
    return std::make_unique<Downsampling>(
        DownsamplingOptions{options.at("downsampler").at("factor").get<std::int64_t>(),
                            DownsamplingKernel::bicubic},
        image);
  return std::make_unique<Inpainting>(MaskOptions{"mask"}, image,
                                      StateDict{{"mask", golden["mask"][0]}});
}

SolveOptions options_of(const GoldenCase& golden, const std::string& config) {
  SolveOptions options;
  from_json(read_json_file(std::filesystem::path(SGILO_SOURCE_DIR) / "configs/released" / config),
            options);
  const Json& recorded = golden.params().at("config");
  options.released.generator = golden.path(recorded.at("gen_ckpt").get<std::string>()).string();
  if (!recorded.at("gaussian_fit").is_null())
    options.released.styles = golden.path(recorded.at("gaussian_fit").get<std::string>()).string();
  options.released.style_score = golden.path("latent.pth").string();
  for (std::size_t layer = 1; layer < recorded.at("gen_configs").size(); ++layer)
    options.released.layer_scores.push_back(golden.path(concat("layer", layer, ".pth")).string());
  return options;
}

void expect_recorded_loop(const GoldenCase& golden, const std::string& config) {
  const SolveOptions options = options_of(golden, config);
  const Model model = load_model({.released = options.released}, options);
  const auto forward_operator = operator_of(golden, model.generator->image_shape());
  const Problem problem{.generator = model.generator.get(),
                        .forward_operator = forward_operator.get(),
                        .measurements = forward_operator->apply(golden["y"]),
                        .likelihood = Likelihood(make_noise(GaussianNoiseOptions{.sigma = 1})),
                        .priors = model.priors};

  LoopDraws draws(golden);
  const auto& released = std::get<ReleasedSgiloOptions>(options.solver);
  const ReleasedSgilo solver(released, [&](const Shape& shape) { return draws.next(shape); });
  SolverState state = solver.start(problem, row_keys(problem.measurements.size(0), released.chains), RandomStreams(1));
  EXPECT_TRUE(torch::equal(state.latent.at("styles"), torch::ones_like(golden["latent_z_init"])));
  state.latent.at("styles") = golden["latent_z_init"];
  for (std::size_t j = 0; state.latent.has(concat("noise_", j)); ++j)
    state.latent.at(concat("noise_", j)) = golden["noise_init_" + two_digits(j)];

  for (std::size_t round = 0; round < released.steps.size(); ++round) {
    for (int i = 0; i < released.steps[round]; ++i) {
      const std::string step = concat("r", round, "_i", i, "_");
      const auto expect = [&](const std::string& name, const Tensor& got) {
        if (golden.has_output(step + name)) golden.expect_loop(step + name, got);
      };
      const auto expect_variables = [&](const std::string& prefix, const LatentState& variables) {
        for (const Variable& x : variables.variables)
          if (x.role == Role::code)
            expect(prefix + "latent_z", x.value);
          else if (x.role == Role::layer)
            expect(prefix + "gen_out", x.value);
          else
            expect(prefix + "noise_" + two_digits(std::stoul(x.name.substr(6))), x.value);
      };
      const ReleasedSgilo::Loss loss = solver.loss(state, problem);
      expect("img", loss.image);
      expect("loss_MSE", loss.mse.mean());
      expect("loss_GEO", loss.geocross.mean());
      expect_variables("grad_", loss.gradient);
      solver.step(state, problem, RandomStreams(1));
      expect_variables("", state.latent);
    }
    const int next = static_cast<int>(round) + 1;
    golden.expect_loop(concat("r", round, "_intermediate_out"),
                       model.generator->advance(state.latent, next).at("features"));
  }
  EXPECT_TRUE(solver.finished(state));
  EXPECT_TRUE(draws.all_taken());
  golden.expect_everything_compared();
}

TEST(ReleasedLoop, RepeatsTheRecordedInpaintingThroughTheMappingNetwork) {
  SGILO_GOLDEN_CASE(golden, "05_loop_inpaint_mapping");
  expect_recorded_loop(golden, "inpaint_mapping.json");
}

TEST(ReleasedLoop, RepeatsTheRecordedColourisationThroughTheGaussianFit) {
  SGILO_GOLDEN_CASE(golden, "05_loop_color_proxy64");
  expect_recorded_loop(golden, "color_proxy.json");
}

TEST(ReleasedLoop, RepeatsTheRecordedSuperResolutionWithGeocross) {
  SGILO_GOLDEN_CASE(golden, "05_loop_sr_geocross");
  expect_recorded_loop(golden, "sr_geocross.json");
}

// What the released program writes of image 1: views of the batch's tensors, without a batch axis.
TEST(ReleasedLoop, ItsFilesAreReadAsTheyWereWritten) {
  SGILO_GOLDEN_CASE(golden, "05_loop_color_proxy64");
  const StateDict state = open_checkpoint(golden.path("x_latents.pt")).state();
  const Json& written = golden.manifest().at("latents_pt");
  const auto expect = [&](const std::string& name, const Json& facts) {
    const Tensor& x = require_tensor(state, name);
    EXPECT_EQ(x.sizes().vec(), facts.at("shape").get<Shape>()) << name;
    EXPECT_NEAR(x.sum(torch::kFloat64).item<double>(), facts.at("sum").get<double>(), 1e-3) << name;
  };
  expect("latent_z", written.at("latent_z"));
  for (std::size_t j = 0; j < written.at("bufs").size(); ++j)
    expect(concat("bufs.", j), written.at("bufs")[j]);
}

TEST(ReleasedLoop, ReadsTheGaussianFitOfTheStyles) {
  SGILO_GOLDEN_CASE(golden, "05c_misc");
  const auto fit =
      GaussianStyles::from_state(open_checkpoint(golden.path("gaussian_fit.pt")).state());
  golden.expect("gaussian_mean", fit.mean);
  golden.expect("gaussian_std", fit.std);
  golden.expect("proxy_w", fit.styles(golden["proxy_z"]));
}

}  // namespace
}  // namespace sgilo
