#include "sgilo/checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sgilo/checkpoint/byte_reader.h"
#include "sgilo/checkpoint/raw_tensor.h"
#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

using HeaderJson = nlohmann::json;

constexpr std::uint64_t kLargestHeader = 100'000'000;  // bytes, the format's own limit
constexpr std::string_view kMetadata = "__metadata__";

constexpr std::array<std::pair<std::string_view, torch::ScalarType>, 11> kTypes{{
    {"F64", torch::kFloat64},
    {"F32", torch::kFloat32},
    {"F16", torch::kFloat16},
    {"BF16", torch::kBFloat16},
    {"I64", torch::kInt64},
    {"I32", torch::kInt32},
    {"I16", torch::kInt16},
    {"I8", torch::kInt8},
    {"U8", torch::kUInt8},
    {"BOOL", torch::kBool},
    {"C64", torch::kComplexFloat},
}};

std::string known_types() {
  std::vector<std::string> names;
  for (const auto& [name, type] : kTypes) names.emplace_back(name);
  return join(names);
}

struct Entry {
  std::string name;
  torch::ScalarType type = torch::kFloat32;
  Shape shape;
  std::uint64_t begin = 0;  // bytes after the header
  std::uint64_t end = 0;
};

// Takes the header's JSON piece by piece, so that no tree of it is ever built: what the format does
// not allow is refused where it stands, and time is linear in the bytes.
class HeaderReader : public nlohmann::json_sax<HeaderJson> {
 public:
  HeaderReader(const std::filesystem::path& path, std::uint64_t data_size)
      : path_(path), data_size_(data_size) {}

  // Fills entries() and metadata().
  void read(std::string_view text) {
    if (!text.starts_with('{')) fail("the header must start with '{'");
    HeaderJson::sax_parse(text, this);
  }
  std::vector<Entry>& entries() { return entries_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  // The entries in the order of the file must cover the data exactly.
  void require_cover() {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t position = 0;
    for (const Entry& entry : entries_) {
      if (entry.begin < position)
        fail_tensor(entry.name, concat("starts at byte ", entry.begin,
                                       " of the data, inside the tensor before it"));
      if (entry.begin > position)
        fail_tensor(entry.name, concat("starts at byte ", entry.begin, " of the data, but byte ",
                                       position, " belongs to no tensor"));
      position = entry.end;
    }
    if (position != data_size_)
      fail(concat(data_size_ - position, " bytes behind the last tensor belong to none"));
  }

  // What the parser calls. `true`: go on.
  bool null() override {
    if (place_ != Place::header || name_ != kMetadata) refuse_value("null");
    return true;  // "__metadata__": null, as some programs write for none
  }
  bool boolean(bool value) override { return refuse_value(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return refuse_value(concat(value)); }
  bool number_unsigned(std::uint64_t value) override {
    if (place_ != Place::numbers) return refuse_value(concat(value));
    numbers_.push_back(value);
    return true;
  }
  bool number_float(double, const std::string& text) override { return refuse_value(text); }
  bool string(std::string& value) override {
    if (place_ == Place::metadata)
      metadata_[key_] = std::move(value);
    else if (place_ == Place::tensor && key_ == "dtype")
      dtype_ = std::move(value);
    else
      refuse_value(concat("'", value, "'"));
    return true;
  }
  bool binary(HeaderJson::binary_t&) override { return refuse_value("bytes"); }

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) {
      place_ = Place::header;
    } else if (place_ == Place::header) {
      place_ = name_ == kMetadata ? Place::metadata : Place::tensor;
      // clear() and = {} would pass over the buckets of the largest object so far
      inner_keys_ = std::unordered_set<std::string>();
      dtype_.reset();
      shape_.reset();
      offsets_.reset();
    } else {
      refuse_container();
    }
    return true;
  }
  bool key(std::string& value) override {
    std::unordered_set<std::string>& known = place_ == Place::header ? names_ : inner_keys_;
    if (!known.insert(value).second) fail(concat("the header names '", value, "' twice"));
    if (place_ == Place::header) {
      if (!is_printable(value))
        fail_tensor(value, "has a name with a character that controls, hides or reverses text");
      name_ = std::move(value);
      return true;
    }
    if (place_ == Place::tensor && value != "dtype" && value != "shape" && value != "data_offsets")
      fail_tensor(name_, concat("has the unknown key '", value, "'"));
    key_ = std::move(value);
    return true;
  }
  bool end_object() override {
    if (place_ == Place::tensor) enter();
    place_ = place_ == Place::header ? Place::outside : Place::header;
    return true;
  }
  bool start_array(std::size_t) override {
    if (place_ != Place::tensor || key_ == "dtype") refuse_container();
    place_ = Place::numbers;
    numbers_.clear();
    return true;
  }
  bool end_array() override {
    place_ = Place::tensor;
    (key_ == "shape" ? shape_ : offsets_) = std::move(numbers_);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    if (dynamic_cast<const HeaderJson::out_of_range*>(&error))
      fail(concat("the header holds a number that is too large (byte ", 8 + position, ")"));
    fail(concat("the header is not JSON (byte ", 8 + position, ")"));
  }

