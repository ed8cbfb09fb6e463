#include "sgilo/runs/measurement.h"

#include <algorithm>
#include <set>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/parse_json.h"
#include "sgilo/core/real_numbers.h"
#include "sgilo/core/shape.h"
#include "sgilo/core/utf8.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/machine/build_info.h"
#include "sgilo/operators/operator_size.h"
#include "sgilo/runs/measurement_note.h"

namespace sgilo {
namespace {

constexpr const char* kFormat = "sgilo measurement 1";

using Metadata = std::map<std::string, std::string>;

const std::string& entry(const Metadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) throw FormatError(concat("entry '", key, "' is missing"));
  return found->second;
}

Json json_entry(const Metadata& metadata, const std::string& key) {
  return parse_json(entry(metadata, key), concat("entry '", key, "'"));
}

template <class T>
T value_entry(const Metadata& metadata, const std::string& key) {
  T value{};
  value_from_json(json_entry(metadata, key), value, key, key);
  return value;
}

// Names become those of folders and files.
constexpr std::size_t kLongestName = 200;  // bytes; file systems take 255, with an ending

bool can_stand_in_a_name(char letter) {
  const auto c = static_cast<unsigned char>(letter);
  return c != '/' && c >= 0x20 && c != 0x7f;
}

bool can_name_an_image(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), can_stand_in_a_name);
}

// The nearest name that can.
std::string image_name(std::string name) {
  const bool utf8 = is_utf8(name);
  for (char& letter : name)
    if (!can_stand_in_a_name(letter) || (!utf8 && static_cast<unsigned char>(letter) >= 0x80))
      letter = '_';
  if (name.size() > kLongestName - 20) name.resize(kLongestName - 20);  // room for a number
  while (!is_utf8(name)) name.pop_back();                               // half of a letter
  return name.empty() || name[0] == '.' ? "image" : name;
}

void require_framing_inside(const ImageFraming& framing, const std::string& name) {
  const bool inside = framing.side <= framing.height && framing.side <= framing.width &&
                      framing.top <= framing.height - framing.side &&
                      framing.left <= framing.width - framing.side;
  if (!inside)
    throw FormatError(concat("entry 'images': the square of '", name, "' leaves its picture of ",
                             framing.width, " x ", framing.height, " pixels"));
}

std::vector<MeasuredImage> images_from(const Json& list) {
  std::vector<MeasuredImage> images;
  std::set<std::string> names;
  if (!list.is_array()) throw FormatError("entry 'images' must be a list");
  for (const Json& json : list) {
    if (!json.is_object() || !json.contains("name") || !json["name"].is_string() ||
        !json.contains("framing"))
      throw FormatError("entry 'images' must name each image and its framing");
    MeasuredImage image{json["name"].get<std::string>(), {}};
    if (!can_name_an_image(image.name))
      throw FormatError(concat("entry 'images': '", image.name, "' cannot name an image"));
    if (!names.insert(image.name).second)
      throw FormatError(concat("entry 'images' names '", image.name, "' twice"));
    from_json(json["framing"], image.framing, "framing.");
    require_framing_inside(image.framing, image.name);
    images.push_back(std::move(image));
  }
  return images;
}

// How many numbers an operator may take that is made of this file: those of images that are 256 times
// larger than what was measured of them (downsampling by 16), and 64 MiB for small files.
std::int64_t most_numbers(const StateDict& tensors) {
  std::int64_t held = 0;
  for (const auto& [name, tensor] : tensors) held += tensor.numel();
  return std::max(std::int64_t{1} << 24, 256 * held);
}

