// The recorded predictor and corrector calls and sampler runs of the golden data (section 4), as
// their manifests list them, for whichever score function a test has.
#pragma once

#include <memory>

#include "sgilo/released/released_samplers.h"
#include "support/golden_case.h"
#include "support/released_likelihood.h"

namespace sgilo {

// draws [count, ...], one after the other. Draws of another shape, too few and too many fail the
// test.
class RecordedDraws {
 public:
  explicit RecordedDraws(Tensor draws) : draws_(std::move(draws)) {}
  ~RecordedDraws() { EXPECT_EQ(next_, draws_.size(0)) << "recorded draws were not all taken"; }
  RecordedDraws(const RecordedDraws&) = delete;
  RecordedDraws& operator=(const RecordedDraws&) = delete;

  // Valid as long as this object.
  DrawSource source() {
    return [this](const Shape& shape) {
      const Tensor draw = draws_[next_++];
      EXPECT_EQ(draw.sizes(), torch::IntArrayRef(shape));
      return draw;
    };
  }

 private:
  Tensor draws_;
  std::int64_t next_ = 0;
};

// "VPSDE", "SubVPSDE", "VESDE", or without "SDE".
inline Sde recorded_sde(const std::string& name, int scales) {
  SdeOptions options;
  options.kind = name.starts_with("VP")      ? SdeKind::vp
                 : name.starts_with("SubVP") ? SdeKind::subvp
                                             : SdeKind::ve;
  options.scales = scales;
  return Sde(options);
}

using ScoreOfSde = std::function<ScoreFunction(const Sde&)>;

// Every call of case 04b_updates whose model is `model`, from x.
inline void expect_recorded_updates(const GoldenCase& golden, const std::string& model,
                                    const ScoreOfSde& score_of, const Tensor& x) {
  for (const Json& check : golden.manifest().at("checks")) {
    if (check.value("model", "") != model) continue;
    const std::string tag = check.at("tag"), name = check.at("name");
    const Sde sde = recorded_sde(check.at("sde"), check.at("N"));
    const ScoreFunction score = score_of(sde);
    const double t = check.at("t"), snr = check.at("snr");
    const Tensor noise = golden[tag + "_noise"];
    Update update{x, x};
    if (check.at("kind") == "predictor")
      update =
          predict(from_word<Predictor>("predictor", name), score, sde, x,
                  sde.discrete_transition(t), noise[0], check.at("probability_flow").get<bool>());
    else
      for (int step = 0; step < check.at("n_steps").get<int>(); ++step)
        update = correct(from_word<Corrector>("corrector", name), score, sde, update.x, t, snr,
                         noise[step], true);
    golden.expect(tag + "_x", update.x);
    golden.expect(tag + "_xmean", update.mean);
  }
}

inline Tensor recorded_run(const GoldenCase& golden, const Json& run, const ScoreOfSde& score_of) {
  const Sde sde = recorded_sde(run.at("sde"), run.at("N"));
  const ScoreFunction score = score_of(sde);
  const Json& arguments = run.at("kwargs");
  ReleasedSamplerOptions options;
  options.predictor = from_word<Predictor>("predictor", std::string(arguments.at("predictor")));
  options.corrector = from_word<Corrector>("corrector", std::string(arguments.at("corrector")));
  options.corrector_steps = arguments.value("n_steps", 1);
  options.snr = arguments.at("snr");
  options.hot_steps = arguments.value("hot_steps", 1);
  options.denoise = arguments.value("denoise", true);
  options.probability_flow = arguments.at("probability_flow");
  if (!run.at("t_index").is_null()) options.t_index = run.at("t_index");

  const Tensor x = golden[run.at("input")];
  RecordedDraws draws(golden[std::string(run.at("tag")) + "_draws"]);
  if (run.at("sampling_method") == "reverse_pc")
    return released_reverse_sampler(score, sde, x, options, draws.source());
  if (arguments.value("prior_sampler", false))
    return released_prior_sampler(score, sde, golden["t_data"], options, draws.source());
  if (arguments.value("hot_sampler", false))
    return released_hot_sampler(score, sde, x, options, draws.source());
  return released_cold_sampler(score, sde, x.sizes().vec(), options, draws.source());
}

// Every run of case 04c_samplers whose model is `model`.
inline void expect_recorded_runs(const GoldenCase& golden, const std::string& model,
                                 const ScoreOfSde& score_of) {
  for (const Json& run : golden.manifest().at("runs"))
    if (run.at("model") == model)
      golden.expect(std::string(run.at("tag")) + "_out", recorded_run(golden, run, score_of));
}

// A drift at x for each of the recorded times: [times, N, ...].
inline void expect_recorded_drift(const GoldenCase& golden, const std::string& output,
                                  decltype(probability_flow_drift)& drift,
                                  const ScoreFunction& score, const Sde& sde, const Tensor& x) {
  std::vector<Tensor> values;
  for (const double t : golden.params().at("t_values"))
    values.push_back(drift(score, sde, x, time_of_rows(t, x)));
  golden.expect(output, torch::stack(values));
}

// likelihood_<name>_z and _bpd.
inline void expect_recorded_likelihood(const GoldenCase& golden, const std::string& name,
                                       const ScoreFunction& score, const Sde& sde, const Tensor& x,
                                       int evaluations) {
  const std::string prefix = "likelihood_" + name;
  const FlowDensity got =
      released_likelihood(score, sde, x, golden[prefix + "_epsilon"], evaluations);
  golden.expect(prefix + "_z", got.latent);
  golden.expect(prefix + "_bpd",
                bits_per_dimension(got.log_density, x[0].numel(), kReleasedBitsOffset));
}

// <name>, with the probe <name>_eps.
inline void expect_recorded_divergence(const GoldenCase& golden, const std::string& name,
                                       const ScoreFunction& score, const Sde& sde,
                                       const Tensor& x) {
  const Tensor probe = golden[name + "_eps"];
  golden.expect(name, flow_slope(score, sde, x, time_of_rows(0.3, x), probe.unsqueeze(0)).trace);
}

// The outputs of a case that need the score network, or all the others.
inline std::set<std::string> outputs_of_network(const GoldenCase& golden, bool network) {
  std::set<std::string> names;
  for (const std::string& name : golden.outputs())
    if ((name.find("vit") != std::string::npos) == network) names.insert(name);
  return names;
}

}  // namespace sgilo