 private:
  enum class Place { outside, header, metadata, tensor, numbers };

  [[noreturn]] void fail(std::string_view text) const { throw format_error(path_, text); }
  [[noreturn]] void fail_tensor(std::string_view name, std::string_view text) const {
    fail(concat("tensor '", name, "' ", text));
  }

  // A value where the format has none of its kind.
  bool refuse_value(const std::string& value) const {
    switch (place_) {
      case Place::header:
        if (name_ == kMetadata) fail("__metadata__ must be an object of texts");
        fail_tensor(name_, "must be an object of dtype, shape and data_offsets");
      case Place::metadata:
        fail(concat("__metadata__ '", key_, "' must be a text"));
      case Place::tensor:
        if (key_ == "dtype") fail_tensor(name_, "must have a dtype");
        fail_tensor(name_, concat("must have a list ", key_));
      case Place::numbers:
        fail_tensor(name_, concat(key_, " must be whole numbers from 0, but holds ",
                                  value.size() > 40 ? value.substr(0, 40) + ".." : value));
      default:
        fail("the header must start with '{'");
    }
  }
  void refuse_container() const {
    if (place_ == Place::numbers) fail("the header is nested too deeply");
    refuse_value("");
  }

  // The tensor whose object ends here.
  void enter() {
    if (!dtype_) fail_tensor(name_, "must have a dtype");
    if (!shape_) fail_tensor(name_, "must have a list shape");
    if (!offsets_) fail_tensor(name_, "must have a list data_offsets");
    Entry entry;
    entry.name = name_;
    entry.type = type();
    if (offsets_->size() != 2)
      fail_tensor(name_, concat("must have two data_offsets, but has ", offsets_->size()));
    entry.begin = (*offsets_)[0];
    entry.end = (*offsets_)[1];
    if (entry.begin > entry.end)
      fail_tensor(name_, concat("ends at byte ", entry.end, ", before its start at ", entry.begin));
    if (shape_->size() > kMostAxes)
      fail_tensor(
          name_, concat("has ", shape_->size(), " axes, but at most ", kMostAxes, " are accepted"));
    const std::optional<std::uint64_t> bytes = byte_count(*shape_, entry.type);
    if (!bytes) fail_tensor(name_, "has a shape whose number of bytes overflows 64 bits");
    if (*bytes != entry.end - entry.begin)
      fail_tensor(name_, concat("needs ", *bytes, " bytes for its type and shape, but has ",
                                entry.end - entry.begin));
    if (entry.end > data_size_)
      fail_tensor(name_, concat("ends at byte ", entry.end, " of the data, but the file has only ",
                                data_size_, ": it is truncated"));
    entry.shape.assign(shape_->begin(), shape_->end());
    entries_.push_back(std::move(entry));
  }
  torch::ScalarType type() const {
    for (const auto& [known, type] : kTypes)
      if (known == *dtype_) return type;
    fail_tensor(name_, concat("has the unknown dtype '", *dtype_, "'; known: ", known_types()));
  }

  const std::filesystem::path& path_;
  std::uint64_t data_size_;
  std::vector<Entry> entries_;
  std::map<std::string, std::string> metadata_;

  Place place_ = Place::outside;
  std::string name_, key_;  // of the header's and of an inner object's entry that is read
  std::unordered_set<std::string> names_, inner_keys_;
  std::vector<std::uint64_t> numbers_;
  std::optional<std::string> dtype_;
  std::optional<std::vector<std::uint64_t>> shape_, offsets_;
};

