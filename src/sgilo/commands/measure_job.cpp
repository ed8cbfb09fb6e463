// A reference, or data that are damaged already, to a measurement file.
#include "sgilo/commands/job.h"
#include "sgilo/workflows/measure.h"

namespace sgilo {
namespace {

Json json_of(const MeasureOptions& options, const Measurement& measurement) {
  return {{"output", options.output},
          {"description", describe(measurement)},
          {"images", measurement.count()},
          {"operator", measurement.forward_operator->options()},
          {"noise", value_to_json(measurement.noise)},
          {"noise_estimated", measurement.noise_estimated},
          {"scalars_measured", measurement.scalars()},
          {"image_shape", measurement.forward_operator->image_shape()},
          {"seed", options.seed}};
}

std::string text_measure(const Json& result) {
  return concat(result.value("output", ""), ": ", result.value("description", ""), "\n");
}

// Measuring is cheaper than reading the images, so that its plan says all about the result.
Json plan_measure(const MeasureOptions& options, Observer& observer) {
  Json result = json_of(options, take_measurement(options, observer));
  result["plan"] = concat("would write ", text_measure(result));
  return result;
}

Json run_measure(const MeasureOptions& options, Observer& observer) {
  return json_of(options, measure(options, observer));
}

}  // namespace

Job measure_job() {
  return make_job<MeasureOptions>(
      {.name = "measure",
       .help = "applies an operator and noise to images and freezes the result in one file",
       .command = {.example = "sgilo measure face.png --operator inpaint:keep=0.05 --noise "
                              "gaussian:sigma=0.01 -o y.safetensors\n  sgilo measure --observed "
                              "damaged.png --operator mask:file=m.png -o y.safetensors",
                   .positional = "images",
                   .output = OutputKind::file}},
      plan_measure, run_measure, text_measure);
}

}  // namespace sgilo
