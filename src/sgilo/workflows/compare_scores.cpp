#include "sgilo/workflows/compare_scores.h"

#include "sgilo/data/file_kind.h"
#include "sgilo/metrics/perceptual.h"
#include "sgilo/metrics/psnr.h"
#include "sgilo/metrics/ssim.h"
#include "sgilo/models/lpips_files.h"
#include "sgilo/models/model.h"

namespace sgilo {

std::vector<std::size_t> Judges::metrics() const {
  std::vector<std::size_t> out = {0, 1, 2};
  if (!classifier.is_empty()) out.push_back(3);
  if (lpips) out.push_back(4);
  if (feature_script) out.push_back(5);
  return out;
}

Tensor Judges::script_features(const Tensor& images) const {
  const bool resized = feature_size > 0 && images.size(2) != feature_size;
  const Tensor input =
      resized ? torch::upsample_bilinear2d(images, {feature_size, feature_size}, false) : images;
  return feature_script->forward(input).flatten(1);
}

Judges judges_of(const CompareOptions& options) {
  if (options.lpips.empty() != options.lpips_backbone.empty())
    throw ConfigError(options.lpips.empty()
                          ? "lpips must name the file of LPIPS's weights (vgg.pth) when "
                            "lpips_backbone is stated, but is empty"
                          : "lpips_backbone must name the file of torchvision's VGG16 "
                            "(vgg16-397923af.pth) when lpips is stated, but is empty");
  Judges judges;
  if (!options.model.empty()) {
    judges.classifier = load_model({options.model}, {}).features;
    if (judges.classifier.is_empty())
      throw ConfigError(concat("model ", options.model,
                               " has no classifier, which the perceptual distance takes"));
  }
  if (!options.lpips.empty())
    judges.lpips = load_lpips(options.lpips, options.lpips_backbone, device_of(options.device));
  if (!options.feature_script.empty()) {
    require_kind(options.feature_script, kTorchScriptMeant, {FileKind::weights});
    judges.feature_script.emplace(options.feature_script, options.trust);
  }
  judges.feature_size = options.feature_size;
  return judges;
}

TrueImage reference_of(const Tensor& image, const Judges& judges) {
  const torch::NoGradGuard no_grad;
  TrueImage out{image, {}, {}};
  if (judges.lpips && image.size(1) >= Lpips::kSmallestSide)
    out.lpips_features = judges.lpips->features(image.clamp(-1, 1).unsqueeze(0));
  if (judges.feature_script)
    out.script_features = judges.script_features(image.clamp(-1, 1).unsqueeze(0));
  return out;
}

Scores scores_of(const Tensor& images, const TrueImage& reference, Judges& judges) {
  const torch::NoGradGuard no_grad;
  if (images.size(0) == 0) return {};
  const Tensor truth = reference.image.unsqueeze(0).expand_as(images).contiguous();
  const auto mean = [](const Tensor& x) { return x.mean().item<double>(); };
  Scores out;
  out.mse = mean(mean_squared_error(images, truth));
  out.psnr = mean(psnr(images, truth));
  out.ssim = images.size(2) < 11 ? NAN : mean(ssim(images, truth));
  if (!judges.classifier.is_empty())
    out.perceptual = mean(perceptual_distance(judges.classifier, images, truth));
  if (!reference.lpips_features.empty()) {
    out.lpips = 0;
    for (const Tensor& row : images.clamp(-1, 1).split(1))  // one by one: features are large
      out.lpips += judges.lpips->per_layer(judges.lpips->features(row), reference.lpips_features)
                       .sum()
                       .item<double>() /
                   static_cast<double>(images.size(0));
  }
  if (reference.script_features.defined())
    out.cosine = mean(torch::cosine_similarity(judges.script_features(images.clamp(-1, 1)),
                                               reference.script_features));
  return out;
}

}  // namespace sgilo