std::string_view type_name(const std::string& name, const Tensor& tensor) {
  for (const auto& [word, type] : kTypes)
    if (type == tensor.scalar_type()) return word;
  throw ConfigError(concat("tensor '", name, "' has type ", tensor.scalar_type(),
                           ", but a safetensors file holds ", known_types()));
}

}  // namespace

bool is_safetensors(std::string_view start) {
  if (start.size() < 9 || start[8] != '{') return false;
  std::uint64_t length = 0;
  std::memcpy(&length, start.data(), sizeof(length));
  return length <= kLargestHeader;
}

void read_safetensors_entries(const Bytes& file, Checkpoint& checkpoint) {
  const std::filesystem::path& path = checkpoint.path;
  const std::string where = is_standard_stream(path) ? "stdin" : path.string();
  if (file->size() < 8)
    throw format_error(path, concat("is no safetensors file: it has ", file->size(),
                                    " bytes, but the header's length alone takes 8"));
  ByteReader reader(file, where);
  const auto length = reader.number<std::uint64_t>("the header's length");
  if (length > kLargestHeader)
    throw format_error(path, concat("is no safetensors file: its header would have ", length,
                                    " bytes, but at most ", kLargestHeader, " are accepted"));
  if (length > reader.remaining())
    throw format_error(path, concat("is truncated: its header has ", length, " bytes, but only ",
                                    reader.remaining(), " are left"));
  HeaderReader header(path, reader.remaining() - length);
  header.read(reader.take(length, "the header"));
  for (const auto& [name, text] : header.metadata()) checkpoint.values[name] = text;
  header.require_cover();
  checkpoint.format = "safetensors";
  for (Entry& entry : header.entries()) {
    TensorEntry& tensor = checkpoint.tensors[std::move(entry.name)];
    tensor.type = entry.type;
    tensor.strides = contiguous_strides(entry.shape);
    tensor.sizes = std::move(entry.shape);
    tensor.storage = part_of(file, 8 + length + entry.begin, entry.end - entry.begin, where);
  }
}

SafetensorsFile read_safetensors(const std::filesystem::path& path) {
  return read_safetensors(file_bytes(path), path);
}

SafetensorsFile read_safetensors(const Bytes& bytes, const std::filesystem::path& path) {
  Checkpoint checkpoint;
  checkpoint.path = path;
  read_safetensors_entries(bytes, checkpoint);
  SafetensorsFile result{checkpoint.state(), {}};
  for (const auto& [name, value] : checkpoint.values)
    result.metadata[name] = value.get<std::string>();
  return result;
}

void write_safetensors(const std::filesystem::path& path, const StateDict& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<std::pair<std::string, Tensor>> ordered;
  for (const auto& [name, tensor] : tensors) {
    if (name == "__metadata__")
      throw ConfigError("a safetensors file cannot hold a tensor named '__metadata__'");
    if (!is_printable(name))
      throw ConfigError(concat("tensor '", escaped(name),
                               "' has a control character in its name, which is not written"));
    if (!tensor.defined()) throw ConfigError(concat("tensor '", name, "' is undefined"));
    ordered.emplace_back(name, tensor);
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return a.second.element_size() > b.second.element_size();
  });

  HeaderJson json = HeaderJson::object();
  if (!metadata.empty()) json["__metadata__"] = metadata;
  std::uint64_t position = 0;
  for (const auto& [name, tensor] : ordered) {
    const std::uint64_t bytes = static_cast<std::uint64_t>(tensor.numel()) * tensor.element_size();
    json[name] = {{"dtype", type_name(name, tensor)},
                  {"shape", tensor.sizes().vec()},
                  {"data_offsets", {position, position + bytes}}};
    position += bytes;
  }
  std::string text;
  try {
    text = json.dump();
  } catch (const nlohmann::json::type_error&) {
    throw ConfigError(concat(path.string(), ": names and metadata must be valid UTF-8"));
  }
  text.append((8 - text.size() % 8) % 8, ' ');

  AtomicFile file(path);
  const std::uint64_t length = text.size();
  file.write(&length, sizeof(length));
  file.write(text);
  for (const auto& [name, tensor] : ordered) {
    const Tensor contiguous = tensor.detach().cpu().contiguous();
    file.write(contiguous.data_ptr(), contiguous.nbytes());
  }
  file.commit();
}

}  // namespace sgilo
