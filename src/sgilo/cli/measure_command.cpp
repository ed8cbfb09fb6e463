// sgilo measure: a reference, or data that are damaged already, to a measurement file.
#include "sgilo/cli/verb.h"
#include "sgilo/core/shape.h"
#include "sgilo/workflows/measure.h"

namespace sgilo {
namespace {

Outcome act(const MeasureOptions& stated, Console& console) {
  MeasureOptions options = stated;
  const bool noise_stated = console.given.contains("noise");
  if (options.observed && options.estimate_noise && noise_stated)
    throw ConfigError(
        "noise must not be stated beside estimate_noise, which finds sigma in the data");
  if (options.observed && !noise_stated) options.estimate_noise = true;
  const Measurement measurement = measure(options, *console.observer);
  const std::string what =
      concat(measurement.count(), " image(s), ", measurement.forward_operator->describe(), ", ",
             NoiseModel(measurement.noise).describe(),
             measurement.noise_estimated ? " (sigma estimated)" : "", ": ", measurement.scalars(),
             " numbers of each image ", shape_text(measurement.forward_operator->image_shape()));
  if (!console.dry_run) write_measurement(options.output, measurement);
  Outcome out;
  out.text = concat(console.dry_run ? "would write " : "", options.output, ": ", what, "\n");
  out.json = {{"output", options.output},
              {"images", measurement.count()},
              {"operator", measurement.forward_operator->options()},
              {"noise", value_to_json(measurement.noise)},
              {"noise_estimated", measurement.noise_estimated},
              {"scalars_measured", measurement.scalars()},
              {"image_shape", measurement.forward_operator->image_shape()},
              {"seed", options.seed}};
  return out;
}

}  // namespace

Verb measure_verb() {
  return make_verb<MeasureOptions>(
      {"measure",
       "applies an operator and noise to images and freezes the result in one file",
       "sgilo measure face.png --operator inpaint:keep=0.05 --noise gaussian:sigma=0.01 -o "
       "y.safetensors\n  sgilo measure --observed damaged.png --operator mask:file=m.png -o "
       "y.safetensors",
       "images",
       {},
       false,
       OutputKind::file},
      act);
}

}  // namespace sgilo