Measurement measurement_from(const SafetensorsFile& file) {
  const auto format = file.metadata.find("format");
  if (format == file.metadata.end() || format->second != kFormat)
    throw FormatError("is no measurement; make one with 'sgilo measure'");
  Measurement out;
  const auto shape = value_entry<Shape>(file.metadata, "image_shape");
  if (shape.size() != 3 || *std::min_element(shape.begin(), shape.end()) < 1)
    throw FormatError(
        concat("entry 'image_shape' must be three positive numbers, but is ", shape_text(shape)));
  const Json forward_operator = json_entry(file.metadata, "operator");
  require_modest_size(read_operator(forward_operator), shape, most_numbers(file.tensors));
  out.forward_operator =
      restore_operator(forward_operator, with_prefix_removed(file.tensors, "operator."), shape);
  out.noise = read_noise(json_entry(file.metadata, "noise"));
  out.noise_estimated = value_entry<bool>(file.metadata, "noise_estimated");
  out.observed = value_entry<bool>(file.metadata, "observed");
  out.seed = value_entry<std::int64_t>(file.metadata, "seed");
  out.images = images_from(json_entry(file.metadata, "images"));
  out.values = as_float32(require_tensor(file.tensors, "y"), "tensor 'y'");
  Shape expected = out.forward_operator->measurement_shape();
  expected.insert(expected.begin(), out.count());
  require_shape("tensor 'y'", out.values, expected);
  require_finite("tensor 'y'", out.values);
  if (out.images.empty()) throw FormatError("holds no image");
  return out;
}

}  // namespace

std::int64_t Measurement::scalars() const { return values.numel() / count(); }

std::vector<std::string> image_names(const std::vector<std::filesystem::path>& files) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const std::filesystem::path& file : files) {
    const std::string base = image_name(file.stem().string());
    std::string name = base;
    for (int i = 2; !taken.insert(name).second; ++i) name = concat(base, "-", i);
    names.push_back(name);
  }
  return names;
}

Measurement measure_pictures(const Tensor& pictures, std::vector<MeasuredImage> images,
                             const OperatorOptions& forward_operator, const NoiseOptions& noise,
                             std::int64_t seed, const OperatorFiles& files) {
  const RandomStreams streams(static_cast<std::uint64_t>(seed));
  Measurement out;
  out.forward_operator =
      make_operator(forward_operator, pictures[0].sizes().vec(), streams.child("operator"), files);
  out.noise = noise;
  out.images = std::move(images);
  out.seed = seed;
  std::vector<RandomStreams> rows;
  for (std::int64_t i = 0; i < pictures.size(0); ++i)
    rows.push_back(streams.child("noise").child(static_cast<std::uint64_t>(i)));
  out.values = make_noise(noise)->sample(out.forward_operator->apply(pictures), rows);
  return out;
}

void write_measurement(const std::filesystem::path& path, const Measurement& measurement) {
  StateDict tensors = with_prefix(measurement.forward_operator->state(), "operator.");
  tensors["y"] = measurement.values;
  Json images = Json::array();
  for (const MeasuredImage& image : measurement.images)
    images.push_back({{"name", image.name}, {"framing", to_json(image.framing)}});
  Metadata metadata{{"format", kFormat},
                    {"operator", measurement.forward_operator->options().dump()},
                    {"noise", value_to_json(measurement.noise).dump()},
                    {"noise_estimated", measurement.noise_estimated ? "true" : "false"},
                    {"observed", measurement.observed ? "true" : "false"},
                    {"image_shape", Json(measurement.forward_operator->image_shape()).dump()},
                    {"images", images.dump()},
                    {"seed", concat(measurement.seed)},
                    {"version", project_version()},
                    {"commit", project_commit()}};
  if (const std::string note = measurement_note(measurement); !note.empty())
    metadata["note"] = note;
  write_safetensors(path, tensors, metadata);
}

Measurement read_measurement(const std::filesystem::path& path) {
  return read_measurement(file_bytes(path), path);
}

Measurement read_measurement(const Bytes& bytes, const std::filesystem::path& path) {
  require_kind(path, "a measurement is meant", {FileKind::measurement, FileKind::safetensors});
  const SafetensorsFile file = read_safetensors(bytes, path);
  try {
    return measurement_from(file);
  } catch (const Error& error) {  // whatever is wrong here is the file's content
    throw format_error(path, error.what());
  }
}

}  // namespace sgilo
