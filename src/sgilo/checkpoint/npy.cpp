#include "sgilo/checkpoint/npy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "sgilo/checkpoint/byte_reader.h"
#include "sgilo/checkpoint/raw_tensor.h"
#include "sgilo/core/error.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

constexpr std::string_view kMagic{"\x93NUMPY", 6};
constexpr std::uint64_t kLargestHeader = 1 << 20;  // bytes; real ones have about a hundred

constexpr std::array<std::pair<std::string_view, torch::ScalarType>, 11> kTypes{{
    {"<f8", torch::kFloat64},
    {"<f4", torch::kFloat32},
    {"<f2", torch::kFloat16},
    {"<i8", torch::kInt64},
    {"<i4", torch::kInt32},
    {"<i2", torch::kInt16},
    {"|i1", torch::kInt8},
    {"|u1", torch::kUInt8},
    {"|b1", torch::kBool},
    {"<c8", torch::kComplexFloat},
    {"<c16", torch::kComplexDouble},
}};

std::string known_types() {
  std::vector<std::string> names;
  for (const auto& [name, type] : kTypes) names.emplace_back(name);
  return join(names);
}

// Of an array that is whole, but of a type that is not read.
struct Unread {
  std::string why;
};

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

// Reads the one dictionary that the format allows; nothing of Python is evaluated.
class DictionaryReader {
 public:
  DictionaryReader(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  Header read() {
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<std::vector<std::uint64_t>> shape;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !descr)
        descr = description();
      else if (key == "fortran_order" && !fortran_order)
        fortran_order = truth();
      else if (key == "shape" && !shape)
        shape = numbers();
      else
        fail(concat("has the key '", key, "', unknown or repeated, in its header"));
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (position_ != text_.size()) fail_here();
    if (!descr || !fortran_order || !shape)
      fail("must have descr, fortran_order and shape in its header");
    return {*descr, *fortran_order, *shape};
  }

 private:
  [[noreturn]] void fail(std::string_view text) const { throw format_error(where_, text); }
  [[noreturn]] void fail_here() const {
    fail(concat("has a header that cannot be read at its character ", position_));
  }
  char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }
  void skip_space() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\t') ++position_;
  }
  bool accept(char wanted) {
    skip_space();
    if (peek() != wanted) return false;
    ++position_;
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) fail_here();
  }
  bool accept_word(std::string_view word) {
    skip_space();
    if (!text_.substr(position_).starts_with(word)) return false;
    position_ += word.size();
    return true;
  }

  std::string quoted() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote, position_);
    if (end == std::string_view::npos) fail_here();
    const std::string_view word = text_.substr(position_, end - position_);
    position_ = end + 1;
    return std::string(word);
  }

  std::string description() {
    skip_space();
    if (peek() == '[')
      throw Unread{"holds records of named fields, but a plain array of numbers is needed"};
    return quoted();
  }

  bool truth() {
    if (accept_word("True")) return true;
    if (!accept_word("False")) fail_here();
    return false;
  }

  std::vector<std::uint64_t> numbers() {
    std::vector<std::uint64_t> result;
    expect('(');
    while (!accept(')')) {
      skip_space();
      std::uint64_t number = 0;
      const char* begin = text_.data() + position_;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), number);
      if (error != std::errc() || result.size() == kMostAxes) fail_here();
      result.push_back(number);
      position_ += static_cast<std::size_t>(end - begin);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return result;
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t position_ = 0;
};

torch::ScalarType type_of(const std::string& descr) {
  if (const auto known = npy_type(descr)) return *known;
  const char kind = descr.size() < 2 ? '?' : descr[1];
  if (kind == 'U' || kind == 'S' || kind == 'a') throw Unread{"holds texts, but numbers are read"};
  if (kind == 'M' || kind == 'm') throw Unread{"holds dates or times, but numbers are read"};
  if (descr.starts_with('>'))
    throw Unread{concat("is big-endian ('", descr,
                        "'), but only little-endian arrays are read: save it as '<",
                        descr.substr(1), "'")};
  if (kind == 'O') throw Unread{"holds Python objects, which are never read"};
  throw Unread{concat("holds numbers of type '", descr.substr(0, 40), "'; known: ", known_types())};
}

