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
#include "sgilo/files/input_file.h"

namespace sgilo {
namespace {

constexpr std::string_view kMagic{"\x93NUMPY", 6};
constexpr std::uint64_t kLargestHeader = 1 << 20;  // bytes; real ones have about a hundred
constexpr std::size_t kMostDimensions = 64;

constexpr std::array<std::pair<std::string_view, torch::ScalarType>, 9> kTypes{{
    {"<f8", torch::kFloat64},
    {"<f4", torch::kFloat32},
    {"<f2", torch::kFloat16},
    {"<i8", torch::kInt64},
    {"<i4", torch::kInt32},
    {"<i2", torch::kInt16},
    {"|i1", torch::kInt8},
    {"|u1", torch::kUInt8},
    {"|b1", torch::kBool},
}};

std::string known_types() {
  std::vector<std::string> names;
  for (const auto& [name, type] : kTypes) names.emplace_back(name);
  return join(names);
}

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

// Reads the one dictionary that the format allows; nothing of Python is evaluated.
class DictionaryReader {
 public:
  DictionaryReader(std::string_view text, const std::filesystem::path& path)
      : text_(text), path_(path) {}

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
  [[noreturn]] void fail(std::string_view text) const { throw format_error(path_, text); }
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
      fail("holds records of named fields, but a plain array of numbers is needed");
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
      if (error != std::errc() || result.size() == kMostDimensions) fail_here();
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
  const std::filesystem::path& path_;
  std::size_t position_ = 0;
};

torch::ScalarType type_of(const std::string& descr, const std::filesystem::path& path) {
  for (const auto& [name, type] : kTypes)
    if (name == descr) return type;
  if (descr.starts_with('>'))
    throw format_error(path, concat("is big-endian ('", descr,
                                    "'), but only little-endian arrays "
                                    "are read: save it as '<",
                                    descr.substr(1), "'"));
  if (descr.find('O') != std::string::npos)
    throw format_error(path, "holds Python objects, which are never read");
  throw format_error(path, concat("holds numbers of type '", descr, "'; known: ", known_types()));
}

}  // namespace

Tensor read_npy(const std::filesystem::path& path) {
  const InputFile file(path);
  std::string start(std::min<std::uint64_t>(file.size(), 12), '\0');
  file.read_at(0, start.data(), start.size());
  ByteReader reader(start, path.string());
  if (!start.starts_with(kMagic)) throw format_error(path, "is no .npy file");
  reader.seek(kMagic.size(), "the version");
  const int major = reader.number<std::uint8_t>("the version");
  const int minor = reader.number<std::uint8_t>("the version");
  if ((major != 1 && major != 2) || minor != 0)
    throw format_error(
        path, concat("has version ", major, ".", minor, " of the .npy format; known: 1.0, 2.0"));
  const std::uint64_t length = major == 1 ? reader.number<std::uint16_t>("the header's length")
                                          : reader.number<std::uint32_t>("the header's length");
  if (length > kLargestHeader)
    throw format_error(path, concat("has a header of ", length, " bytes, but at most ",
                                    kLargestHeader, " are accepted"));
  std::string text(length, '\0');
  file.read_at(reader.position(), text.data(), length);
  const Header header = DictionaryReader(text, path).read();

  const torch::ScalarType type = type_of(header.descr, path);
  const std::optional<std::uint64_t> bytes = byte_count(header.shape, type);
  if (!bytes) throw format_error(path, "has a shape whose number of bytes overflows 64 bits");
  const std::uint64_t data_start = reader.position() + length;
  const std::uint64_t data_bytes = file.size() - data_start;
  if (*bytes != data_bytes)
    throw format_error(path, concat("needs ", *bytes, " bytes for its type and shape, but has ",
                                    data_bytes, *bytes > data_bytes ? ": it is truncated" : ""));

  Shape shape(header.shape.begin(), header.shape.end());
  if (header.fortran_order) std::reverse(shape.begin(), shape.end());
  const Tensor tensor = torch::empty(shape, torch::dtype(type));
  file.read_at(data_start, tensor.data_ptr(), *bytes);
  if (type == torch::kBool && !holds_booleans(tensor))
    throw format_error(path, "is of booleans, but holds bytes other than 0 and 1");
  if (!header.fortran_order) return tensor;
  Shape order(shape.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = static_cast<std::int64_t>(order.size() - 1 - i);
  return tensor.permute(order).contiguous();
}

void write_npy(const std::filesystem::path& path, const Tensor& tensor) {
  if (!tensor.defined()) throw ConfigError(concat(path.string(), ": the tensor is undefined"));
  const auto* known = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& type) {
    return type.second == tensor.scalar_type();
  });
  if (known == kTypes.end())
    throw ConfigError(concat(path.string(), ": the tensor has type ", tensor.scalar_type(),
                             ", but a .npy file holds ", known_types()));
  std::string shape;
  for (const std::int64_t size : tensor.sizes()) shape += concat(size, ", ");
  if (tensor.dim() > 1) shape.resize(shape.size() - 2);
  if (tensor.dim() == 1) shape.pop_back();
  std::string header =
      concat("{'descr': '", known->first, "', 'fortran_order': False, 'shape': (", shape, "), }");
  // The numbers start at a multiple of 64 bytes.
  header.append(63 - (kMagic.size() + 4 + header.size()) % 64, ' ');
  header += '\n';

  AtomicFile file(path);
  file.write(kMagic);
  file.write(std::string_view("\x01\x00", 2));
  const auto length = static_cast<std::uint16_t>(header.size());
  file.write(&length, sizeof(length));
  file.write(header);
  const Tensor contiguous = tensor.detach().cpu().contiguous();
  file.write(contiguous.data_ptr(), contiguous.nbytes());
  file.commit();
}

}  // namespace sgilo
