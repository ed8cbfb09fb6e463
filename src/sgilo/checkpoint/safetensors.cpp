#include "sgilo/checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "sgilo/checkpoint/byte_reader.h"
#include "sgilo/checkpoint/raw_tensor.h"
#include "sgilo/core/error.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

using HeaderJson = nlohmann::json;

constexpr std::uint64_t kLargestHeader = 100'000'000;  // bytes, the format's own limit
constexpr int kDeepestNesting = 3;                     // header > tensor > list of numbers

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

class HeaderReader {
 public:
  HeaderReader(const std::filesystem::path& path, std::uint64_t data_size)
      : path_(path), data_size_(data_size) {}

  HeaderJson parse(std::string_view text) const {
    if (!text.starts_with('{')) fail("the header must start with '{'");
    std::vector<std::set<std::string>> keys;  // of the objects that are open
    const auto check = [&](int depth, HeaderJson::parse_event_t event, HeaderJson& value) {
      using Event = HeaderJson::parse_event_t;
      if (event == Event::object_start || event == Event::array_start) {
        if (depth >= kDeepestNesting) fail("the header is nested too deeply");
        keys.emplace_back();
      } else if (event == Event::object_end || event == Event::array_end) {
        keys.pop_back();
      } else if (event == Event::key) {
        const auto key = value.get<std::string>();
        if (!keys.back().insert(key).second) fail(concat("the header names '", key, "' twice"));
      }
      return true;
    };
    try {
      return HeaderJson::parse(text, check);
    } catch (const nlohmann::json::parse_error& error) {
      fail(concat("the header is not JSON (byte ", 8 + error.byte, ")"));
    }
  }

  std::map<std::string, std::string> metadata(const HeaderJson& json) const {
    std::map<std::string, std::string> result;
    if (!json.is_object()) fail("__metadata__ must be an object of texts");
    for (const auto& item : json.items()) {
      if (!item.value().is_string()) fail(concat("__metadata__ '", item.key(), "' must be a text"));
      result[item.key()] = item.value().get<std::string>();
    }
    return result;
  }

  Entry entry(const std::string& name, const HeaderJson& json) const {
    Entry entry;
    entry.name = name;
    if (!json.is_object()) fail_tensor(name, "must be an object of dtype, shape and data_offsets");
    for (const auto& item : json.items())
      if (item.key() != "dtype" && item.key() != "shape" && item.key() != "data_offsets")
        fail_tensor(name, concat("has the unknown key '", item.key(), "'"));
    entry.type = type(name, json);
    const std::vector<std::uint64_t> shape = numbers(name, json, "shape");
    const std::vector<std::uint64_t> offsets = numbers(name, json, "data_offsets");
    if (offsets.size() != 2)
      fail_tensor(name, concat("must have two data_offsets, but has ", offsets.size()));
    entry.begin = offsets[0];
    entry.end = offsets[1];
    if (entry.begin > entry.end)
      fail_tensor(name, concat("ends at byte ", entry.end, ", before its start at ", entry.begin));
    const std::optional<std::uint64_t> bytes = byte_count(shape, entry.type);
    if (!bytes) fail_tensor(name, "has a shape whose number of bytes overflows 64 bits");
    entry.shape.assign(shape.begin(), shape.end());
    if (*bytes != entry.end - entry.begin)
      fail_tensor(name, concat("needs ", *bytes, " bytes for its type and shape, but has ",
                               entry.end - entry.begin));
    if (entry.end > data_size_)
      fail_tensor(name, concat("ends at byte ", entry.end, " of the data, but the file has only ",
                               data_size_, ": it is truncated"));
    return entry;
  }

  // `entries` in the order of the file must cover the data exactly.
  void require_cover(const std::vector<Entry>& entries) const {
    std::uint64_t position = 0;
    for (const Entry& entry : entries) {
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

  [[noreturn]] void fail(std::string_view text) const { throw format_error(path_, text); }
  [[noreturn]] void fail_tensor(std::string_view name, std::string_view text) const {
    fail(concat("tensor '", name, "' ", text));
  }

 private:
  torch::ScalarType type(const std::string& name, const HeaderJson& json) const {
    const auto found = json.find("dtype");
    if (found == json.end() || !found->is_string()) fail_tensor(name, "must have a dtype");
    const auto word = found->get<std::string>();
    for (const auto& [known, type] : kTypes)
      if (known == word) return type;
    fail_tensor(name, concat("has the unknown dtype '", word, "'; known: ", known_types()));
  }

  std::vector<std::uint64_t> numbers(const std::string& name, const HeaderJson& json,
                                     const char* key) const {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array())
      fail_tensor(name, concat("must have a list ", key));
    std::vector<std::uint64_t> result;
    for (const HeaderJson& number : *found) {
      if (!number.is_number_unsigned())
        fail_tensor(name, concat(key, " must be whole numbers from 0, but holds ", number.dump()));
      result.push_back(number.get<std::uint64_t>());
    }
    return result;
  }

  const std::filesystem::path& path_;
  std::uint64_t data_size_;
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
  const HeaderReader header(path, reader.remaining() - length);
  std::vector<Entry> entries;
  const HeaderJson json = header.parse(reader.take(length, "the header"));
  for (const auto& item : json.items()) {
    if (item.key() != "__metadata__") {
      entries.push_back(header.entry(item.key(), item.value()));
      continue;
    }
    for (const auto& [name, text] : header.metadata(item.value())) checkpoint.values[name] = text;
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  header.require_cover(entries);
  checkpoint.format = "safetensors";
  for (const Entry& entry : entries)
    checkpoint.tensors[entry.name] = {
        entry.type, entry.shape, contiguous_strides(entry.shape), 0,
        part_of(file, 8 + length + entry.begin, entry.end - entry.begin, where)};
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