// Leaves the reader where the numbers start.
Header read_header(ByteReader& reader, const std::string& where) {
  const auto fail = [&](const std::string& text) { throw format_error(where, text); };
  if (reader.remaining() < kMagic.size() || reader.take(kMagic.size(), "the magic word") != kMagic)
    fail("is no .npy file");
  const int major = reader.number<std::uint8_t>("the version");
  const int minor = reader.number<std::uint8_t>("the version");
  if (major < 1 || major > 3 || minor != 0)
    fail(concat("has version ", major, ".", minor, " of the .npy format; known: 1.0, 2.0, 3.0"));
  const std::uint64_t length = major == 1 ? reader.number<std::uint16_t>("the header's length")
                                          : reader.number<std::uint32_t>("the header's length");
  if (length > kLargestHeader)
    fail(concat("has a header of ", length, " bytes, but at most ", kLargestHeader,
                " are accepted"));
  return DictionaryReader(std::string(reader.take(length, "the header")), where).read();
}

}  // namespace

std::optional<torch::ScalarType> npy_type(std::string_view description) {
  for (const auto& [name, type] : kTypes)
    if (name == description) return type;
  return std::nullopt;
}

bool is_npy(std::string_view start) { return start.starts_with(kMagic); }

void read_npy_entry(const Bytes& bytes, const std::string& where, const std::string& name,
                    Checkpoint& checkpoint) {
  const auto fail = [&](const std::string& text) { throw format_error(where, text); };
  ByteReader reader(bytes, where);
  TensorEntry entry;
  Header header;
  try {
    header = read_header(reader, where);
    entry.type = type_of(header.descr);
  } catch (const Unread& array) {
    checkpoint.unread[name] = array.why;
    return;
  }
  const std::optional<std::uint64_t> needed = byte_count(header.shape, entry.type);
  if (!needed) fail("has a shape whose number of bytes overflows 64 bits");
  if (*needed != reader.remaining())
    fail(concat("needs ", *needed, " bytes for its type and shape, but has ", reader.remaining(),
                *needed > reader.remaining() ? ": it is truncated" : ""));
  entry.sizes.assign(header.shape.begin(), header.shape.end());
  entry.strides =
      header.fortran_order ? fortran_strides(entry.sizes) : contiguous_strides(entry.sizes);
  entry.storage = part_of(bytes, reader.position(), *needed, where);
  checkpoint.tensors[name] = std::move(entry);
}

void read_npy_file(const Bytes& file, Checkpoint& checkpoint) {
  read_npy_entry(file, is_standard_stream(checkpoint.path) ? "stdin" : checkpoint.path.string(),
                 "array", checkpoint);
  if (!checkpoint.unread.empty())
    throw format_error(checkpoint.path, checkpoint.unread.begin()->second);
}

std::string npy_header(const Tensor& tensor, const std::string& where) {
  if (!tensor.defined()) throw ConfigError(concat(where, ": the tensor is undefined"));
  const auto* known = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& type) {
    return type.second == tensor.scalar_type();
  });
  if (known == kTypes.end())
    throw ConfigError(concat(where, ": the tensor has type ", tensor.scalar_type(),
                             ", but a .npy file holds ", known_types()));
  std::string shape;
  for (const std::int64_t size : tensor.sizes()) shape += concat(size, ", ");
  if (tensor.dim() > 1) shape.resize(shape.size() - 2);
  if (tensor.dim() == 1) shape.pop_back();
  std::string text =
      concat("{'descr': '", known->first, "', 'fortran_order': False, 'shape': (", shape, "), }");
  // The numbers start at a multiple of 64 bytes.
  text.append(63 - (kMagic.size() + 4 + text.size()) % 64, ' ');
  text += '\n';
  const auto length = static_cast<std::uint16_t>(text.size());
  std::string header(kMagic);
  header.append("\x01\x00", 2);
  header.append(reinterpret_cast<const char*>(&length), sizeof(length));
  return header + text;
}

void write_npy(const std::filesystem::path& path, const Tensor& tensor) {
  const std::string header = npy_header(tensor, path.string());
  AtomicFile file(path);
  file.write(header);
  const Tensor contiguous = tensor.detach().cpu().contiguous();
  file.write(contiguous.data_ptr(), contiguous.nbytes());
  file.commit();
}

}  // namespace sgilo
